"""The social room's part of `qianbao books check`: packets, payments and collections against the ledger.

Set-based and over everything, in one snapshot.
"""

from __future__ import annotations

from typing import Final

import asyncpg
import msgspec

from qianbao.db import Database, queries
from qianbao.db.pool import reading
from qianbao.ids import Id
from qianbao.parties.chart import TransferCode

_SQL: Final = queries(__package__ or "qianbao.social", "books.sql")
BREAKS_MAX: Final = 100
"""Breaks reported of each kind."""


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is off."""

    kind: str
    """`red_packet`, `red_packet_shares`, `personal_payment` or `collection`."""
    subject: Id
    """Which one."""
    detail: str


async def check(db: Database, *, breaks_max: int = BREAKS_MAX) -> list[Break]:
    """Compare everything of this room with the ledger; what is off, at most `breaks_max` of each kind. Raises
    `DatabaseLost`."""
    queries: tuple[tuple[str, str, tuple[int, ...]], ...] = (
        ("red_packet", "packets_differently", ()),
        ("red_packet_shares", "shares_differently", ()),
        (
            "personal_payment",
            "personal_differently",
            (TransferCode.PERSONAL_PAYMENT, TransferCode.PERSONAL_PAYMENT_RETURNED),
        ),
        ("collection", "collections_differently", (TransferCode.COLLECTION,)),
    )
    found: list[Break] = []
    with reading():
        async with (
            db.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            for kind, query, codes in queries:
                rows = await connection.fetch(_SQL[query], breaks_max, *codes)
                found += [Break(kind=kind, subject=row["id"], detail=_told(row)) for row in rows]
    return found


def _told(row: asyncpg.Record) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if name != "id")
