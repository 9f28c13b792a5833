"""The engine's specification is the model: whatever batches come, both answer and remember the same."""

from __future__ import annotations

from random import Random

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qianbao.clock import SECOND, ManualClock
from qianbao.db import Database
from qianbao.ledger import (
    Account,
    AccountFilter,
    AccountView,
    Model,
    QueryFilter,
    Transfer,
)
from qianbao.ledger.postgres import PostgresEngine
from qianbao.ledger.spend import day_of, turned_over, year_of
from tests.ledger.generate import Stamp, World, opening_transfers, starting_accounts

START = 1_790_000_000 * SECOND
EMPTY = """
TRUNCATE account, account_balance, transfer, transfer_pending, transfer_failed, transfer_entry;
UPDATE transfer_entry_state SET up_to = 0, candidate = 0, candidate_xid = '0'
"""


async def emptied(db: Database, clock: ManualClock) -> PostgresEngine:
    """An engine on empty tables."""
    await db.pool.execute(EMPTY)
    await db.pool.execute("SELECT setval('ledger_clock', 0)")
    return PostgresEngine(db, clock=clock)


def settled(stamp: Stamp, model: Model) -> int:
    """The nanosecond that a drawn timestamp means, given what the model holds."""
    accounts = {a.id: a.timestamp for a in model.accounts.values()}
    transfers = {t.id: t.timestamp for t in model.transfers.values()}
    return stamp.settle(max([0, *accounts.values(), *transfers.values()]), accounts, transfers)


def filters(random: Random) -> list[AccountFilter | QueryFilter]:
    """Things to ask, some of them invalid."""

    def times() -> dict[str, int]:
        first = random.choice((0, 0, START, START + random.randint(0, 20) * SECOND))
        last = random.choice((0, 0, START + random.randint(0, 40) * SECOND))
        return {"timestamp_min": first, "timestamp_max": last, "limit": random.choice((8189, 8189, 3, 1, 0))}

    def data() -> dict[str, int]:
        return {
            "user_data_128": random.choice((0, 0, 0, 7, 8)),
            "user_data_64": random.choice((0, 0, 0, 2**64 - 1)),
            "user_data_32": random.choice((0, 0, 0, 9)),
            "code": random.choice((0, 0, 1, 2)),
        }

    account = [
        AccountFilter(account_id=key, flags=random.choice((3, 3, 7, 1, 2, 5, 6, 0, 8)), **times(), **data())
        for key in (1, 2, 3, 4, 5, 6, 0, 99)
    ]
    plain = [AccountFilter(account_id=key) for key in range(1, 7)]
    query = [
        QueryFilter(flags=random.choice((0, 1, 2)), ledger=random.choice((0, 0, 1, 2)), **times(), **data())
        for _ in range(8)
    ]
    return [*account, *plain, *query, QueryFilter()]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32))
@pytest.mark.slow
async def test_any_batches_give_the_model_and_postgres_equal_answers(db: Database, seed: int) -> None:
    random = Random(seed)
    clock = ManualClock(START)
    engine, model, world = await emptied(db, clock), Model(), World(random)
    first = starting_accounts(random)
    assert await engine.create_accounts(first) == model.create_accounts(first, clock.at)
    opening = opening_transfers(random)
    assert await engine.create_transfers(opening) == model.create_transfers(opening, clock.at)
    for _ in range(random.randint(1, 12)):
        clock.advance(random.choice((0, 0.000001, 1, 2, 90_000)))
        match random.choices(("transfers", "accounts", "windows", "expire", "index"), (70, 6, 10, 8, 6))[0]:
            case "transfers":
                transfers: list[Transfer] = [
                    msgspec.structs.replace(t, timestamp=settled(stamp, model))
                    for t, stamp in world.transfer_batch(random.choice((1, 3, 8, 20)))
                ]
                want = model.create_transfers(transfers, clock.at)
                assert await engine.create_transfers(transfers) == want, transfers
                world.saw(transfers, [result.status for result in want])
            case "accounts":
                accounts: list[Account] = [
                    msgspec.structs.replace(a, timestamp=settled(stamp, model))
                    for a, stamp in world.account_batch(random.choice((1, 3, 6)))
                ]
                assert await engine.create_accounts(accounts) == model.create_accounts(accounts, clock.at)
            case "windows":
                key, windows = world.account_id(), world.windows()
                assert await engine.set_windows(key, windows) == model.set_windows(key, windows)
            case "expire":
                assert await engine.expire() == model.expire(clock.at)
            case _:
                await engine.index()
    await compare(engine, model, random)


def of_today(view: AccountView | None, model: Model) -> AccountView | None:
    """The view with its windows as they count now: an older period's figures count as zero."""
    if view is None:
        return None
    windows = turned_over(view.windows, day_of(model.clock), year_of(model.clock))
    return msgspec.structs.replace(view, windows=windows)


async def compare(engine: PostgresEngine, model: Model, random: Random) -> None:
    """Everything that can be asked gets equal answers."""
    keys = [1, 2, 3, 4, 5, 6, 98, 99, 1]
    assert await engine.lookup_accounts(keys) == model.lookup_accounts(keys)
    ids = [*model.transfers, 5, 5]
    assert await engine.lookup_transfers(ids) == model.lookup_transfers(ids)
    for asked in filters(random):
        if isinstance(asked, AccountFilter):
            assert await engine.get_account_transfers(asked) == model.get_account_transfers(asked)
            assert await engine.get_account_balances(asked) == model.get_account_balances(asked)
        else:
            assert await engine.query_transfers(asked) == model.query_transfers(asked)
            assert await engine.query_accounts(asked) == model.query_accounts(asked)
    for key in keys:
        view, want = await engine.balance_with_pending(key), model.balance_with_pending(key)
        assert of_today(view, model) == of_today(want, model)
    assert model.check() == []
    assert await engine.check() == []
