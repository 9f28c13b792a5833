"""Counts by shop and day as one table of numbers, and what a forecast may know of it on a day."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from qianbao.insight.demand.calendar import Calendar, calendar

Table: TypeAlias = NDArray[np.float32]
"""One row a shop; NaN: not known."""

AHEAD_MAX: Final = 28
"""Days that a forecast reaches, at most."""
BASE_DAYS: Final = 21
"""A day is compared with the median of so many days before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Customers (or payments) by shop and day."""

    shops: tuple[str, ...]
    first: date
    counts: Table
    """(shops, days), whole numbers; 0 where nobody came."""
    facts: Mapping[str, Table] = field(default_factory=dict[str, Table])
    """What is known of a shop at all times: a number a shop."""
    groups: Mapping[str, NDArray[np.int64]] = field(default_factory=dict[str, NDArray[np.int64]])
    """Kinds and places: the number of a shop's group; -1: not known."""
    behind: Mapping[str, Table] = field(default_factory=dict[str, Table])
    """Other series, (shops, days), known up to the day of the forecast."""
    ahead: Mapping[str, Table] = field(default_factory=dict[str, Table])
    """Other series that are taken as known for the days forecast too: (shops, days and `AHEAD_MAX` more)."""

    holidays: bool = True
    """Whether public holidays are known; else a day has its weekday alone."""

    @property
    def days(self) -> int:
        """How many days it holds."""
        return self.counts.shape[1]

    @property
    def end(self) -> date:
        """The day after its last."""
        return self.first + timedelta(days=self.days)

    def before(self, day: date, *, at_most: int) -> Panel:
        """What was known on the morning of `day`, `at_most` days of it."""
        last = (day - self.first).days
        since = max(last - at_most, 0)
        return replace(
            self,
            first=self.first + timedelta(days=since),
            counts=self.counts[:, since:last],
            behind={name: series[:, since:last] for name, series in self.behind.items()},
            ahead={name: series[:, since : last + AHEAD_MAX] for name, series in self.ahead.items()},
        )

    def window(self, day: date, days: int) -> Table:
        """The counts of the days from `day` on."""
        at = (day - self.first).days
        return self.counts[:, at : at + days]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A panel as models read it."""

    panel: Panel
    days: Calendar
    """Of the panel and `AHEAD_MAX` days more."""
    logs: Table
    """Logarithms of counts; NaN where nobody came."""
    apart: Table
    """How far a day lies from the ordinary days before it, in logarithms."""
    empty: NDArray[np.bool_]
    """Nobody came to a shop that had opened, on a day on which others had customers."""
    gap: NDArray[np.bool_]
    """Days without a count anywhere: they were not recorded."""
    opened: NDArray[np.int64]
    """The day of the first customer; as many as there are days: none yet."""


def past(panel: Panel) -> Past:
    """Read a panel."""
    counts = panel.counts
    came = counts > 0
    gap = np.asarray(~came.any(axis=0), np.bool_)
    logs = np.where(came, np.log(np.maximum(counts, 1)), np.nan).astype(np.float32)
    opened = np.where(came.any(axis=1), came.argmax(axis=1), panel.days)
    days = calendar(panel.first, panel.days + AHEAD_MAX, holidays=panel.holidays)
    special = ((days.kind == 2) | days.makeup)[: panel.days]
    ordinary = np.where(special, np.nan, logs)
    base = np.full_like(logs, np.nan)
    if panel.days > BASE_DAYS:
        behind = sliding_window_view(ordinary, BASE_DAYS, axis=1)
        for day in range(BASE_DAYS, panel.days):
            base[:, day] = median(behind[:, day - BASE_DAYS])
    return Past(
        panel=panel,
        days=days,
        logs=logs,
        apart=logs - base,
        empty=~came & ~gap & (np.arange(panel.days) >= opened[:, None]),
        gap=gap,
        opened=opened,
    )


def median(values: Table) -> Table:
    """Of each row, over what is known of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of nothing, it is NaN: what is meant
        return np.asarray(np.nanmedian(values, axis=1), np.float32)


def mean(values: Table) -> Table:
    """Of each row, over what is known of it."""
    known = np.isfinite(values)
    many = known.sum(axis=1)
    total = np.where(known, values, 0).sum(axis=1)
    return np.where(many > 0, total / np.maximum(many, 1), np.nan).astype(np.float32)


def spread(values: Table) -> Table:
    """The standard deviation of each row, over what is known of it."""
    return np.sqrt(mean((values - mean(values)[:, None]) ** 2))
