"""Records go through the real payment path, each once for all time, and nothing is lost."""

from __future__ import annotations

import asyncio
import csv
import random
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace as replaced
from itertools import pairwise
from pathlib import Path

import pytest

from qianbao.clock import SystemClock
from qianbao.ids import Id, derive
from qianbao.parties import service as parties_service
from qianbao.parties.models import FrozenBy, PartyKind
from qianbao.replay.adapters import Options, choose
from qianbao.replay.models import Counts, FileUnreadable, Item, Reason, ReplayUnderWay, Run, RunState
from qianbao.replay.pace import Pace
from qianbao.replay.plans import BANK, source_id
from qianbao.replay.service import Parts, beside, replay
from qianbao.replay.source import Source, open_source
from qianbao.replay.store import Runs
from tests.replay.conftest import rows

Files = Callable[..., Path]


async def go(
    parts: Parts, path: Path, *, name: str | None = None, chunk: int = 50, stop_after: int = 0
) -> Run:
    heard = 0

    def enough() -> bool:
        nonlocal heard
        heard += 1
        return heard == stop_after

    source = open_source(path)
    run = await replay(source, choose(source), parts=parts, name=name, chunk=chunk, enough=enough)
    assert run.counts.adds_up()
    return run


def source_of(path: Path, name: str | None = None) -> Id:
    return source_id(name or str(open_source(path).identity))


async def paid(parts: Parts, source: Id) -> list[tuple[str, int]]:
    """(record, amount) of every trade of a source that the database has, from the trades' own events."""
    asked = """
        SELECT command.data::json ->> 'record' AS record, trade.amount AS amount
        FROM   command JOIN trade ON trade.id = command.subject
        WHERE  command.caller = $1 AND command.type = 'trade.paid' AND command.outcome = 0
        AND    trade.state = 'paid'"""
    return sorted((row["record"], row["amount"]) for row in await parts.db.rows(asked, source))


async def balance(parts: Parts, account: Id) -> int:
    (found,) = await parts.room.ledger.lookup_accounts([account.int])
    return found.credits_posted - found.debits_posted


def listed(path: Path) -> list[tuple[int, str, str, str]]:
    with beside(path).open(encoding="utf-8") as file:
        return [(int(r["line"]), r["record_id"], r["outcome"], r["reason"]) for r in csv.DictReader(file)]


async def test_a_record_becomes_a_paid_trade_with_its_transfers_its_event_and_when_it_happened(
    parts: Parts, file: Files
) -> None:
    heading = "record_id,occurred_at,payer,merchant,amount,mcc,city"
    path = file("a-1,2026-03-04T05:06:07+08:00,张三,好邻居,1280.00,5411,上海", heading=heading)
    run = await go(parts, path)
    assert run.counts == Counts(read=1, paid=1, amount=128_000)
    source = source_of(path)
    trade = await parts.db.row(
        "SELECT id, merchant, payer, state, amount, fee, mcc, city FROM trade"
        " WHERE id = (SELECT subject FROM command WHERE caller = $1 AND type = 'trade.paid')",
        source,
    )
    assert trade is not None
    assert (trade["state"], trade["amount"], trade["fee"], trade["mcc"], trade["city"]) == (
        "paid", 128_000, 768, "5411", "上海",
    )  # fmt: skip
    assert await balance(parts, trade["payer"]) == 0
    assert await balance(parts, trade["merchant"]) == 128_000 - 768
    event = await parts.db.row(
        "SELECT data::json ->> 'occurred_at' AS at, data::json ->> 'record' AS record FROM command"
        " WHERE subject = $1", trade["id"],
    )  # fmt: skip
    assert event is not None
    assert (event["at"], event["record"]) == ("2026-03-03T21:06:07.000000Z", "a-1")
    merchant = await parts.room.parties.merchant(trade["merchant"])
    wallet = await parts.room.parties.wallet(trade["payer"])
    assert (merchant.name, wallet.name) == ("好邻居", "张三")


async def test_payers_are_topped_up_by_exactly_what_is_paid_from_the_replays_bank(
    parts: Parts, file: Files
) -> None:
    before = await balance(parts, BANK)
    path = file(*rows(333, name="exact"))
    run = await go(parts, path)
    assert run.counts.paid == 333
    assert before - await balance(parts, BANK) == run.counts.amount == 333 * 1234
    for payer in range(7):
        assert await balance(parts, derive(source_of(path), f"wallet:p{payer}")) == 0
    assert await parts.room.ledger.check() == []


