"""The payments' part of `qianbao books check`: trades against transfers, refunds and the outbox.

Set-based and over everything; run it while nothing is being paid, or on a snapshot (`check` uses one).
"""

from __future__ import annotations

from typing import Final

import asyncpg
import msgspec

from qianbao.db import Database, queries
from qianbao.db.pool import reading
from qianbao.ids import Id
from qianbao.parties.chart import TransferCode

_SQL: Final = queries(__package__ or "qianbao.payments", "books.sql")
BREAKS_MAX: Final = 100
"""Breaks reported of each kind."""

PAID: Final = [TransferCode.PAYMENT, TransferCode.SUBSIDY]
GIVEN_BACK: Final = [TransferCode.REFUND, TransferCode.REVERSAL, TransferCode.SUBSIDY_RETURNED]


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is off."""

    kind: str
    """`trade_transfers`, `trade_state`, `trade_refunds` or `trade_events`."""
    subject: Id
    """The trade."""
    detail: str


async def check(db: Database, *, breaks_max: int = BREAKS_MAX) -> list[Break]:
    """Compare every trade with the ledger, the refunds and the outbox, in one snapshot; what is off, at most
    `breaks_max` of each kind. Raises `DatabaseLost`."""
    with reading():
        async with (
            db.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            return await check_on(connection, breaks_max=breaks_max)


async def check_on(
    connection: asyncpg.pool.PoolConnectionProxy, *, breaks_max: int = BREAKS_MAX
) -> list[Break]:
    """As `check`, in a transaction that is open."""
    transfers = await connection.fetch(
        _SQL["paid_differently"], PAID, GIVEN_BACK, TransferCode.FEE, TransferCode.FEE_RETURNED, breaks_max
    )
    found = [Break(kind="trade_transfers", subject=row["id"], detail=_transfers(row)) for row in transfers]
    for kind, query, detail in (
        ("trade_state", "state_differently", _state),
        ("trade_refunds", "refunds_differently", _refunds),
        ("trade_events", "told_differently", _events),
    ):
        rows = await connection.fetch(_SQL[query], breaks_max)
        found += [Break(kind=kind, subject=row["id"], detail=detail(row)) for row in rows]
    return found


def _transfers(row: asyncpg.Record) -> str:
    if row["unknown"]:
        return f"The ledger moved {row['paid']} for a trade that is not there."
    return "; ".join(
        f"{name}: the trade says {row[f'row_{name}']}, the ledger {row[name]}"
        for name in ("paid", "given_back", "fee", "fee_returned")
        if row[f"row_{name}"] != row[name]
    )


def _state(row: asyncpg.Record) -> str:
    return (
        f"{row['state']} with amount {row['amount']}, refunded {row['refunded']}, fee {row['fee']}, "
        f"fee returned {row['fee_returned']}"
    )


def _refunds(row: asyncpg.Record) -> str:
    return (
        f"The trade says {row['row_refunded']} in {row['row_count']} refunds, "
        f"the refunds {row['refunded']} in {row['count']}"
    )


def _events(row: asyncpg.Record) -> str:
    return f"The trade is at version {row['version']}; the outbox has {row['events']} events that fit or not."
