"""The breach export: by account, whose records were read, of which kinds, by whom, when."""

from __future__ import annotations

import pytest

from qianbao.clock import SECOND
from qianbao.insight.purposes import Purpose
from qianbao.insight.rights.breach.service import Breaches, TimeOrder
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import Reads
from tests.insight.conftest import House
from tests.insight.rights.test_erasure import erasures
from tests.insight.rights.test_reads import pictures
from tests.insight.test_picture import buyer


async def test_it_tells_of_each_account_what_was_read_within_the_time_and_of_nobody_else(
    house: House,
) -> None:
    house.town.clock.advance(3_600)
    person, _, _ = await buyer(house, 12_00)
    other, _, _ = await buyer(house, 30_00)
    objector, _, _ = await buyer(house, 40_00)
    await house.consents.say(await house.pseudonym(objector), Purpose.STATISTICS, granted=False)
    house.town.clock.advance(60)
    since = house.town.clock.at
    await pictures(house).say(person, Purpose.PICTURE, granted=True)
    await pictures(house).picture(person, None)
    house.town.clock.advance(60)
    await house.archive.snapshot(Purpose.STATISTICS, until=2**62)
    until = house.town.clock.at
    house.town.clock.advance(60)
    await pictures(house).picture(person, None)  # after the time
    found = await Breaches(house.town.db).of(since, until)
    by_account = {(one.account, one.purpose): one for one in found.affected}
    own = by_account[person.id, "picture"]
    assert (own.data, own.reader, own.readings, own.among_all, own.rows) == ("records", "person", 1, 0, 1)
    assert own.first == own.last == since
    among = by_account[other.id, "statistics"]
    assert (among.readings, among.among_all, among.rows) == (1, 1, 0)
    assert among.first == until
    assert (objector.id, "statistics") not in by_account
    assert found.people == len({one.account for one in found.affected})
    assert set(found.holds) == {"records"}
    alone = await Breaches(house.town.db).of(since, until, reader="person")
    assert {one.account for one in alone.affected} == {person.id}
    assert (await Breaches(house.town.db).of(until + 90 * SECOND, until + 91 * SECOND)).affected == ()


async def test_who_was_erased_since_is_counted_and_nobody_can_be_told(house: House) -> None:
    house.town.clock.advance(3_600)
    person, _, _ = await buyer(house, 12_00)
    since = house.town.clock.at
    reads = Reads(house.town.db, clock=house.town.clock)
    await reads.one(await house.pseudonym(person), Purpose.PICTURE, Data.SCORES, rows=1)
    await erasures(house).erase(person)
    found = await Breaches(house.town.db).of(since, since, reader=None)
    assert person.id not in {one.account for one in found.affected}
    assert found.erased == 1


async def test_a_time_that_ends_before_it_begins_is_refused(house: House) -> None:
    with pytest.raises(TimeOrder):
        await Breaches(house.town.db).of(2, 1)
