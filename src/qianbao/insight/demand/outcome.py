"""What is said of the days to come: how many customers are expected, and between which bounds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from qianbao.insight.demand.panel import Table

LOW, MIDDLE, HIGH = 0.05, 0.5, 0.95
LEVEL: Final = HIGH - LOW
"""The share of days that is to lie within the bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """(shops, days) each.

    `expected` is the mean, `middle` as likely too high as too low, and `typical` what to say if one number is
    to be off by little relative to what comes: the middle of days with customers, 0 where none is likelier.
    """

    shops: tuple[str, ...]
    first: date
    expected: Table
    low: Table
    middle: Table
    high: Table
    typical: Table

    @property
    def days(self) -> tuple[date, ...]:
        """The days that are forecast."""
        return tuple(self.first + timedelta(days=day) for day in range(self.middle.shape[1]))


def whole(
    *,
    shops: tuple[str, ...],
    first: date,
    expected: Table,
    low: Table,
    middle: Table,
    high: Table,
    typical: Table,
) -> Outlook:
    """Bounds are whole customers: the lower one down, the upper one up, the others to the nearest."""
    inner = np.round(middle)
    return Outlook(
        shops=shops,
        first=first,
        expected=expected,
        low=np.minimum(np.floor(low), inner),
        middle=inner,
        high=np.maximum(np.ceil(high), inner),
        typical=np.round(typical),
    )


def relative(forecast: Table, came: Table) -> Table:
    """|p - y| / (p + y) of each cell; 0 where both are 0."""
    both = forecast + came
    return np.where(both > 0, np.abs(forecast - came) / np.maximum(both, 1e-9), 0)
