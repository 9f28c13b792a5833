"""Refunds as they stand in the database."""

from __future__ import annotations

from typing import Final

import asyncpg

from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.payments.refund.models import Refund

_SQL: Final = queries(__package__ or "qianbao.payments.refund")


class Refunds:
    """Reads of refunds. Each raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def one(self, id: Id) -> Refund | None:
        """The refund of an id, or None."""
        rows = await self.db.rows(_SQL["refunds"], [id])
        return _refund(rows[0]) if rows else None

    async def of(self, ids: list[Id]) -> list[Refund]:
        """The refunds of some ids; unknown ones left out."""
        return [_refund(row) for row in await self.db.rows(_SQL["refunds"], ids)]

    async def of_number(self, merchant: Id, out_refund_no: str) -> Refund | None:
        """A merchant's refund by its own number, or None."""
        row = await self.db.row(_SQL["refund_of_number"], merchant, out_refund_no)
        return _refund(row) if row else None

    async def of_trade(self, trade: Id) -> list[Refund]:
        """A trade's refunds, oldest first."""
        return [_refund(row) for row in await self.db.rows(_SQL["refunds_of_trade"], trade)]


def _refund(row: asyncpg.Record) -> Refund:
    return Refund(
        id=row["id"],
        trade=row["trade"],
        merchant=row["merchant"],
        out_refund_no=row["out_refund_no"],
        amount=row["amount"],
        fee_returned=row["fee_returned"],
        reason=row["reason"] or "",
        at=row["at"],
        cashier=row["cashier"],
        approved_by=row["approved_by"],
    )
