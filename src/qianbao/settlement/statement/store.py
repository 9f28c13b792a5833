"""Balances at the end of business days that are over, kept once they have been added up."""

from __future__ import annotations

from datetime import date
from typing import Final

from qianbao.db import Database, queries
from qianbao.ids import Id

_SQL: Final = queries(__package__ or "qianbao.settlement.statement")


class Closings:
    """Reads and writes of closing balances. Reads raise `DatabaseLost`, writes `OutcomeUnknown`."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def before(self, merchant: Id, day: date) -> tuple[date, int] | None:
        """The last kept balance of a day before `day`, with its day, or None."""
        row = await self.db.row(_SQL["before"], merchant, day)
        return (row["day"], row["balance"]) if row else None

    async def keep(self, merchant: Id, day: date, balance: int) -> None:
        """Keep the balance (minor units) at the end of a day; one that is kept stays."""
        await self.db.write(_SQL["keep"], merchant, day, balance)
