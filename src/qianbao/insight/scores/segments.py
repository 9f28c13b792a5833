"""The words for how often and how lately somebody buys; apart, so that a server need not load the models."""

from __future__ import annotations

from enum import StrEnum


class Segment(StrEnum):
    """What recency and frequency say together."""

    REGULAR = "regular"
    """Often and lately."""
    COMING = "coming"
    """Lately, and not often yet."""
    STEADY = "steady"
    """In the middle of both."""
    SLIPPING = "slipping"
    """Often once, and not lately."""
    ASLEEP = "asleep"
    """Neither often nor lately."""
