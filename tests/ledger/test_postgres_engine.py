"""What only the PostgreSQL engine has: the index behind the commit, the check of the books, the call."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from qianbao.clock import SECOND, ManualClock
from qianbao.db import Database
from qianbao.ids import NONE, of_int
from qianbao.ledger import (
    Account,
    AccountFilter,
    BatchTooLarge,
    CreateTransferStatus,
    FieldOutOfRange,
    LedgerUrlUnknown,
    QueryFilter,
    Transfer,
    TransferFlags,
    Windows,
)
from qianbao.ledger import open as open_ledger
from qianbao.ledger.postgres import PostgresEngine

NEXT: Iterator[int] = count(10**9)


async def two_accounts(engine: PostgresEngine, *, flags: int = 0) -> tuple[int, int]:
    """Two new accounts of ledger 156."""
    payer, payee = next(NEXT), next(NEXT)
    await engine.create_accounts([Account(id=key, ledger=156, code=1, flags=flags) for key in (payer, payee)])
    return payer, payee


def pay(payer: int, payee: int, amount: int = 1, **fields: int) -> Transfer:
    """A new transfer."""
    told = {"debit_account_id": payer, "credit_account_id": payee, "amount": amount, "ledger": 156, "code": 1}
    return Transfer(id=next(NEXT), **{**told, **fields})


async def test_a_transfer_is_found_before_and_after_it_is_indexed_and_never_twice(db: Database) -> None:
    engine = PostgresEngine(db)
    payer, payee = await two_accounts(engine)
    trade = next(NEXT)
    batches = [[pay(payer, payee, user_data_128=trade) for _ in range(20)] for _ in range(3)]
    for batch in batches:
        await engine.create_transfers(batch)
        wanted = [t.id for sent in batches[: batches.index(batch) + 1] for t in sent]
        for _ in range(2):
            by_account = await engine.get_account_transfers(AccountFilter(account_id=payer))
            by_trade = await engine.query_transfers(QueryFilter(user_data_128=trade))
            newest = await engine.get_account_transfers(AccountFilter(account_id=payee, flags=7, limit=5))
            assert [t.id for t in by_account] == [t.id for t in by_trade] == wanted
            assert [t.id for t in newest] == wanted[:-6:-1]
            await engine.index()


async def test_the_index_never_passes_a_transaction_that_is_still_running(db: Database) -> None:
    engine = PostgresEngine(db)
    payer, payee = await two_accounts(engine)
    others = await two_accounts(engine)
    slow, quick = pay(payer, payee), pay(*others)
    await engine.index()
    post = "SELECT ledger_post($1,$2,$3,$4,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,true,NULL)"
    async with db.pool.acquire() as connection, connection.transaction():
        await connection.execute(post, [of_int(slow.id)], [of_int(payer)], [of_int(payee)], [1])
        await engine.create_transfers([quick])
        for _ in range(3):
            await engine.index()
    for _ in range(2):
        assert [t.id for t in await engine.get_account_transfers(AccountFilter(account_id=payer))] == [
            slow.id
        ]
        assert [t.id for t in await engine.get_account_transfers(AccountFilter(account_id=others[0]))] == [
            quick.id
        ]
        await engine.index()
    row = await db.row("SELECT count(*) AS n FROM transfer_entry WHERE key = $1", of_int(payer))
    assert row is not None
    assert row["n"] == 1


async def test_time_order_is_effect_order_even_when_the_clock_goes_back(db: Database) -> None:
    clock = ManualClock(2_000_000_000 * SECOND)
    engine = PostgresEngine(db, clock=clock)
    payer, payee = await two_accounts(engine)
    [first] = await engine.create_transfers([pay(payer, payee)])
    clock.advance(-86_400)
    [second] = await engine.create_transfers([pay(payer, payee)])
    assert second.timestamp > first.timestamp


async def test_the_check_of_the_books_finds_a_planted_break(db: Database) -> None:
    engine = PostgresEngine(db)
    payer, payee = await two_accounts(engine)
    await engine.create_transfers([pay(payer, payee, 10)])
    assert await engine.check() == []
    await db.write("UPDATE account SET credits_posted = credits_posted + 1 WHERE id = $1", of_int(payee))
    found = await engine.check()
    assert {(p.account, p.expected, p.found) for p in found if p.account} == {(payee, 10, 11)}
    assert any(p.account == 0 and p.ledger == 156 for p in found)
    await db.write("UPDATE account SET credits_posted = credits_posted - 1 WHERE id = $1", of_int(payee))


async def test_a_balance_comes_with_its_pending_transfers_and_windows(db: Database) -> None:
    engine = PostgresEngine(db)
    payer, payee = await two_accounts(engine)
    assert await engine.set_windows(payer, Windows(day_max=100, pinless_count_max=5))
    held = pay(payer, payee, 7, flags=TransferFlags.PENDING, timeout=60)
    await engine.create_transfers([held, pay(payer, payee, 3, spend=5)])
    view = await engine.balance_with_pending(payer)
    assert view is not None
    assert (view.account.debits_pending, view.account.debits_posted) == (7, 3)
    assert [t.id for t in view.pending] == [held.id]
    assert (view.windows.day_used, view.windows.pinless_count, view.windows.day_max) == (3, 1, 100)
    assert await engine.balance_with_pending(next(NEXT)) is None
    assert not await engine.set_windows(next(NEXT), Windows())


async def test_the_call_takes_missing_columns_as_defaults_and_known_new_ids(db: Database) -> None:
    engine = PostgresEngine(db)
    payer, payee = await two_accounts(engine)
    call = (
        "SELECT statuses, timestamps"
        " FROM ledger_post($1,$2,$3,$4,$5,$6,NULL,$7,NULL,NULL,NULL,NULL,NULL,$8,true,$9)"
    )
    ids = [of_int(next(NEXT)) for _ in range(2)]
    at = 3_000_000_000 * SECOND
    row = await db.row(
        call, ids, [of_int(payer)] * 2, [of_int(payee)] * 2, [5, 6], [1, 0], [2, 3], [NONE, NONE], [1, 0], at
    )
    assert row is not None
    assert row["statuses"] == [-1, -1]
    assert row["timestamps"] == [at, at + 1]
    found = await engine.lookup_transfers([each.int for each in ids])
    assert [(t.amount, t.code, t.ledger, t.flags) for t in found] == [(5, 2, 156, 1), (6, 3, 156, 0)]


async def test_what_does_not_fit_a_field_is_an_error_and_no_status(db: Database) -> None:
    engine = PostgresEngine(db)
    payer, payee = await two_accounts(engine)
    for wrong in (
        {"code": 2**16},
        {"user_data_32": 2**32},
        {"user_data_64": 2**64},
        {"user_data_128": 2**128},
        {"timeout": -1},
    ):
        with pytest.raises(FieldOutOfRange):
            await engine.create_transfers([pay(payer, payee, **wrong)])
    with pytest.raises(BatchTooLarge):
        await engine.create_transfers([pay(payer, payee)] * 8190)


async def test_an_empty_batch_does_nothing(db: Database) -> None:
    engine = PostgresEngine(db)
    assert await engine.create_transfers([]) == []
    assert await engine.create_accounts([]) == []


async def test_a_whole_batch_on_one_account_at_its_limit_is_decided_in_order(db: Database) -> None:
    engine = PostgresEngine(db)
    payer, payee = await two_accounts(engine, flags=2)
    source, _ = await two_accounts(engine)
    batch = [
        t for _ in range(500) for t in (pay(source, payer, 3), pay(payer, payee, 2), pay(payer, payee, 2))
    ]
    statuses = [result.status for result in await engine.create_transfers(batch)]
    left, wanted = 0, list[CreateTransferStatus]()
    for t in batch:
        fits = t.debit_account_id == source or t.amount <= left
        left += t.amount if t.debit_account_id == source else -t.amount if fits else 0
        wanted.append(CreateTransferStatus.CREATED if fits else CreateTransferStatus.EXCEEDS_CREDITS)
    assert statuses == wanted


@pytest.mark.parametrize("url", ["mysql://x", "tb://", "tb://h:1?cluster=x", ""])
async def test_a_url_that_names_no_ledger_is_refused(url: str) -> None:
    with pytest.raises(LedgerUrlUnknown):
        await open_ledger(url)


async def test_a_postgres_url_opens_the_postgres_engine(db: Database) -> None:
    engine = await open_ledger(db.url)
    assert await engine.query_accounts(QueryFilter(limit=1, timestamp_max=1)) == []
    await engine.close()
