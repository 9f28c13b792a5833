"""Moves along the outbox: makes webhook deliveries, and wakes the readers of all processes.

One dispatcher is active in the whole network, the holder of an advisory lock; when its process dies, its
connection and so its lock go, and another takes over within `TAKEOVER_S`. The position and the deliveries
are written in one transaction that moves only from the position it started at, so each event gives each
webhook exactly one delivery, in order, whoever dispatches. (A delivery is then sent at least once.)

It polls: NOTIFY within the commits would put all of them behind one lock. A poll that finds nothing costs
one look at an index; after one that found something the next follows soon, so that a burst is taken in few
large batches instead of many small transactions beside the payments.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

import asyncpg

from qianbao.clock import Clock
from qianbao.db import Database
from qianbao.db.pool import LOST
from qianbao.errors import Unavailable
from qianbao.events.feed import SQL, told
from qianbao.events.models import Position
from qianbao.events.webhook import outbox

LOCK: Final = 7_166_106
"""The advisory lock of the one dispatcher."""
TAKEOVER_S: Final = 0.5
"""How often the others try for the lock."""
BATCH: Final = 2_000
"""Events moved over in one transaction at most."""


class Dispatcher:
    """One of the network's dispatchers; every server process may run one."""

    def __init__(self, db: Database, clock: Clock, *, pause_s: float = 0.01, idle_s: float = 0.04) -> None:
        """`pause_s` after a batch, `idle_s` after nothing: the delay that a single event sees at most."""
        self._db = db
        self._clock = clock
        self._pause_s = pause_s
        self._idle_s = idle_s
        self.leads = False
        """Whether this one holds the lock."""
        self.moved = 0
        """Events that this one has moved over, for the metrics."""

    async def run(self) -> None:
        """Lead whenever the lock is free, until cancelled, over lost lines."""
        while True:
            with contextlib.suppress(Unavailable, *LOST):
                await self._reign()
            self.leads = False
            await asyncio.sleep(TAKEOVER_S)

    async def lag(self) -> float:
        """Seconds since the oldest event that has not been dispatched. Raises `DatabaseLost`."""
        row = await self._db.row(SQL["dispatch_lag"], self._clock.now())
        assert row is not None
        return row["age"] / 1e9

    async def _reign(self) -> None:
        # The lock and all the work share one connection, so whoever has lost the lock can write nothing.
        connection = await self._db.connection()
        try:
            if not await connection.fetchval(SQL["dispatch_lead"], LOCK):
                return
            row = await connection.fetchrow(SQL["dispatch_position"])
            assert row is not None
            here = Position(row["xid"], row["ordinal"])
            self.leads = True
            while True:
                there, size = await self._turn(connection, here)
                self.moved += size
                here = there
                if size < BATCH:
                    await asyncio.sleep(self._pause_s if size else self._idle_s)
        finally:
            connection.terminate()

    async def _turn(self, connection: asyncpg.Connection, here: Position) -> tuple[Position, int]:
        # Move over the next batch; where that leads, and how many events it was.
        hooks = await outbox.wanted(connection)
        if not hooks:
            end = await connection.fetchrow(SQL["dispatch_end"], *here, BATCH)
            if end is None:
                return here, 0
            there = Position(end["xid"], end["ordinal"])
            await self._move(connection, here, there)
            return there, end["size"]

        events = told(await connection.fetch(SQL["feed_after"], *here, BATCH))
        if not events:
            return here, 0
        there = events[-1].position
        due: Sequence[outbox.Due] = outbox.match(events, hooks)
        async with connection.transaction():
            await self._move(connection, here, there)
            if due:
                await outbox.make(connection, due, now=self._clock.now())
        return there, len(events)

    async def _move(self, connection: asyncpg.Connection, here: Position, there: Position) -> None:
        moved = await connection.fetchrow(SQL["dispatch_move"], *here, *there)
        if moved is None:
            raise ConnectionError("another dispatcher has taken over")
