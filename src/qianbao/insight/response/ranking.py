"""What a ranking of people by expected effect is worth, where treatment was dealt at random.

Uplift at a depth is the rate of the treated less the rate of the others among those ranked highest. Qini is
N. J. Radcliffe's area ("Using control groups to target on predicted lift", 2007), not normalised: the mean
over all depths of the outcomes that treatment added, a treated person, less the straight line to the end.
AUUC is that of M. Jaskowski and S. Jaroszewicz (2012): the mean over all depths of uplift times depth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.models.arrays import Floats

DRAWS: Final = 400
"""Bootstrap samples for an interval of 95 %."""
SEED: Final = 20_050
DEPTH: Final = 0.3
METRICS: Final = ("average_effect", "uplift_at_30", "gain_at_30", "lowest_30_less_average", "qini", "auuc")
QINI: Final = METRICS.index("qini")
SPARED: Final = 0.5
"""People are hardly moved where their effect is less than this part of the average."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A value and its bootstrap interval of 95 %: over people, models fixed."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """The metrics of one ranking: of all people, and of each bootstrap sample (samples, metrics)."""

    values: Floats
    drawn: Floats

    def metrics(self) -> Mapping[str, Measured]:
        """By name."""
        return {name: _measured(self.values[at], self.drawn[:, at]) for at, name in enumerate(METRICS)}

    def to_target(self) -> bool:
        """Whether there is an effect to target, which is to say whether anybody can be left out.

        Those ranked lowest are moved less than half as much as the average, and the interval of how much less
        excludes nothing. Elsewhere all are moved much alike: treat everybody, or nobody.
        """
        lowest = self.metrics()["lowest_30_less_average"]
        return lowest.high < 0 and lowest.value < -SPARED * abs(float(self.values[0]))

    def qini_over(self, other: Worth) -> Measured:
        """How much more its Qini is than another's, on the same samples."""
        return _measured(self.values[QINI] - other.values[QINI], self.drawn[:, QINI] - other.drawn[:, QINI])


def worth(score: Floats, treated: Floats, outcome: Floats, *, draws: int = DRAWS, seed: int = SEED) -> Worth:
    """What a score is worth. Equal scores are ranked at random. Like seeds draw like samples."""
    n = len(score)
    order = np.lexsort((np.random.default_rng(seed + 1).random(n), -score))
    t, y = treated[order], outcome[order]
    random = np.random.default_rng(seed)
    drawn = [
        _metrics(t, y, np.bincount(random.integers(0, n, n), minlength=n)[order].astype(np.float64))
        for _ in range(draws)
    ]
    return Worth(values=_metrics(t, y, np.ones(n)), drawn=np.array(drawn).reshape(draws, len(METRICS)))


def _metrics(t: Floats, y: Floats, weight: Floats) -> Floats:
    people = np.cumsum(weight)
    treated = np.cumsum(weight * t)
    others = people - treated
    came_treated = np.cumsum(weight * t * y)
    came_others = np.cumsum(weight * y) - came_treated
    depth = people / people[-1]
    rate = came_others / np.maximum(others, 1.0)
    added = (came_treated - rate * treated) / treated[-1]
    uplift = came_treated / np.maximum(treated, 1.0) - rate
    average = uplift[-1]
    at_depth = uplift[min(int(np.searchsorted(depth, DEPTH)), len(y) - 1)]
    above = min(int(np.searchsorted(depth, 1 - DEPTH)), len(y) - 1)
    lowest = (came_treated[-1] - came_treated[above]) / max(treated[-1] - treated[above], 1.0) - (
        came_others[-1] - came_others[above]
    ) / max(others[-1] - others[above], 1.0)
    # The mean over all depths: a person drawn twice is two steps of the ranking.
    qini = float(np.average(added - depth * added[-1], weights=weight))
    auuc = float(np.average(uplift * depth, weights=weight))
    return np.array([average, at_depth, at_depth - average, lowest - average, qini, auuc])


def _measured(value: float, drawn: Floats) -> Measured:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Measured(value=float(value), low=float(low), high=float(high))
