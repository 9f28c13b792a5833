"""Retention: what is older than it is kept goes, from table and lake; figures of its days stay."""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from qianbao.clock import SECOND
from qianbao.ids import of_int
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.reader import SQL as FACTS
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.rights.retention.service import GRACE_S, Retention
from qianbao.insight.rights.rules import Rules
from tests.insight.conftest import House
from tests.insight.rights.test_erasure import lake
from tests.insight.rights.test_reads import pictures
from tests.insight.test_picture import buyer

DAY_NS = 86_400 * SECOND
OLD = 900
"""Days ago: beyond what is kept."""


def retention(house: House, rules: Rules | None = None) -> Retention:
    """The keeping, in the town."""
    return Retention(
        house.town.db,
        archive=house.archive,
        folder=house.lake.folder,
        reads=Reads(house.town.db, clock=house.town.clock),
        rules=rules or Rules(),
        clock=house.town.clock,
    )


async def told(house: House, *, days: int, people: int, city: str, seed: int) -> None:
    """Facts of some people that happened so many days ago, learnt today; 20.00 each, a tenth got 5 back."""
    happened = house.town.clock.at - days * DAY_NS
    rows: list[dict[str, Any]] = []
    for number in range(people):
        paid: dict[str, Any] = {
            "seq": seed * 1_000_000 + 2 * number,
            "record": of_int((0x8E1 << 64) + (seed << 32) + number),
            "person": of_int((0x8E0 << 64) + (seed << 32) + number),
            "kind": "paid",
            "happened": happened,
            "known": house.town.clock.at,
            "day": date.fromordinal(date(2026, 11, 19).toordinal() - days),
            "amount": 20_00,
            "own": 20_00,
            "refunded": 0,
            "merchant": of_int(1),
            "currency": "CNY",
            "mcc": "5812",
            "category": "dining",
            "scene": "native",
            "brand": "zhuque",
            "city": city,
            "tier": "new1",
        }
        rows.append(paid)
        if number % 10 == 0:
            rows.append(paid | {"seq": paid["seq"] + 1, "kind": "refunded", "refunded": 5_00})
    await house.town.db.write(FACTS["facts_keep"], msgspec.json.encode(rows).decode())


def files_of(folder: Path) -> list[Path]:
    """What lies in the lake."""
    return [one for one in folder.rglob("*") if one.is_file()]


async def listed(house: House) -> list[Any]:
    """The lake's files as they are listed."""
    return await house.town.db.rows("SELECT path, rows, gone FROM lake_file ORDER BY path")


async def past(house: House) -> list[dict[str, Any]]:
    """What stays of records that are gone."""
    rows = await house.town.db.rows(
        "SELECT day, city, category, people, records, spent FROM insight_past ORDER BY day, city"
    )
    return [dict(row) for row in rows]


async def test_old_facts_leave_the_lake_and_the_figures_of_their_days_stay(house: House) -> None:
    await house.town.db.write("DELETE FROM insight_past")
    await told(house, days=OLD, people=30, city="Hangzhou", seed=41)
    await told(house, days=OLD, people=5, city="Kunming", seed=42)  # too few for a figure
    await told(house, days=10, people=40, city="Hangzhou", seed=43)
    await house.lake.close()
    whole = {row["path"]: row["rows"] for row in await listed(house)}
    assert sorted(whole.values()) == [6, 77]
    room = retention(house)
    done = await room.step()
    assert (done.files, done.removed) == (2, 0)
    day = date.fromordinal(date(2026, 11, 19).toordinal() - OLD)
    assert await past(house) == [
        {"day": day, "city": "Hangzhou", "category": "dining", "people": 30, "records": 30}
        | {"spent": 585_00}
    ]
    # What is not old is read once; nothing is left of what was old, not in a file either.
    assert await lake(house, "SELECT count(*), sum(spent) FROM record") == [(40, 780_00)]
    now = {row["path"]: row["rows"] for row in await listed(house) if row["gone"] is None}
    assert list(now.values()) == [44]
    [path] = now
    assert path not in whole
    file = house.lake.folder / path
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # Whoever has begun to read the old files may finish; after the grace they are gone.
    await house.lake.sweep()
    assert all((house.lake.folder / one).exists() for one in whole)
    house.town.clock.advance(GRACE_S + 1)
    assert (await room.step()).removed == 2
    assert [row["path"] for row in await listed(house)] == [path]
    assert files_of(house.lake.folder) == [file]
    assert len(await past(house)) == 1
    assert (await room.step()).files == 0


async def test_old_records_leave_the_table_and_young_ones_stay(house: House) -> None:
    person, _, _ = await buyer(house, 12_00, 30_00)
    somebody = await house.pseudonym(person)
    room = pictures(house)
    await room.say(person, Purpose.PICTURE, granted=True)
    begun = house.town.clock.at
    try:
        house.town.clock.at = begun + 799 * DAY_NS
        assert (await retention(house).step()).records == 0
        house.town.clock.at = begun + 801 * DAY_NS
        assert (await retention(house).step()).records >= 2
        rows = await house.town.db.rows("SELECT 1 FROM consumption WHERE person = $1", somebody)
        assert rows == []
    finally:
        house.town.clock.at = begun


async def test_the_log_of_reading_is_kept_as_long_as_the_settings_say(house: House) -> None:
    person, _, _ = await buyer(house, 12_00)
    somebody = await house.pseudonym(person)
    await Reads(house.town.db, clock=house.town.clock).one(somebody, Purpose.PICTURE, Data.SCORES, rows=1)
    begun = house.town.clock.at
    try:
        house.town.clock.at = begun + 8 * DAY_NS
        assert (await retention(house, Rules(log_days=9)).step()).lines == 0
        assert (await retention(house, Rules(log_days=7)).step()).lines >= 1
    finally:
        house.town.clock.at = begun
    rows = await house.town.db.rows("SELECT 1 FROM insight_read WHERE person = $1", somebody)
    assert rows == []


async def test_who_objected_is_not_in_the_figures_that_stay(house: House) -> None:
    await house.town.db.write("DELETE FROM insight_past")
    await told(house, days=OLD, people=30, city="Hangzhou", seed=44)
    for number in range(5):
        somebody = of_int((0x8E0 << 64) + (44 << 32) + number)
        await house.keyed(somebody)
        await house.consents.say(somebody, Purpose.STATISTICS, granted=False)
    await house.lake.close()
    await retention(house).step()
    [row] = await past(house)
    assert row["people"] == 25


def test_every_purpose_of_the_register_says_for_how_long_it_keeps() -> None:
    assert set(Rules().retention_days) == set(REGISTER)
    assert Rules(picture_days=5).retention_days[Purpose.PICTURE] == 5
