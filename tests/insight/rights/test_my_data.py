"""My data: a copy of all that is kept, and of nobody else; a correction that pictures and scores go by."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date
from typing import Any

import msgspec
import pytest

from qianbao.credentials.models import Caller
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.categories import Category
from qianbao.insight.rights.correction.service import Corrections, RecordUnknown
from qianbao.insight.rights.erasure.service import Erasures
from qianbao.insight.rights.export import writing
from qianbao.insight.rights.export.models import ExportBusy, TableUnknown
from qianbao.insight.rights.export.service import AT_ONCE, Exports
from qianbao.insight.rights.reads.store import Reads
from qianbao.payments.refund import service as refunds
from tests.insight.conftest import House
from tests.insight.rights.test_erasure import lake
from tests.insight.rights.test_reads import access_log, pictures
from tests.insight.test_picture import buyer

TODAY = date(2026, 11, 19)


def exports(house: House) -> Exports:
    """Copies, in the town."""
    return Exports(house.town.db, reads=Reads(house.town.db, clock=house.town.clock))


def corrections(house: House) -> Corrections:
    """Corrections, in the town."""
    return Corrections(house.town.db, clock=house.town.clock)


async def copied(house: House, person: Caller) -> list[dict[str, Any]]:
    """A copy's lines."""
    kept, rows = await exports(house).copy(person)
    text = "".join([part async for part in writing.ndjson(kept, rows)])
    return [msgspec.json.decode(line) for line in text.splitlines()]


async def test_a_copy_has_every_row_that_is_kept_of_the_person_and_none_of_another(house: House) -> None:
    person, _, bought = await buyer(house, 12_00, 30_00)
    other, _, theirs = await buyer(house, 99_00)
    for one in (person, other):
        await pictures(house).say(one, Purpose.PICTURE, granted=True)
    [about, *lines] = await copied(house, person)
    assert about["format"] == "qianbao.my-data/1"
    assert about["kept_since"].endswith("Z")
    told = Counter(line["what"] for line in lines)
    assert told == {name: rows for name, rows in about["rows"].items() if rows}
    assert (told["records"], told["consent"], told["consent_said"], told["hot"]) == (2, 1, 1, 1)
    records = [line for line in lines if line["what"] == "records"]
    assert {line["trade"] for line in records} == {str(trade) for trade in bought}
    assert {line["amount"] for line in records} == {12_00, 30_00}
    assert all(line["happened"].endswith("Z") for line in records)
    assert not any(str(trade) in msgspec.json.encode(lines).decode() for trade in theirs)
    # Every table that keeps something by pseudonym is in it: the count is taken past this code.
    somebody = await house.pseudonym(person)
    for place in ("consumption", "insight_consent", "insight_hot", "insight_score", "insight_consent_said"):
        query = f"SELECT count(*) AS n FROM {place} WHERE person = $1"  # noqa: S608
        row = await house.town.db.row(query, somebody)
        assert row is not None
        name = "records" if place == "consumption" else place.removeprefix("insight_")
        assert about["rows"][name] == row["n"]


async def test_taking_a_copy_needs_no_consent_and_stands_in_the_log(house: House) -> None:
    person, _, _ = await buyer(house, 12_00)
    await copied(house, person)
    [seen] = await access_log(house).of(person)
    assert (seen.purpose, seen.data, seen.own) == ("rights", "everything", True)


async def test_a_table_is_a_csv_whose_cells_are_no_formulas(house: House) -> None:
    person, _, _ = await buyer(house, 12_00, 30_00)
    await house.town.db.write(
        "UPDATE consumption SET city = '=1+1' WHERE person = $1", await house.pseudonym(person)
    )
    _, rows = await exports(house).copy(person, "records")
    text = "".join([part async for part in writing.sheet(rows)])
    assert text.startswith("\ufeff")
    table = list(csv.DictReader(io.StringIO(text[1:])))
    assert {line["amount"] for line in table} == {"1200", "3000"}
    assert {line["city"] for line in table} == {"'=1+1"}
    with pytest.raises(TableUnknown):
        await exports(house).copy(person, "account")


