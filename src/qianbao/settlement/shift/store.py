"""Shifts as they stand in the database."""

from __future__ import annotations

from typing import Final

import asyncpg

from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.payments.trade.store import NEWEST, Place
from qianbao.settlement.shift.models import Shift

_SQL: Final = queries(__package__ or "qianbao.settlement.shift")


class Shifts:
    """Reads of shifts. Each raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def one(self, id: Id) -> Shift | None:
        """The shift of an id, or None."""
        row = await self.db.row(_SQL["shifts"], [id])
        return _shift(row) if row else None

    async def open_of(self, cashier: Id) -> Shift | None:
        """The cashier's open shift, or None."""
        row = await self.db.row(_SQL["open_of_cashier"], cashier)
        return _shift(row) if row else None

    async def page(
        self,
        merchant: Id,
        *,
        before: Place = NEWEST,
        store: Id | None = None,
        cashier: Id | None = None,
        limit: int = 50,
    ) -> list[Shift]:
        """A merchant's shifts before a place, newest first."""
        rows = await self.db.rows(_SQL["page"], merchant, before[0], before[1], store, cashier, limit)
        return [_shift(row) for row in rows]


def _shift(row: asyncpg.Record) -> Shift:
    return Shift(
        id=row["id"],
        merchant=row["merchant"],
        store=row["store"],
        till=row["till"],
        cashier=row["cashier"],
        opened=row["opened"],
        float_amount=row["float_amount"],
        closed=row["closed"] or 0,
        closed_by=row["closed_by"],
        counted=row["counted"],
        expected=row["expected"],
    )
