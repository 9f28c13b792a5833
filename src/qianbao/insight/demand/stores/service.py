"""Use cases: lay every store's demand in one batch; read a merchant's own."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Final

import msgspec

from qianbao.clock import Clock, business_date
from qianbao.db import Database, queries
from qianbao.errors import NotFound
from qianbao.ids import Id
from qianbao.insight.demand.stores.models import Batch, Card, Demand
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.archive import Archive

SQL: Final = queries(__package__ or "")


class DemandUnknown(NotFound):
    """No forecast of demand has been made yet: it comes with the first batch."""

    code = "demand_unknown"


class Demands:
    """The demand of stores. Reads raise `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, archive: Archive, clock: Clock) -> None:
        self._db = db
        self._archive = archive
        self._clock = clock

    async def batch(self, today: date | None = None) -> Batch:
        """Fit, and lay every store's demand from a business day (today) on. Raises `OutcomeUnknown`."""
        from qianbao.insight.demand.stores import laying  # LightGBM: only who makes a batch loads it

        now = self._clock.now()
        today = today or business_date(now)
        snapshot = await self._archive.snapshot(Purpose.STATISTICS)
        done = await asyncio.to_thread(laying.batch, snapshot, today=today)
        laid = [msgspec.json.encode(one).decode() for one in done.demands]
        async with self._db.transaction() as connection:
            await connection.execute(SQL["demand_clear"])
            await connection.execute(
                SQL["demand_keep"],
                [one.store for one in done.demands],
                [one.merchant for one in done.demands],
                laid,
            )
            await connection.execute(SQL["batch_keep"], now, today, msgspec.json.encode(done.card).decode())
        return Batch(made=now, first=today, card=done.card)

    async def last(self) -> Batch:
        """The last batch. Raises `DemandUnknown`."""
        row = await self._db.row(SQL["batch_last"])
        if row is None:
            raise DemandUnknown()
        return Batch(made=row["made"], first=row["first"], card=msgspec.json.decode(row["card"], type=Card))

    async def of(self, merchant: Id) -> list[Demand]:
        """A merchant's stores."""
        rows = await self._db.rows(SQL["demand_of"], merchant)
        return [msgspec.json.decode(row["told"], type=Demand) for row in rows]