async def test_who_has_no_records_or_was_erased_has_an_empty_copy(house: House) -> None:
    newcomer, _ = await house.town.someone()
    assert [line["what"] for line in await copied(house, newcomer)] == ["about"]
    person, _, _ = await buyer(house, 12_00)
    await Erasures(house.town.db, parties=house.town.room.parties, clock=house.town.clock).erase(person)
    [about] = await copied(house, person)
    assert (about["kept_since"], about["rows"]) == (None, {})
    _, rows = await exports(house).copy(person, "records")
    assert "".join([part async for part in writing.sheet(rows)]).count("\n") == 1


async def test_so_many_copies_at_once_and_no_more(house: House) -> None:
    person, _, _ = await buyer(house, 12_00)
    room = exports(house)
    going = [(await room.copy(person))[1] for _ in range(AT_ONCE)]
    for one in going:
        await anext(one)
    with pytest.raises(ExportBusy):
        await room.copy(person)
    for one in going:
        await one.aclose()
    await room.copy(person)


async def test_a_correction_is_a_fact_that_the_picture_and_the_lake_go_by_from_then_on(house: House) -> None:
    person, shop, [noodles, _] = await buyer(house, 12_00, 30_00)
    row = await house.town.db.row("SELECT max(known) AS known FROM consumption_fact")
    assert row is not None
    known_before = row["known"]
    await house.lake.close()
    room = pictures(house)
    await room.say(person, Purpose.PICTURE, granted=True)
    house.town.clock.at = known_before + 60 * 10**9
    await corrections(house).correct(person, noodles, Category.TRAVEL)
    picture, _ = await room.picture(person, None)
    assert {part.category: part.spent for part in picture.categories} == {"travel": 12_00, "dining": 30_00}
    query = "SELECT amount, category, refunded FROM record WHERE amount IN (1200, 3000) ORDER BY amount"
    assert await lake(house, query) == [(1200, "travel", 0), (3000, "dining", 0)]
    assert await lake(house, "SELECT count(*) FROM fact WHERE kind = 'corrected'") == [(0,)]
    # As of earlier it was not known; a refund that comes later does not undo it; the lake keeps it.
    past = await house.archive.snapshot(Purpose.STATISTICS, until=known_before)
    with past.opened() as tables:
        assert tables.execute(query).fetchall() == [(1200, "dining", 0), (3000, "dining", 0)]
    await refunds.refund(
        shop, house.town.room, command=house.town.key(), trade=noodles, out_refund_no="1", amount=2_00
    )
    await house.reader.to_the_end()
    await house.lake.close()
    assert await lake(house, query) == [(1200, "travel", 200), (3000, "dining", 0)]
    picture, _ = await room.picture(person, None)
    assert {part.category: part.spent for part in picture.categories} == {"travel": 10_00, "dining": 30_00}


async def test_the_last_correction_counts_and_the_merchants_word_comes_back(house: House) -> None:
    person, _, [noodles] = await buyer(house, 12_00)
    kinds = "SELECT category, told_category FROM consumption WHERE trade = $1"
    query = "SELECT category FROM record WHERE amount = 1200"
    for category, told in ((Category.TRAVEL, "dining"), (Category.HOME, "dining"), (Category.DINING, None)):
        await corrections(house).correct(person, noodles, category)
        row = await house.town.db.row(kinds, noodles)
        assert row is not None
        assert (row["category"], row["told_category"]) == (category, told)
        assert await lake(house, query) == [(category.value,)]


async def test_nobody_corrects_anothers_record(house: House) -> None:
    _, _, [noodles] = await buyer(house, 12_00)
    other, _, _ = await buyer(house, 30_00)
    newcomer, _ = await house.town.someone()
    before = await house.reader.taken()
    for one in (other, newcomer):
        with pytest.raises(RecordUnknown):
            await corrections(house).correct(one, noodles, Category.TRAVEL)
    assert await house.reader.taken() == before
