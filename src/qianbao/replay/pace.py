"""How fast a replay may go: as fast as it can, or so that the platform stays responsive beside it."""

from __future__ import annotations

import asyncio

from qianbao.clock import SECOND, Clock


class Pace:
    """At most `per_s` records a second (None: no bound), with at most `in_flight` under way."""

    def __init__(self, clock: Clock, *, per_s: int | None = None, in_flight: int = 1_000_000) -> None:
        self._clock = clock
        self._step = SECOND // per_s if per_s else 0
        self._due = 0
        self.in_flight = in_flight

    @property
    def bounded(self) -> bool:
        """Whether it leaves room for people."""
        return bool(self._step)

    async def turn(self) -> None:
        """Return when the next record may go. Missed time is not caught up."""
        if not self._step:
            return
        now = self._clock.now()
        self._due = max(self._due + self._step, now)
        if self._due > now:
            await asyncio.sleep((self._due - now) / SECOND)
