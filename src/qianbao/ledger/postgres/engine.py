"""The PostgreSQL engine: batches as arrays in one call, reads as one statement each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import asyncpg

from qianbao.clock import Clock
from qianbao.db import Database
from qianbao.db.pool import writing
from qianbao.ledger.errors import BatchTooLarge
from qianbao.ledger.models import (
    BATCH_MAX,
    Account,
    AccountBalance,
    AccountFilter,
    AccountFilterFlags,
    AccountFlags,
    AccountView,
    CreateAccountResult,
    CreateTransferResult,
    Problem,
    QueryFilter,
    QueryFilterFlags,
    Transfer,
    Windows,
)
from qianbao.ledger.postgres import rows
from qianbao.ledger.postgres.statements import NEWEST_FIRST, OLDEST_FIRST
from qianbao.ledger.statuses import CreateAccountStatus, CreateTransferStatus

CLASH_TRIES: Final = 10
"""Two batches that make the same id at the same moment: the second is sent again and finds the first's."""
INDEX_STEP: Final = 20_000
"""Transfers indexed in one transaction."""
EXPIRE_STEP: Final = 5_000
"""Pending transfers expired in one transaction."""
_TIME_MAX: Final = 2**63 - 1
_ACCOUNT_STATUS: Final = {_s if _s < 2**31 else -1: _s for _s in CreateAccountStatus}
_TRANSFER_STATUS: Final = {_s if _s < 2**31 else -1: _s for _s in CreateTransferStatus}


