"""Payments become records: each once, amended by refunds, through kills, with reasons for what is none."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qianbao.clock import SECOND
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.categories import RANGES, Category, category
from qianbao.insight.records.lake import Lake
from qianbao.insight.records.reader import Reader
from qianbao.payments.refund import service as refunds
from tests.events.told import fresh, tell
from tests.insight.conftest import House
from tests.payments.flows import paid


def rows(snapshot: Snapshot, query: str) -> list[tuple[Any, ...]]:
    """What DuckDB answers over the snapshot."""
    with snapshot.opened() as tables:
        found: list[tuple[Any, ...]] = tables.execute(query).fetchall()
        return found


EVER = 2**62


async def all_records(house: House) -> list[tuple[Any, ...]]:
    """(amount, refunded, spent) of every record, lake and table together."""
    snapshot = await house.archive.snapshot(Purpose.STATISTICS, until=EVER)
    return await asyncio.to_thread(
        rows, snapshot, "SELECT amount, refunded, spent FROM record ORDER BY amount, refunded"
    )


async def facts(house: House) -> int:
    """How many facts there are, lake and table together."""
    snapshot = await house.archive.snapshot(Purpose.STATISTICS, until=EVER)
    [(count,)] = await asyncio.to_thread(rows, snapshot, "SELECT count(*) FROM fact")
    return count


async def test_a_payment_becomes_a_record_with_all_that_its_event_says(house: House) -> None:
    shop = await house.town.shop()
    trade, wallet = await paid(house.town, shop, 88_00, subsidy=8_00)
    await house.reader.to_the_end()
    row = await house.town.db.row(
        "SELECT c.amount, c.own, c.refunded, c.category, c.scene, c.brand, c.city, c.tier, c.merchant,"
        " p.person FROM consumption AS c"
        " JOIN insight_person AS p ON p.pseudonym = c.person WHERE c.trade = $1",
        trade,
    )
    assert row is not None
    holder = await house.town.room.parties.wallet(wallet)
    assert dict(row) == {
        "amount": 88_00,
        "own": 80_00,
        "refunded": 0,
        "category": "dining",
        "scene": "native",
        "brand": "zhuque",
        "city": "Hangzhou",
        "tier": "new1",
        "merchant": shop.merchant,
        "person": holder.person,
    }


async def test_a_refund_amends_the_record_and_leaves_the_fact(house: House) -> None:
    shop = await house.town.shop()
    trade, _ = await paid(house.town, shop, 50_00)
    await house.reader.to_the_end()
    before = await facts(house)
    for number, amount in enumerate((10_00, 5_00)):
        await refunds.refund(
            shop,
            house.town.room,
            command=house.town.key(),
            trade=trade,
            out_refund_no=f"{trade}-{number}",
            amount=amount,
        )
    await house.reader.to_the_end()
    assert (50_00, 15_00, 35_00) in await all_records(house)
    assert await facts(house) == before + 2
    row = await house.town.db.row("SELECT refunded FROM consumption WHERE trade = $1", trade)
    assert row is not None
    assert row["refunded"] == 15_00


async def test_each_fact_is_in_lake_or_table_and_counted_once(house: House) -> None:
    shop = await house.town.shop()
    for amount in (1_00, 2_00, 3_00):
        await paid(house.town, shop, amount)
    await house.reader.to_the_end()
    before, count = await all_records(house), await facts(house)
    files = await house.lake.close()
    assert sum(file.rows for file in files) == count
    assert await house.town.db.rows("SELECT seq FROM consumption_fact") == []
    assert (await all_records(house), await facts(house)) == (before, count)
    await paid(house.town, shop, 4_00)
    await house.reader.to_the_end()
    assert await facts(house) == count + 1


async def test_a_writer_killed_between_file_and_list_loses_and_doubles_nothing(house: House) -> None:
    shop = await house.town.shop()
    await paid(house.town, shop, 7_00)
    await house.reader.to_the_end()
    before = await facts(house)

    class Killed(Lake):
        async def _list(self, *_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

    killed = Killed(house.town.db, folder=house.lake.folder, clock=house.town.clock)
    with pytest.raises(KeyboardInterrupt):
        await killed.close()
    left = list(house.lake.folder.glob("*/*/*.parquet"))
    assert left
    assert await facts(house) == before  # the unlisted file is not read
    half = left[0].with_name("9.parquet.new")
    half.write_bytes(b"PAR1 and no more")
    files = await house.lake.close()  # the next one sweeps and writes again
    assert not half.exists()
    assert {house.lake.folder / file.path for file in files} == set(house.lake.folder.glob("*/*/*.parquet"))
    assert await facts(house) == before


async def test_two_readers_at_once_write_each_event_once(house: House) -> None:
    shop = await house.town.shop()
    await house.reader.to_the_end()
    before = await facts(house)
    for amount in range(1, 9):
        await paid(house.town, shop, amount * 100)
    other = Reader(house.town.db, feed=house.reader._feed, known=house.known)
    await asyncio.gather(house.reader.to_the_end(), other.to_the_end())
    await house.reader.to_the_end()
    assert await facts(house) == before + 8


async def test_a_reader_killed_before_its_commit_reads_the_page_again(house: House) -> None:
    shop = await house.town.shop()
    await house.reader.to_the_end()
    before = await facts(house)
    await paid(house.town, shop, 9_00)

    class Killed(Reader):
        async def _write(self, *_: Any, **__: Any) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await Killed(house.town.db, feed=house.reader._feed, known=house.known).turn()
    assert await facts(house) == before
    await house.reader.to_the_end()
    assert await facts(house) == before + 1


async def test_files_and_folders_of_the_lake_are_their_owners_alone(house: House) -> None:
    await paid(house.town, await house.town.shop(), 7_00)
    await house.reader.to_the_end()
    [file] = await house.lake.close()
    path = house.lake.folder / file.path
    assert path.relative_to(house.lake.folder).parts[1] == "city=Hangzhou"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in path.parents[:3]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


async def test_a_file_is_closed_at_its_size(house: House, tmp_path: Path) -> None:
    shop = await house.town.shop()
    for amount in (1_00, 2_00, 3_00):
        await paid(house.town, shop, amount)
    await house.reader.to_the_end()
    before = await facts(house)

    small = Lake(house.town.db, folder=tmp_path / "lake", clock=house.town.clock, file_bytes_max=1, chunk=1)
    files = await small.close()
    assert [file.rows for file in files] == [1] * before
    assert await facts(house) == before


async def test_what_waits_is_written_after_fifteen_minutes(house: House) -> None:
    await house.lake.close()
    await paid(house.town, await house.town.shop(), 7_00)
    await house.reader.to_the_end()
    assert await house.lake.close_due() == []
    house.town.clock.at += 16 * 60 * SECOND
    [file] = await house.lake.close_due()
    assert file.rows == 1


async def test_a_city_cannot_lead_out_of_the_lake(house: House) -> None:
    shop = await house.town.shop()
    _, wallet = await paid(house.town, shop, 1_00)
    for city in ("../../etc", "", "市" * 64, "🏙" * 64):
        await told(house, wallet, city=city)
    await house.reader.to_the_end()
    files = await house.lake.close()
    assert {"../../etc", "市" * 64, "🏙" * 64} < {file.city for file in files}
    for file in files:
        assert (house.lake.folder / file.path).resolve().is_relative_to(house.lake.folder.resolve())
        assert (house.lake.folder / file.path).exists()


async def told(house: House, wallet: Any, **changed: Any) -> None:
    """An event of a payment, with members changed or (None) left out."""
    data: dict[str, Any] = {
        "trade": str(fresh()),
        "state": "paid",
        "merchant": str(fresh()),
        "amount": 10_00,
        "currency": "CNY",
        "scene": "online",
        "payer": str(wallet),
        "paid_at": "2026-01-05T04:00:00Z",
        "paid_by_payer": 10_00,
    } | changed
    event = await tell(house.town.db.pool, "trade.paid")
    kept = {name: value for name, value in data.items() if value is not None}
    await house.town.db.write(
        "UPDATE command SET data = $2 WHERE id = $1", event, msgspec.json.encode(kept).decode()
    )


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"trade": None}, "data_malformed"),
        ({"trade": "no id"}, "data_malformed"),
        ({"amount": "ten"}, "data_malformed"),
        ({"paid_at": None}, "data_malformed"),
        ({"paid_at": "2026-01-05T04:00:00"}, "data_malformed"),
        ({"paid_at": "yesterday"}, "data_malformed"),
        ({"amount": 0}, "amounts_wrong"),
        ({"amount": -5}, "amounts_wrong"),
        ({"paid_by_payer": 10_01}, "amounts_wrong"),
        ({"refunded": 10_01}, "amounts_wrong"),
        ({"occurred_at": "2199-01-01T00:00:00Z"}, "time_out_of_range"),
        ({"occurred_at": "1066-10-14T00:00:00Z"}, "time_out_of_range"),
        ({"payer": str(fresh())}, "payer_unknown"),
    ],
)
async def test_an_event_that_makes_no_record_is_kept_with_its_reason(
    house: House, changed: dict[str, Any], reason: str
) -> None:
    _, wallet = await paid(house.town, await house.town.shop(), 1_00)
    await house.reader.to_the_end()
    before = await facts(house)
    position = await house.town.db.row("SELECT quarantined FROM consumption_position")
    await told(house, wallet, **changed)
    await house.reader.to_the_end()
    last = await house.town.db.row("SELECT reason FROM consumption_quarantine ORDER BY known DESC LIMIT 1")
    after = await house.town.db.row("SELECT quarantined FROM consumption_position")
    assert position is not None
    assert after is not None
    assert last is not None
    assert (last["reason"], after["quarantined"]) == (reason, position["quarantined"] + 1)
    assert await facts(house) == before


async def test_a_record_of_the_past_lies_in_the_day_it_happened(house: House) -> None:
    _, wallet = await paid(house.town, await house.town.shop(), 1_00)
    await told(house, wallet, amount=77_77, occurred_at="2026-02-28T17:00:00Z")
    await house.reader.to_the_end()
    row = await house.town.db.row("SELECT day::text AS day FROM consumption WHERE amount = 7777")
    assert row is not None
    assert row["day"] == "2026-03-01"  # the business day is that of UTC+8


async def test_as_of_a_moment_nothing_learnt_later_is_read(house: House) -> None:
    shop = await house.town.shop()
    trade, wallet = await paid(house.town, shop, 60_00)
    await house.reader.to_the_end()
    then = house.town.clock.at
    row = await house.town.db.row("SELECT max(known) AS known FROM consumption_fact")
    assert row is not None
    until = max(then, row["known"])
    house.town.clock.advance(60)
    await refunds.refund(
        shop, house.town.room, command=house.town.key(), trade=trade, out_refund_no=f"{trade}", amount=60_00
    )
    await told(house, wallet, amount=61_00, paid_by_payer=61_00)  # dated long before, learnt only now
    await house.reader.to_the_end()
    query = "SELECT amount, refunded FROM record WHERE amount IN (6000, 6100) ORDER BY amount, refunded"
    past = await house.archive.snapshot(Purpose.STATISTICS, until=until)
    now = await house.archive.snapshot(Purpose.STATISTICS, until=EVER)
    assert await asyncio.to_thread(rows, past, query) == [(60_00, 0)]
    assert await asyncio.to_thread(rows, now, query) == [(60_00, 60_00), (61_00, 0)]


async def test_records_are_read_for_a_purpose_only_of_those_who_let_them(house: House) -> None:
    shop = await house.town.shop()
    person, wallet = await house.town.someone()
    await told(house, wallet, amount=12_34, paid_by_payer=12_34)
    await house.reader.to_the_end()
    somebody = await house.pseudonym(person)

    async def seen(purpose: Purpose) -> bool:
        snapshot = await house.archive.snapshot(purpose, until=EVER)
        return (12_34,) in await asyncio.to_thread(rows, snapshot, "SELECT amount FROM record")

    assert shop.merchant
    assert (await seen(Purpose.STATISTICS), await seen(Purpose.PICTURE)) == (True, False)
    await house.consents.say(somebody, Purpose.STATISTICS, granted=False)
    await house.consents.say(somebody, Purpose.PICTURE, granted=True)
    assert (await seen(Purpose.STATISTICS), await seen(Purpose.PICTURE)) == (False, True)
    await house.consents.say(somebody, Purpose.PICTURE, granted=False)
    assert (await seen(Purpose.STATISTICS), await seen(Purpose.PICTURE)) == (False, False)


async def test_nothing_in_the_lake_leads_to_the_person_or_the_trade(house: House) -> None:
    shop = await house.town.shop()
    trade, wallet = await paid(house.town, shop, 31_00)
    await house.reader.to_the_end()
    await house.lake.close()
    holder = await house.town.room.parties.wallet(wallet)
    snapshot = await house.archive.snapshot(Purpose.STATISTICS, until=EVER)
    found = await asyncio.to_thread(rows, snapshot, "SELECT fact::VARCHAR FROM fact")
    assert found
    for (text,) in found:
        for secret in (trade, wallet, holder.person):
            assert str(secret) not in text


def test_every_merchant_category_has_one_kind() -> None:
    assert all(low <= high for low, high, _ in RANGES)
    assert {kind for _, _, kind in RANGES} == set(Category) - {Category.OTHER}
    assert [category(code) for code in ("5411", "5812", "5651", "4900", "8062", "", "beef")] == [
        Category.GROCERIES,
        Category.DINING,
        Category.SHOPPING,
        Category.BILLS,
        Category.HEALTH,
        Category.OTHER,
        Category.OTHER,
    ]


def test_a_server_and_the_worker_start_without_what_reads_the_lake() -> None:
    ask = (
        "import sys, qianbao.api.app, qianbao.api.worker;"
        " print({'duckdb', 'pyarrow', 'numpy', 'scipy'} & {*sys.modules})"
    )
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
