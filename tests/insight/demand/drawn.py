"""Shops drawn from a known truth: a week's rhythm, a dip on holidays, one that is new, one that is closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from qianbao.insight.demand.calendar import calendar
from qianbao.insight.demand.panel import Panel, Table

FIRST: Final = date(2016, 3, 1)
ORIGIN: Final = date(2016, 10, 1)
"""The first day of the window: the National Day, whose week is free."""
DAYS: Final = 14
WEEK: Final = np.array([1.0, 1.0, 1.05, 1.1, 1.3, 1.7, 1.6])
DIP: Final = 0.55
NEW, CLOSED, SUNDAYS = 0, 1, 2
"""Shops by number: opened days ago, closed weeks ago, closed on Sundays."""


@dataclass(frozen=True)
class Truth:
    """What is drawn from what."""

    panel: Panel
    rate: Table
    """(shops, days) of what may be expected."""

    @property
    def known(self) -> Panel:
        """What was known on the morning of `ORIGIN`."""
        return self.panel.before(ORIGIN, at_most=self.panel.days)

    @property
    def came(self) -> Table:
        """What came then."""
        return self.panel.window(ORIGIN, DAYS)

    @property
    def due(self) -> Table:
        """What was to be expected then."""
        at = (ORIGIN - FIRST).days
        return self.rate[:, at : at + DAYS]


def shops(*, many: int, seed: int) -> Truth:
    """Draw them."""
    random = np.random.default_rng(seed)
    days = (ORIGIN - FIRST).days + DAYS
    of = calendar(FIRST, days)
    level = random.lognormal(4.2, 0.7, many)[:, None]
    rate = level * WEEK[np.where(of.makeup, 0, of.weekday)] * np.where(of.kind == 2, DIP, 1.0)
    drift = np.exp(np.cumsum(random.normal(0, 0.01, (many, days)), axis=1))
    rate = rate * drift
    at = (ORIGIN - FIRST).days
    rate[NEW, : at - 9] = 0
    rate[CLOSED, at - 25 :] = 0
    rate[SUNDAYS, of.weekday == 6] = 0
    # Half of the others open one after another: what a young shop looks like can be learned.
    for shop, opened in enumerate(random.integers(0, at - 40, many // 2), start=SUNDAYS + 1):
        rate[shop, :opened] = 0
    noise = random.gamma(60, 1 / 60, rate.shape)
    counts = random.poisson(rate * noise).astype(np.float32)
    names = tuple(f"shop {number:03}" for number in range(many))
    return Truth(panel=Panel(shops=names, first=FIRST, counts=counts), rate=rate.astype(np.float32))
