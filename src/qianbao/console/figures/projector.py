"""Keeps the figures behind the outbox: a second or so, whatever is paid; after a start it catches up.

One in the network leads; the position moves in the statement that adds up and only from where it stood, so
each payment counts once, whoever projects and whenever it is killed. Nothing of it is awaited by a payment,
and a commit of it that a crash forgets, position and figures together, is simply made again: so it does not
wait for the disk.
"""

from __future__ import annotations

import asyncio
from typing import Final

import asyncpg

from qianbao.clock import SECOND, Clock
from qianbao.console.figures.store import SQL
from qianbao.console.leading import lead
from qianbao.db import Database

LOCK: Final = 7_166_130
"""The advisory lock of the one projector."""
BATCH: Final = 2_000
"""Commands in one transaction at most: readers of events wait below it for as long as it writes."""
PRUNE_S: Final = 60
SECONDS_KEPT: Final = 2 * 3600
MINUTES_KEPT: Final = 8 * 24 * 60
PULSE_KEPT_S: Final = 600


class Projector:
    """One of the network's projectors; every worker process may run one."""

    def __init__(self, db: Database, clock: Clock, *, pause_s: float = 0.5) -> None:
        """`pause_s` after a batch that was not full: the delay of the figures, and what keeps them cheap."""
        self._db = db
        self._clock = clock
        self._pause_s = pause_s

    async def run(self) -> None:
        """Project whenever nobody else does, until cancelled."""
        await lead(self._db, LOCK, self._reign)

    async def _reign(self, connection: asyncpg.Connection) -> None:
        await connection.execute(SQL["hurry"])
        pruned = 0
        while True:
            size = await connection.fetchval(SQL["project"], BATCH)
            if size is None or size < BATCH:
                await asyncio.sleep(self._pause_s)
            now_s = self._clock.now() // SECOND
            if now_s - pruned >= PRUNE_S:
                pruned = now_s
                await connection.execute(SQL["prune_seconds"], now_s - SECONDS_KEPT)
                await connection.execute(SQL["prune_minutes"], now_s // 60 - MINUTES_KEPT)
                await connection.execute(SQL["prune_pulses"], (now_s - PULSE_KEPT_S) * SECOND)
