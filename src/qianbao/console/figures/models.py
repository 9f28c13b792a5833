"""What is counted, and by what. Counts are of payments; amounts are minor units of the currency."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec


class Dimension(StrEnum):
    """By what payments are counted."""

    DAY = "day"
    """The business day on which it happened."""
    SCENE = "scene"
    WAY = "way"
    """`offline` or `online`: a code that was made for a trade without a till is online."""
    BRAND = "brand"
    """Of the payer's wallet."""
    CITY = "city"
    """Of the store."""
    CITY_TIER = "city_tier"
    AGE_GROUP = "age_group"
    """Of the payer in the year of the payment; empty where the birth year is not known."""


AGE_GROUPS: Final = ("0-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")
"""The groups that `figure_age` tells apart."""
DIMENSIONS_MAX: Final = 2
"""By how many at once: the comparison of brands by tier is two."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What was paid, what was not, and what went back."""

    paid: int = 0
    amount: int = 0
    fee: int = 0
    refused: int = 0
    """Attempts that the ledger or a step refused."""
    declined: int = 0
    """Charges that the payer declined."""
    refunds: int = 0
    """Refunds and reversals of paid trades."""
    returned: int = 0
    """What they gave back."""

    @property
    def success_bp(self) -> int | None:
        """Of the attempts that reached the books, those that were paid, in basis points. None: none were."""
        tried = self.paid + self.refused + self.declined
        return self.paid * 10_000 // tried if tried else None


class Volume(msgspec.Struct, frozen=True, kw_only=True):
    """The totals of one value (or pair of values) of what was asked by."""

    keys: tuple[str, ...]
    """In the order in which the dimensions were asked for."""
    totals: Totals


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One second or minute."""

    at: int
    """Seconds since 1970: its beginning."""
    totals: Totals


class Latency(msgspec.Struct, frozen=True, kw_only=True):
    """How long one step took in the last minute, over all server processes."""

    step: str
    """The route's template, or `journal`."""
    count: int
    p50_ms: float
    p99_ms: float
    """The bound of the histogram's bucket in which it lies."""


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """What lags behind the commits."""

    dispatcher_s: float
    """The age of the oldest event that has not been dispatched."""
    figures_s: float
    """The age of the oldest event that these figures do not have yet."""
    deliveries: int
    """Webhook deliveries that are due and have not been acknowledged."""
    oldest_delivery_s: float
    failed: int
    """Deliveries that were given up within the last day."""


class Now(msgspec.Struct, frozen=True, kw_only=True):
    """How the network fares at this moment."""

    at: int
    """Nanoseconds."""
    currency: str
    per_s: float
    """Payments a second, over the last five whole seconds."""
    peak_per_s: int
    """The busiest second of the last hour."""
    recent: Totals
    """Of the last five minutes."""
    today: Totals
    yesterday: Totals
    """To its end: for comparison."""
    behind: Behind
    slowest: tuple[Latency, ...]
    """The routes that took longest, worst first."""
    processes: int
    """Server processes that told of themselves lately."""
