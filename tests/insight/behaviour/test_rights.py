"""Whose behaviour it is says who reads it, takes it along and has it erased."""

from __future__ import annotations

import json

from qianbao.insight.behaviour.models import Kind
from qianbao.insight.purposes import Purpose
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.rights.retention.service import Retention
from qianbao.insight.rights.rules import Rules
from tests.insight.behaviour.conftest import Elsewhere
from tests.insight.rights.test_erasure import erasures
from tests.insight.rights.test_my_data import copied


async def given(elsewhere: Elsewhere) -> None:
    """An order and an edge of the person."""
    await elsewhere.take(Kind.ORDERS, elsewhere.order())
    await elsewhere.take(Kind.EDGES, elsewhere.edge())


async def test_nothing_is_read_for_a_purpose_that_the_person_declines(elsewhere: Elsewhere) -> None:
    await given(elsewhere)
    room, consents = elsewhere.room, elsewhere.house.consents
    assert await room.read(Kind.ORDERS, Purpose.PICTURE) == []
    assert len(await room.read(Kind.EDGES, Purpose.STATISTICS)) == 1
    other = await elsewhere.house.pseudonym(elsewhere.other)
    await consents.say(other, Purpose.STATISTICS, granted=False)
    assert await room.read(Kind.EDGES, Purpose.STATISTICS) == [], "an edge is of both"
    assert len(await room.read(Kind.ORDERS, Purpose.STATISTICS)) == 1
    person = await elsewhere.house.pseudonym(elsewhere.person)
    await consents.say(person, Purpose.STATISTICS, granted=False)
    assert await room.read(Kind.ORDERS, Purpose.STATISTICS) == []
    await consents.say(person, Purpose.PICTURE, granted=True)
    assert len(await room.read(Kind.ORDERS, Purpose.PICTURE)) == 1


async def test_a_reading_stands_in_the_log_of_whom_it_read(elsewhere: Elsewhere) -> None:
    await given(elsewhere)
    await elsewhere.room.read(Kind.ORDERS, Purpose.STATISTICS)
    person = await elsewhere.house.pseudonym(elsewhere.person)
    log = Reads(elsewhere.house.town.db, clock=elsewhere.house.town.clock)
    assert Data.BEHAVIOUR in {line.data for line in await log.of(person, since=0)}


async def test_a_copy_has_ones_behaviour_and_no_name_of_the_other(elsewhere: Elsewhere) -> None:
    await given(elsewhere)
    other = await elsewhere.house.pseudonym(elsewhere.other)
    lines = await copied(elsewhere.house, elsewhere.person)
    assert {"order", "edge"} <= {line.get("what") for line in lines}
    assert str(other) not in json.dumps(lines)
    [edge] = [line for line in await copied(elsewhere.house, elsewhere.other) if line.get("what") == "edge"]
    assert edge["side"] == "to"


async def test_erasing_takes_all_of_it_also_what_others_have_and_what_is_kept_aside(
    elsewhere: Elsewhere,
) -> None:
    await given(elsewhere)
    for name in (elsewhere.account, f" {elsewhere.account} "):
        await elsewhere.take(Kind.ORDERS, elsewhere.order(amount=-1, person=name))
    await elsewhere.take(Kind.ORDERS, elsewhere.order(amount=-1, person=elsewhere.other_account))
    await erasures(elsewhere.house).erase(elsewhere.person)
    db = elsewhere.house.town.db
    for query in ("SELECT person FROM insight_order", "SELECT person FROM insight_edge"):
        assert await db.rows(query) == []
    [left] = await elsewhere.room.aside("orders")
    assert left.names == [elsewhere.other_account.casefold()]


async def test_what_is_too_old_is_taken_out(elsewhere: Elsewhere) -> None:
    house = elsewhere.house
    await given(elsewhere)
    await elsewhere.take(Kind.ORDERS, elsewhere.order(happened="2021-01-01T00:00:00Z"), {"id": "x"})
    step = Retention(
        house.town.db,
        archive=house.archive,
        folder=house.lake.folder,
        reads=Reads(house.town.db, clock=house.town.clock),
        rules=Rules(),
        clock=house.town.clock,
    ).step
    assert (await step()).behaviour == 1
    house.town.clock.advance(86_400 * 900)
    assert (await step()).behaviour == 4
    assert await elsewhere.room.aside("orders") == []
