"""When a delivery that was not acknowledged is tried again.

At once, then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h after the try before: about three
days in all (the schedule that the Standard Webhooks specification recommends). Each wait is drawn up to a
tenth longer or shorter, so that what failed together does not come back together. An address that has
acknowledged nothing for `GIVE_UP_S` is switched off.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qianbao.clock import SECOND

WAITS_S: Final = (
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
)
"""The wait after the first failed try, the second, … After one more failure the delivery has failed."""
JITTER: Final = 0.1
GIVE_UP_S: Final = 5 * 24 * 3600
"""A webhook that has acknowledged nothing for so long is switched off."""
GONE: Final = 410
"""The HTTP status by which an address says that it wants no more."""


def acknowledged(status: int | None) -> bool:
    """Whether an answer means that the event has arrived: any 2xx, nothing else (no redirect is followed)."""
    return status is not None and 200 <= status < 300


def next_due(now: int, tries: int, *, chance: Callable[[], float]) -> int | None:
    """When to try again (ns) after `tries` tries have failed; None: not again.

    `chance` draws from [0, 1).
    """
    if tries > len(WAITS_S):
        return None
    spread = 1 + JITTER * (2 * chance() - 1)
    return now + round(WAITS_S[tries - 1] * spread * SECOND)
