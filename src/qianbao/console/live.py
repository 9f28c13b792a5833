"""The figures as they happen, pushed to every open console: one reading a second in a process.

A client that reads too slowly misses readings and never gets old ones: each says how things are, not what
changed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from typing import Final

import msgspec

from qianbao.console.books.models import Check
from qianbao.console.books.service import Books
from qianbao.console.figures.models import Now, Point
from qianbao.console.figures.store import Figures
from qianbao.errors import Unavailable

TICK_S: Final = 1.0
FIRST_S: Final = 600
"""Seconds of the past that the first reading has."""
FIRST_MIN: Final = 24 * 60
AGAIN_S: Final = 8
"""Seconds of the past that each reading has: the last few may still have grown."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """How the network fares now."""

    now: Now
    seconds: tuple[Point, ...]
    """First the last ten minutes', then the last few. Those without a payment are left out."""
    minutes: tuple[Point, ...] = ()
    """In the first reading only: of the last day."""
    zero_sum: Check | None
    whole: Check | None


class Live:
    """The consoles of this process and the one reader that serves them."""

    def __init__(self, figures: Figures, books: Books, frame: Callable[[str, Reading], bytes]) -> None:
        """`frame` writes a reading as a server-sent event of a name."""
        self._figures = figures
        self._books = books
        self._frame = frame
        self._waiting: set[asyncio.Queue[bytes | None]] = set()
        self._closed = False

    @property
    def clients(self) -> int:
        """How many look."""
        return len(self._waiting)

    def close(self) -> None:
        """End all streams, for this process is to stop: their clients come back elsewhere."""
        self._closed = True
        for queue in self._waiting:
            _newest(queue, None)

    async def run(self) -> None:
        """Read for the clients of this process once a second, until cancelled; without clients, sleep."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._waiting:
                with contextlib.suppress(Unavailable):
                    frame = self._frame("tick", await self.reading(AGAIN_S))
                    for queue in self._waiting:
                        _newest(queue, frame)

    async def events(self) -> AsyncGenerator[bytes]:
        """Frames for one client: how it is and was, then how it is, every second. Raises `DatabaseLost`."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(1)
        first = self._frame("first", await self.reading(FIRST_S, FIRST_MIN))
        self._waiting.add(queue)
        try:
            yield first
            while not self._closed and (frame := await queue.get()) is not None:
                yield frame
        finally:
            self._waiting.discard(queue)

    async def reading(self, last_s: int, last_min: int = 0) -> Reading:
        """How the network fares now, with the last seconds and minutes. Raises `DatabaseLost`."""
        zero_sum, whole = await self._books.latest()
        return Reading(
            now=await self._figures.now(),
            seconds=tuple(await self._figures.seconds(last_s)),
            minutes=tuple(await self._figures.minutes(last_min)) if last_min else (),
            zero_sum=zero_sum,
            whole=whole,
        )


def _newest(queue: asyncio.Queue[bytes | None], frame: bytes | None) -> None:
    with contextlib.suppress(asyncio.QueueEmpty):
        queue.get_nowait()
    queue.put_nowait(frame)