async def test_what_stands_in_the_database_is_what_stands_in_the_file(parts: Parts, file: Files) -> None:
    drawn = random.Random(7)
    amounts = [drawn.randrange(1, 90_000) for _ in range(700)]
    path = file(
        *(
            f"db{n},2026-01-01,p{n % 90},m{n % 11},{fen // 100}.{fen % 100:02d}"
            for n, fen in enumerate(amounts)
        )
    )
    await go(parts, path, chunk=128)
    assert await paid(parts, source_of(path)) == sorted((f"db{n}", fen) for n, fen in enumerate(amounts))


async def test_a_record_that_stands_twice_is_paid_once_and_one_with_other_content_is_rejected(
    parts: Parts, file: Files
) -> None:
    good = "d1,2026-01-01,p,m,5.00"
    path = file(good, good, "d1,2026-01-01,p,m,6.00", "d2,2026-01-01,p,m,5.00", good)
    run = await go(parts, path, chunk=2)
    assert run.counts == Counts(read=5, paid=2, repeated=2, rejected=1, amount=1000)
    assert await paid(parts, source_of(path)) == [("d1", 500), ("d2", 500)]
    assert listed(path) == [(4, "d1", "rejected", Reason.RECORD_ID_REUSED)]


async def test_the_same_content_again_under_any_name_pays_nothing(parts: Parts, file: Files) -> None:
    first = file(*rows(60, name="again"), name="one.csv")
    run = await go(parts, first)
    copy = file(*rows(60, name="again"), name="two.csv")
    again = await go(parts, copy)
    assert again.state is RunState.DONE
    assert again.counts == run.counts
    assert len(await paid(parts, source_of(first))) == 60


async def test_files_of_one_source_share_their_records_and_people(parts: Parts, file: Files) -> None:
    both = rows(90, name="month")
    await go(parts, file(*both[:60], name="jan.csv"), name="till-system")
    run = await go(parts, file(*both[30:], name="feb.csv"), name="till-system")
    assert run.counts == Counts(read=60, paid=30, repeated=30, amount=30 * 1234)
    assert len(await paid(parts, source_id("till-system"))) == 90


async def test_what_the_books_refuse_is_counted_and_listed_as_such(parts: Parts, file: Files) -> None:
    path = file(
        "f1,2026-01-01,rich,m,49999.00",
        "f2,2026-01-01,rich,m,100.00",
        "f3,2026-01-01,rich,m,1.00",
        "f4,2026-01-01,poor,m,99999999.00",
        "f5,broken",
    )
    run = await go(parts, path, chunk=1)
    assert run.counts == Counts(read=5, paid=2, refused=2, rejected=1, amount=50_000_00)
    assert listed(path) == [
        (3, "f2", "refused", "day_limit_exceeded"),
        (5, "f4", "refused", "amount_out_of_range"),
        (6, "", "rejected", Reason.FIELDS_WRONG),
    ]
    for payer in ("rich", "poor"):  # what was topped up for the refused ones went back
        assert await balance(parts, derive(source_of(path), f"wallet:{payer}")) == 0


async def test_a_frozen_payer_is_refused_and_all_others_are_paid(parts: Parts, file: Files) -> None:
    room = parts.room
    await go(parts, file("z0,2026-01-01,frozen,m,1.00", name="first.csv"), name="icy")
    await parties_service.freeze(
        uuid.uuid4(), parties=room.parties, journal=room.journal, command=derive(source_id("icy"), "freeze"),
        kind=PartyKind.WALLET, account=derive(source_id("icy"), "wallet:frozen"), by=FrozenBy.HOUSE,
        reason="test",
    )  # fmt: skip
    path = file(*rows(20, name="warm"), "z1,2026-01-01,frozen,m,1.00", name="second.csv")
    run = await go(parts, path, name="icy")
    assert run.counts == Counts(read=21, paid=20, refused=1, amount=20 * 1234)
    assert listed(path) == [(22, "z1", "refused", "payer_frozen")]


async def test_a_run_that_stopped_goes_on_behind_its_last_settled_chunk(parts: Parts, file: Files) -> None:
    mixed = [row if n % 10 else "broken" for n, row in enumerate(rows(400, name="stop"))]
    path = file(*mixed)
    first = await go(parts, path, stop_after=2)
    assert (first.state, first.counts.read) == (RunState.RUNNING, 100)
    then = await go(parts, path, stop_after=1)
    assert then.counts.read == 150
    last = await go(parts, path)
    assert last.state is RunState.DONE
    assert last.counts == Counts(read=400, paid=360, rejected=40, amount=360 * 1234)
    assert len(await paid(parts, source_of(path))) == 360
    assert [line for line, *_ in listed(path)] == [n + 2 for n in range(0, 400, 10)]
    assert await balance(parts, derive(source_of(path), "wallet:p1")) == 0


async def test_one_process_at_a_time_is_at_a_run(parts: Parts, file: Files) -> None:
    path = file(*rows(200, name="two"))
    ends = await asyncio.gather(go(parts, path), go(parts, path), return_exceptions=True)
    assert sum(isinstance(end, ReplayUnderWay) for end in ends) == 1
    assert len(await paid(parts, source_of(path))) == 200


