"""Counter codes as they stand in the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg

from qianbao.db import Database, Gather, queries
from qianbao.ids import Id
from qianbao.payments.counter.models import Counter, CounterKind

_SQL: Final = queries(__package__ or "qianbao.payments.counter")
LIST_MAX: Final = 500


class Counters:
    """Reads and writes of counter codes. Reads raise `DatabaseLost`, writes `OutcomeUnknown`."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._by_token: Gather[str, Counter] = Gather(self._fetch)

    async def one(self, token: str) -> Counter | None:
        """The code of a token, withdrawn or not, or None."""
        return await self._by_token.one(token)

    async def of(self, merchant: Id) -> list[Counter]:
        """A merchant's codes that are not withdrawn, newest first."""
        return [_counter(row) for row in await self.db.rows(_SQL["counters_of"], merchant, LIST_MAX)]

    async def add(self, counter: Counter) -> bool:
        """Keep a new code; False when its token is taken."""
        rows = await self.db.write(
            _SQL["add"],
            counter.token,
            counter.kind,
            counter.merchant,
            counter.store,
            counter.amount,
            counter.subject,
            counter.created,
        )
        return bool(rows)

    async def revoke(self, token: str, merchant: Id, at: int) -> bool:
        """Withdraw a merchant's code; False when there is none to withdraw."""
        return bool(await self.db.write(_SQL["revoke"], token, merchant, at))

    async def _fetch(self, tokens: list[str]) -> Mapping[str, Counter]:
        return {row["token"]: _counter(row) for row in await self.db.rows(_SQL["counters"], tokens)}


def _counter(row: asyncpg.Record) -> Counter:
    return Counter(
        token=row["token"],
        kind=CounterKind(row["kind"]),
        merchant=row["merchant"],
        store=row["store"],
        amount=row["amount"],
        subject=row["subject"],
        created=row["created"],
        revoked=row["revoked"] or 0,
    )
