"""Writes events into the outbox as the journal does: rows of `command`."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from qianbao.clock import SystemClock
from qianbao.ids import Id, new

Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy | asyncpg.Pool

INSERT = """
INSERT INTO command (id, digest, ts, caller, subject, ordinal, outcome, type, data)
VALUES ($1, 0, $2, $1, $3, $4, $5, $6, $7)
"""


def fresh() -> Id:
    """A new id."""
    return new(SystemClock().now())


async def tell(
    connection: Connection,
    kind: str = "trade.paid",
    *,
    subject: Id | None = None,
    ordinal: int = 1,
    outcome: int = 0,
    **data: Any,
) -> Id:
    """One event (with another `outcome` than 0: a refused command, which is none); its id."""
    event = fresh()
    text = json.dumps({key: str(value) for key, value in data.items()})
    at = SystemClock().now()
    await connection.execute(INSERT, event, at, subject or event, ordinal, outcome, kind, text)
    return event