async def test_a_calm_replay_keeps_to_its_pace(parts: Parts, file: Files) -> None:
    source = open_source(file(*rows(60, name="calm")))
    began = time.monotonic()
    pace = Pace(SystemClock(), per_s=100, in_flight=8)
    run = await replay(source, choose(source), parts=parts, pace=pace)
    assert run.counts.paid == 60
    assert time.monotonic() - began > 0.55


async def test_each_payment_of_a_calm_replay_bears_the_time_at_which_it_was_made(
    parts: Parts, file: Files
) -> None:
    path, began = file(*rows(4, name="timed")), time.time_ns()
    source = open_source(path)
    await replay(source, choose(source), parts=parts, pace=Pace(SystemClock(), per_s=5, in_flight=1))
    asked = "SELECT paid FROM trade JOIN command ON trade.id = command.subject WHERE command.caller = $1"
    paid_at = sorted(row["paid"] - began for row in await parts.db.rows(asked, source_of(path)))
    assert all(later - earlier > 100_000_000 for earlier, later in pairwise(paid_at))


async def test_odd_names_of_people_and_shops_are_no_reason_to_stop(parts: Parts, file: Files) -> None:
    odd = ["\u200b", "\u202eabc", "👨‍👩‍👧", "ﬁ", "q" * 64, "'; DROP TABLE trade; --"]
    path = file(*(f"odd{n},2026-01-01,{who},{who},1.00" for n, who in enumerate(odd)))
    assert (await go(parts, path)).counts.paid == len(odd)


async def test_a_marketplace_without_times_is_paid_without_them(parts: Parts, file: Files) -> None:
    path = file(
        "o1,1,voucher,10.00", "o1,2,boleto,5.00",
        heading="order_id,payment_sequential,payment_type,payment_value",
    )  # fmt: skip
    assert (await go(parts, path)).counts == Counts(read=2, paid=2, amount=1500)
    assert await paid(parts, source_of(path)) == [("o1-1", 1000), ("o1-2", 500)]


async def test_shop_days_are_paid_as_often_as_they_count(parts: Parts, file: Files) -> None:
    path = file("1,2016-10-01,250,7.50", "2,2016-10-01,50,3.00", heading="shop_id,date,pays,mean_amount")
    run = await go(parts, path, chunk=70)
    assert run.counts == Counts(read=300, paid=300, amount=250 * 750 + 50 * 300)
    assert run.state is RunState.DONE
    assert (await Runs(parts.db).all())[0].id == run.id


async def test_a_shift_moves_times_and_nothing_else(parts: Parts, file: Files) -> None:
    source = open_source(file("s1,2017-01-01T00:00:00Z,p,m,1.00"))
    await replay(source, choose(source), parts=parts, options=Options(shift_ns=7 * 86_400 * 10**9))
    row = await parts.db.row(
        "SELECT data::json ->> 'occurred_at' AS at FROM command WHERE caller = $1 AND type = 'trade.paid'",
        source_id(str(source.identity)),
    )
    assert row is not None
    assert row["at"] == "2017-01-08T00:00:00.000000Z"


@pytest.mark.parametrize("chunk", [1, 7, 1000])
async def test_nothing_is_lost_whatever_the_chunk(parts: Parts, file: Files, chunk: int) -> None:
    made = rows(40, name=f"c{chunk}-")
    path = file(*made, made[0], "x", made[3].replace("12.34", "9"), name=f"c{chunk}.csv")
    run = await go(parts, path, chunk=chunk)
    assert run.counts == Counts(read=43, paid=40, repeated=1, rejected=2, amount=40 * 1234)


async def test_a_file_that_is_damaged_further_on_is_paid_as_far_as_it_can_be_read(
    parts: Parts, file: Files
) -> None:
    path = file(*rows(60, name="damaged-"))
    source = open_source(path)
    whole = choose(source)

    def read(source: Source, options: Options, skip: int) -> Iterator[Item]:
        for place, item in enumerate(whole.read(source, options, skip), skip):
            if place == 47:
                raise FileUnreadable("damaged")
            yield item

    damaged = replaced(whole, read=read)
    for settled in (40, 40):
        with pytest.raises(FileUnreadable):
            await replay(source, damaged, parts=parts, chunk=10)
        (run,) = [one for one in await Runs(parts.db).all() if one.source == str(source.identity)]
        assert (run.state, run.counts) == (
            RunState.RUNNING,
            Counts(read=settled, paid=settled, amount=settled * 1234),
        )
    run = await replay(source, whole, parts=parts, chunk=10)
    assert run.counts == Counts(read=60, paid=60, amount=60 * 1234)
