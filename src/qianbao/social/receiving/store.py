"""Codes to be paid by, as they stand in the database."""

from __future__ import annotations

from typing import Final

import asyncpg

from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.social.receiving.models import ReceiveCode

_SQL: Final = queries(__package__ or "qianbao.social.receiving")


class ReceiveCodes:
    """Reads and writes of codes."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def one(self, code: str) -> ReceiveCode | None:
        """What a code says, or None. Raises `DatabaseLost`."""
        row = await self.db.row(_SQL["receive_code"], code)
        return _code(row) if row else None

    async def lay(self, code: str, *, wallet: Id, amount: int | None, note: str, now: int) -> ReceiveCode:
        """Keep a new code; a wallet has one standing code without an amount. Raises
        `OutcomeUnknown`."""
        rows = await self.db.write(_SQL["receive_code_laid"], code, wallet, amount, note, now)
        return _code(rows[0])


def _code(row: asyncpg.Record) -> ReceiveCode:
    return ReceiveCode(
        code=row["code"],
        wallet=row["wallet"],
        amount=row["amount"],
        note=row["note"],
        created=row["created"],
    )
