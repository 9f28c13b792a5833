"""What a server process tells of itself every other second: how long its answers took in the last minute.

It goes through the database, so whichever process serves a console knows of all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections import deque
from typing import Final

from qianbao.api.metrics import LATENCY, LATENCY_BUCKETS_S
from qianbao.console.figures.store import Figures, Pulse
from qianbao.errors import Unavailable

BEAT_S: Final = 2.0
WINDOW: Final = 30
"""Beats over which is told."""
LEFT_OUT: Final = frozenset({"unmatched", "/healthz", "/readyz", "/metrics"})
STREAMS: Final = ("/stream", "/live")
"""Routes that are open for as long as somebody looks are no measure."""

Counts = dict[str, tuple[int, ...]]


class Beat:
    """Tells of one process."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._past: deque[Counts] = deque(maxlen=WINDOW + 1)

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            self._past.append(counted())
            steps = since(self._past[0], self._past[-1])
            with contextlib.suppress(Unavailable):
                await self._figures.tell(self._name, Pulse(buckets_s=LATENCY_BUCKETS_S, steps=steps))
            await asyncio.sleep(BEAT_S)


def counted() -> Counts:
    """Of each route the answers by bucket of latency, since the process began; beyond the last bound is
    one more."""
    summed: dict[str, list[int]] = {}
    for family in LATENCY.collect():
        for sample in family.samples:
            route = sample.labels.get("route", "")
            if sample.name.endswith("_bucket") and route not in LEFT_OUT and not route.endswith(STREAMS):
                summed.setdefault(route, []).append(int(sample.value))
    # Prometheus counts each bucket with those below it.
    return {
        route: tuple(most - less for less, most in zip((0, *sums), sums, strict=False))
        for route, sums in summed.items()
    }


def since(before: Counts, after: Counts) -> Counts:
    """What came in between, of those routes that were asked."""
    steps = {
        route: tuple(
            now - then for then, now in zip(before.get(route, (0,) * len(counts)), counts, strict=True)
        )
        for route, counts in after.items()
    }
    return {route: counts for route, counts in steps.items() if any(counts)}
