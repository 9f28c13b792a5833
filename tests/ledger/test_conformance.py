"""The conformance table, told to every engine there is: the model, PostgreSQL, and a TigerBeetle server
where `QIANBAO_TEST_TIGERBEETLE` names one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import msgspec
import pytest

from qianbao.clock import SECOND, ManualClock
from qianbao.db import Database
from qianbao.ids import new
from qianbao.ledger import (
    ID_MAX,
    Account,
    AccountBalance,
    AccountFilter,
    AccountFlags,
    CreateAccountResult,
    CreateTransferResult,
    Engine,
    Model,
    QueryFilter,
    Transfer,
    Windows,
)
from qianbao.ledger import open as open_ledger
from qianbao.ledger.postgres import PostgresEngine
from tests.ledger.conformance import CASES, Accounts, Balances, Case, History, Limits, Transfers, Wait
from tests.ledger.conftest import TIGERBEETLE
from tests.ledger.generate import Stamp

START = 1_790_000_000 * SECOND
ENGINES = ("model", "postgres", *(("tigerbeetle",) if TIGERBEETLE else ()))


class Books(Protocol):
    """The part of an engine that the table asks."""

    async def create_accounts(self, accounts: list[Account], /) -> list[CreateAccountResult]: ...

    async def create_transfers(self, transfers: list[Transfer], /) -> list[CreateTransferResult]: ...

    async def lookup_accounts(self, ids: list[int], /) -> list[Account]: ...

    async def get_account_balances(self, asked: AccountFilter, /) -> list[AccountBalance]: ...

    async def set_windows(self, account: int, windows: Windows, /) -> bool: ...

    async def expire(self) -> int: ...


class InMemory:
    """The model as an engine."""

    def __init__(self, clock: ManualClock) -> None:
        self.model, self.clock = Model(), clock

    async def create_accounts(self, accounts: list[Account]) -> list[CreateAccountResult]:
        """Make accounts."""
        return self.model.create_accounts(accounts, self.clock.at)

    async def create_transfers(self, transfers: list[Transfer]) -> list[CreateTransferResult]:
        """Make transfers."""
        return self.model.create_transfers(transfers, self.clock.at)

    async def lookup_accounts(self, ids: list[int]) -> list[Account]:
        """Find accounts."""
        return self.model.lookup_accounts(ids)

    async def get_account_balances(self, asked: AccountFilter) -> list[AccountBalance]:
        """An account's history."""
        return self.model.get_account_balances(asked)

    async def set_windows(self, account: int, windows: Windows) -> bool:
        """Set limits."""
        return self.model.set_windows(account, windows)

    async def expire(self) -> int:
        """Expire."""
        return self.model.expire(self.clock.at)


@pytest.fixture(scope="module")
async def cluster() -> AsyncIterator[Engine | None]:
    """The TigerBeetle server, where there is one."""
    engine = await open_ledger(f"tb://{TIGERBEETLE}?cluster=0") if TIGERBEETLE else None
    yield engine
    if engine:
        await engine.close()


class Teller:
    """Tells a case's story to one engine. Ids are of this telling only; each engine has its own time."""

    def __init__(self, books: Books, newest: int, sleep: Callable[[float], Awaitable[None]]) -> None:
        self.books, self.newest, self.sleep = books, newest, sleep
        self.base = new(0).int >> 20 << 20
        self.accounts: dict[int, int] = {}
        self.transfers: dict[int, int] = {}

    def real(self, number: int) -> int:
        """This telling's id."""
        return number if number in (0, ID_MAX) else self.base + number

    def settled(self, stamp: Stamp) -> int:
        """The nanosecond of a stamp."""
        return stamp.settle(self.newest, self.accounts, self.transfers)

    async def make_accounts(self, step: Accounts) -> None:
        """Make accounts; the statuses are as the table says."""
        sent = [
            msgspec.structs.replace(a, id=self.real(a.id), timestamp=self.settled(s))
            for a, s, _ in step.events
        ]
        results = await self.books.create_accounts(sent)
        assert [r.status.name for r in results] == [status.name for _, _, status in step.events]
        made = {
            a.id: r.timestamp
            for (a, _, _), r in zip(step.events, results, strict=True)
            if r.status == 0xFFFFFFFF
        }
        self.accounts |= made
        self.newest = max([self.newest, *made.values()])

    async def make_transfers(self, step: Transfers) -> None:
        """Make transfers; the statuses are as the table says."""
        sent = [
            msgspec.structs.replace(
                t,
                id=self.real(t.id),
                debit_account_id=self.real(t.debit_account_id),
                credit_account_id=self.real(t.credit_account_id),
                pending_id=self.real(t.pending_id),
                timestamp=self.settled(s),
            )
            for t, s, _ in step.events
        ]
        results = await self.books.create_transfers(sent)
        assert [r.status.name for r in results] == [status.name for _, _, status in step.events]
        made = {
            t.id: r.timestamp
            for (t, _, _), r in zip(step.events, results, strict=True)
            if r.status == 0xFFFFFFFF
        }
        self.transfers |= made
        self.newest = max([self.newest, *made.values()])

    async def balances(self, step: Balances) -> None:
        """The account holds what the table says."""
        [found] = await self.books.lookup_accounts([self.real(step.account)])
        assert (found.debits_pending, found.debits_posted, found.credits_pending, found.credits_posted) == (
            step.debits_pending,
            step.debits_posted,
            step.credits_pending,
            step.credits_posted,
        )
        assert bool(found.flags & AccountFlags.CLOSED) == step.closed

    async def history(self, step: History) -> None:
        """The account's history is what the table says."""
        found = await self.books.get_account_balances(AccountFilter(account_id=self.real(step.account)))
        assert step.balances == tuple(
            (b.debits_pending, b.debits_posted, b.credits_pending, b.credits_posted) for b in found
        )

    async def tell(self, case: Case) -> None:
        """The whole story."""
        for step in case.steps:
            await self.sleep(0.001)
            match step:
                case Accounts():
                    await self.make_accounts(step)
                case Transfers():
                    await self.make_transfers(step)
                case Balances():
                    await self.balances(step)
                case History():
                    await self.history(step)
                case Limits():
                    assert await self.books.set_windows(self.real(step.account), step.windows)
                case Wait():
                    await self.sleep(step.seconds)
                    await self.books.expire()


TABLE = [
    pytest.param(engine, case, id=f"{engine}: {case.name}")
    for engine in ENGINES
    for case in CASES
    if engine != "tigerbeetle" or not case.ours
]


@pytest.mark.parametrize(("engine", "case"), TABLE)
async def test_every_engine_answers_as_the_table_says(
    engine: str, case: Case, db: Database, cluster: Engine | None
) -> None:
    if engine == "tigerbeetle":
        assert cluster is not None
        last = QueryFilter(limit=1, flags=1)
        rows = [*await cluster.query_accounts(last), *await cluster.query_transfers(last)]
        await Teller(cluster, max((row.timestamp for row in rows), default=0), asyncio.sleep).tell(case)
        return
    clock = ManualClock(START)

    async def pass_time(seconds: float) -> None:
        clock.advance(seconds)

    if engine == "model":
        books: Books = InMemory(clock)
    else:
        # Every story begins at a later hour, since all are told to one ledger.
        last = await db.row("SELECT last_value FROM ledger_clock")
        assert last is not None
        clock.at = max(START, last["last_value"] + 1) + 3600 * SECOND
        books = PostgresEngine(db, clock=clock)
    await Teller(books, clock.at - 1800 * SECOND, pass_time).tell(case)
