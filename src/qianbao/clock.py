"""Time is injected, so that every flow can be replayed exactly. Nanoseconds since 1970, UTC."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Protocol

SECOND = 1_000_000_000
"""Nanoseconds in a second."""


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        """Nanoseconds since 1970-01-01T00:00:00Z."""
        return time.time_ns()


class ManualClock:
    """A clock that stands until it is moved: for tests and exact replays."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        """The nanoseconds it was last set to."""
        return self.at

    def advance(self, seconds: float) -> None:
        """Move the clock, backwards too."""
        self.at += round(seconds * SECOND)


BUSINESS_ZONE = timezone(timedelta(hours=8), "CST")
"""The network's business day (limits, statements) turns over at midnight of UTC+8; no summer time."""


def moment(ns: int) -> datetime:
    """The UTC moment of `ns`, cut to microseconds."""
    return datetime.fromtimestamp(ns // SECOND, UTC).replace(microsecond=ns % SECOND // 1000)


@lru_cache(maxsize=4096)
def _second(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def rfc3339(ns: int) -> str:
    """`ns` as the API writes times, in UTC: 2026-11-24T08:30:00.000000Z."""
    second, rest = divmod(ns, SECOND)
    return f"{_second(second)}.{rest // 1000:06d}Z"


def nanoseconds(at: datetime) -> int:
    """Nanoseconds of an aware moment, exact to the microsecond."""
    delta = at - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds * 1000


def business_date(ns: int) -> date:
    """The business day that `ns` falls into."""
    return moment(ns).astimezone(BUSINESS_ZONE).date()