class PostgresEngine:
    """See `Engine`. `clock` None: the server's clock."""

    def __init__(self, db: Database, *, clock: Clock | None = None) -> None:
        self._db = db
        self._clock = clock

    async def create_accounts(self, accounts: Sequence[Account]) -> list[CreateAccountResult]:
        """Make accounts, in order; the result of each, in order."""
        if not accounts:
            return []
        _fits(accounts)
        found = await self._send("create_accounts", *rows.account_columns(accounts), self._now())
        stamps, statuses = found["timestamps"], found["statuses"]
        return [CreateAccountResult(t, _ACCOUNT_STATUS[s]) for t, s in zip(stamps, statuses, strict=True)]

    async def create_transfers(self, transfers: Sequence[Transfer]) -> list[CreateTransferResult]:
        """Make transfers, in order; the result of each, in order."""
        if not transfers:
            return []
        _fits(transfers)
        found = await self._send("post", *rows.transfer_columns(transfers), False, self._now())
        stamps, statuses = found["timestamps"], found["statuses"]
        return [CreateTransferResult(t, _TRANSFER_STATUS[s]) for t, s in zip(stamps, statuses, strict=True)]

    async def lookup_accounts(self, ids: Sequence[int]) -> list[Account]:
        """The accounts found, in the order asked; a missing one is left out."""
        found = await self._db.rows(OLDEST_FIRST["lookup_accounts"], [rows.key(i) for i in ids])
        known = {a.id: a for a in map(rows.account, found)}
        return [known[i] for i in ids if i in known]

    async def lookup_transfers(self, ids: Sequence[int]) -> list[Transfer]:
        """The transfers found, in the order asked; a missing one is left out."""
        found = await self._db.rows(OLDEST_FIRST["lookup_transfers"], [rows.key(i) for i in ids])
        known = {t.id: t for t in map(rows.transfer, found)}
        return [known[i] for i in ids if i in known]

    async def get_account_transfers(self, asked: AccountFilter) -> list[Transfer]:
        """An account's transfers by time. An invalid filter finds nothing."""
        if not asked.valid():
            return []
        debits, credits = (
            bool(asked.flags & AccountFilterFlags.DEBITS),
            bool(asked.flags & AccountFilterFlags.CREDITS),
        )
        if asked.user_data_128:
            driver, kinds = rows.key(asked.user_data_128), [2]
        else:
            driver, kinds = (
                rows.key(asked.account_id),
                [kind for kind, want in ((0, debits), (1, credits)) if want],
            )
        plain = not (asked.user_data_128 or asked.user_data_64 or asked.user_data_32 or asked.code)
        found = await self._db.rows(
            _ordered(asked.flags & AccountFilterFlags.REVERSED)["transfers_by_key"],
            driver,
            kinds,
            *_page(asked),
            asked.limit if plain else None,
            rows.key(asked.account_id),
            debits,
            credits,
            *_references(asked),
            None,
            asked.code or None,
        )
        return [rows.transfer(row) for row in found]

    async def get_account_balances(self, asked: AccountFilter) -> list[AccountBalance]:
        """The balances after each of those transfers, of an account with the history flag."""
        if not asked.valid():
            return []
        account = await self.lookup_accounts([asked.account_id])
        if not account or not account[0].flags & AccountFlags.HISTORY:
            return []
        statements = _ordered(asked.flags & AccountFilterFlags.REVERSED)
        narrowed = asked.user_data_128 or asked.user_data_64 or asked.user_data_32 or asked.code
        if narrowed or asked.flags & 3 != 3:
            stamps = [t.timestamp for t in await self.get_account_transfers(asked)]
            found = await self._db.rows(statements["balances_at"], rows.key(asked.account_id), stamps)
        else:
            found = await self._db.rows(
                statements["balances_by_time"], rows.key(asked.account_id), *_page(asked)
            )
        return [rows.balance(row) for row in found]

    async def query_accounts(self, asked: QueryFilter) -> list[Account]:
        """Accounts by the time they were made."""
        if not asked.valid():
            return []
        statement = _ordered(asked.flags & QueryFilterFlags.REVERSED)["query_accounts"]
        found = await self._db.rows(
            statement, *_page(asked), *_references(asked), asked.ledger or None, asked.code or None
        )
        return [rows.account(row) for row in found]

    async def query_transfers(self, asked: QueryFilter) -> list[Transfer]:
        """Transfers by time."""
        if not asked.valid():
            return []
        statements = _ordered(asked.flags & QueryFilterFlags.REVERSED)
        narrowing = (asked.ledger or None, asked.code or None)
        for kind, number in ((2, asked.user_data_128), (3, asked.user_data_64), (4, asked.user_data_32)):
            if number:
                arguments = (
                    rows.key(number),
                    [kind],
                    *_page(asked),
                    None,
                    None,
                    False,
                    False,
                    *_references(asked),
                )
                found = await self._db.rows(statements["transfers_by_key"], *arguments, *narrowing)
                break
        else:
            found = await self._db.rows(statements["transfers_by_time"], *_page(asked), *narrowing)
        return [rows.transfer(row) for row in found]

    async def balance_with_pending(self, account: int) -> AccountView | None:
        """An account, its windows and its pending transfers (oldest first) of one moment. None: not there."""
        found = await self._db.rows(OLDEST_FIRST["balance_with_pending"], rows.key(account))
        if not found:
            return None
        pending = tuple(rows.pending(row) for row in found if row["p_id"] is not None)
        return AccountView(account=rows.account(found[0]), windows=rows.windows(found[0]), pending=pending)

    async def set_windows(self, account: int, windows: Windows) -> bool:
        """Set the maxima of an account's spend windows; what was used stays. False: no such account."""
        return await self.set_many_windows([(account, windows)]) == 1

    async def set_many_windows(self, asked: Sequence[tuple[int, Windows]]) -> int:
        """The same for many accounts at once; how many of them there are. Each account once."""
        keys = [rows.key(account) for account, _ in asked]
        most = [
            (w.day_max, w.year_max, w.life_max, w.static_max, w.pinless_max, w.pinless_count_max)
            for _, w in asked
        ]
        columns = [[row[place] for row in most] for place in range(6)]
        found: int = (await self._send("set_windows", keys, *columns))[0]
        return found

    async def expire(self) -> int:
        """Give back what overdue pending transfers hold; how many."""
        return await self._repeat("expire", EXPIRE_STEP, self._now())

    async def index(self) -> int:
        """Bring the index of transfers up to date behind the commits; how many were indexed."""
        return await self._repeat("index", INDEX_STEP)

    async def check(self) -> list[Problem]:
        """What is wrong with the books; nothing when all is right."""
        return [
            Problem(
                problem=row["problem"],
                ledger=row["ledger"],
                account=row["account"].int if row["account"] else 0,
                expected=int(row["expected"]),
                found=int(row["found"] or 0),
            )
            for row in await self._db.rows(OLDEST_FIRST["check"])
        ]

    async def close(self) -> None:
        """Let go of connections."""
        await self._db.close()

    def _now(self) -> int | None:
        return None if self._clock is None else self._clock.now()

    async def _send(self, name: str, *arguments: Any) -> asyncpg.Record:
        for tries_left in reversed(range(CLASH_TRIES)):
            try:
                with writing():
                    found = await self._db.pool.fetchrow(OLDEST_FIRST[name], *arguments)
                assert found is not None
                return found
            except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
                if not tries_left:
                    raise
            except asyncpg.DataError as error:
                raise rows.out_of_range(error) from error
        raise AssertionError("unreachable")

    async def _repeat(self, name: str, step: int, *arguments: Any) -> int:
        total = 0
        while True:
            done: int = (await self._send(name, step, *arguments))[0]
            total += done
            if done < step:
                return total


def _ordered(reversed_: int) -> Mapping[str, str]:
    return NEWEST_FIRST if reversed_ else OLDEST_FIRST


def _fits(batch: Sequence[Account] | Sequence[Transfer]) -> None:
    if len(batch) > BATCH_MAX:
        raise BatchTooLarge(
            f"{len(batch)} events in one batch.", field="batch", expected=f"at most {BATCH_MAX}"
        )


def _page(asked: AccountFilter | QueryFilter) -> tuple[int, int, int]:
    return asked.timestamp_min, asked.timestamp_max or _TIME_MAX, asked.limit


def _references(asked: AccountFilter | QueryFilter) -> tuple[Any, int | None, int | None]:
    return (
        rows.key(asked.user_data_128) if asked.user_data_128 else None,
        rows.signed(asked.user_data_64) if asked.user_data_64 else None,
        asked.user_data_32 or None,
    )
