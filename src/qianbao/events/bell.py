"""Wakes the readers of this process when the dispatcher, in whatever process it runs, has moved on."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from qianbao.db import Database
from qianbao.db.pool import LOST
from qianbao.errors import Unavailable

CHANNEL: Final = "qianbao_event"
RETRY_S: Final = 0.5
"""How long after a lost line the next is tried."""


class Bell:
    """One LISTEN connection a process. Whoever waits gets an `asyncio.Event` of their own, set at each ring.

    A ring may be lost with the line, so nobody waits for one without a time limit.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: set[asyncio.Event] = set()

    def hung(self) -> asyncio.Event:
        """A new event that every ring sets; its reader clears it."""
        event = asyncio.Event()
        self._waiting.add(event)
        return event

    def ring(self) -> None:
        """Wake everybody in this process."""
        for event in self._waiting:
            event.set()

    async def run(self) -> None:
        """Listen until cancelled, over lost lines."""
        while True:
            with contextlib.suppress(Unavailable, *LOST):
                await self._listen()
            await asyncio.sleep(RETRY_S)

    async def _listen(self) -> None:
        connection = await self._db.connection()
        gone = asyncio.Event()

        def rung(*_: object) -> None:
            self.ring()

        def lost(_: object) -> None:
            gone.set()

        connection.add_termination_listener(lost)
        try:
            await connection.add_listener(CHANNEL, rung)
            self.ring()  # what came while nobody listened
            await gone.wait()
        finally:
            connection.terminate()


async def heard(bell: asyncio.Event, timeout_s: float) -> bool:
    """Wait for a ring, `timeout_s` at most, and clear it; whether it rang."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), timeout_s)
    rang = bell.is_set()
    bell.clear()
    return rang
