"""One in the whole network does a thing: the holder of an advisory lock, while its connection lives."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg

from qianbao.db import Database
from qianbao.db.pool import LOST
from qianbao.errors import Unavailable

TAKEOVER_S: Final = 1.0
"""How often the others try for the lock, and how soon a leader that fell begins again."""
LEAD: Final = "SELECT pg_try_advisory_lock($1)"


async def lead(db: Database, lock: int, work: Callable[[asyncpg.Connection], Awaitable[None]]) -> None:
    """Do `work` on the connection that holds the lock, whenever it is free; until cancelled, over lost lines.

    Whoever has lost the lock has lost the connection, so it can write nothing any more.
    """
    while True:
        with contextlib.suppress(Unavailable, asyncpg.SerializationError, *LOST):
            connection = await db.connection()
            try:
                if await connection.fetchval(LEAD, lock):
                    await work(connection)
            finally:
                connection.terminate()
        await asyncio.sleep(TAKEOVER_S)
