"""How well a score tells those to whom it came from the others, and how right its numbers are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from qianbao.insight.credit import logistic
from qianbao.insight.models.arrays import Floats

DRAWS: Final = 400
SEED: Final = 20_090
TENTHS: Final = 10


class Ranked:
    """People in the order of their score, like scores together: AUC and KS of any weighing of them."""

    def __init__(self, score: Floats, yes: Floats) -> None:
        order = np.argsort(score, kind="stable")
        self._starts = np.flatnonzero(np.concatenate(([True], np.diff(score[order]) > 0)))
        self._order = order
        self._yes = yes[order]

    def __len__(self) -> int:
        return len(self._order)

    def auc(self, weight: Floats | None = None) -> float:
        """The chance that somebody with a yes has a higher score than somebody without; ties count half."""
        yes, no = self._sums(weight)
        below = np.cumsum(no) - no / 2
        return float(yes @ below / (yes.sum() * no.sum()))

    def ks(self, weight: Floats | None = None) -> float:
        """Kolmogorov-Smirnov: how far the two distributions of the score come apart at most."""
        yes, no = self._sums(weight)
        return float(np.abs(np.cumsum(yes) / yes.sum() - np.cumsum(no) / no.sum()).max())

    def _sums(self, weight: Floats | None) -> tuple[Floats, Floats]:
        each = np.ones(len(self._order)) if weight is None else weight[self._order]
        yes = np.add.reduceat(each * self._yes, self._starts)
        return yes, np.add.reduceat(each, self._starts) - yes


def auc(score: Floats, yes: Floats) -> float:
    """See `Ranked.auc`."""
    return Ranked(score, yes).auc()


def ks(score: Floats, yes: Floats) -> float:
    """See `Ranked.ks`."""
    return Ranked(score, yes).ks()


def interval(people: int, of: Callable[[Floats], float], *, draws: int = DRAWS) -> tuple[float, float]:
    """The bootstrap interval of 95 % of a statistic of weighed people."""
    random = np.random.default_rng(SEED)
    drawn: list[float] = []
    for _ in range(draws):
        weight = np.bincount(random.integers(0, people, people), minlength=people).astype(np.float64)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = of(weight)
        if np.isfinite(value):
            drawn.append(value)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def brier(probability: Floats, yes: Floats, weight: Floats | None = None) -> float:
    """The mean square of how far the probability was off."""
    return float(np.average((probability - yes) ** 2, weights=weight))


def off(probability: Floats, yes: Floats) -> float:
    """Expected calibration error: by how much the tenths of people by score are off, on average."""
    order = np.argsort(probability, kind="stable")
    parts = np.array_split(order, min(TENTHS, len(order)))
    return float(sum(abs(probability[one].mean() - yes[one].mean()) * len(one) for one in parts) / len(order))


def slope(probability: Floats, yes: Floats) -> float:
    """The calibration slope: 1 is right, less is too sure, more is not sure enough."""
    _, (found,) = logistic.fit(logistic.logit(probability)[:, None], yes, ridge=0.0, free=True)
    return float(found)


def caught(score: Floats, yes: Floats, share: float) -> float:
    """How many with a yes are among the best `share` of people by score; ties count by their share."""
    take = max(1, round(len(score) * share))
    edge = np.sort(score)[::-1][take - 1]
    above, level = score > edge, score == edge
    return float(yes[above].sum() + yes[level].mean() * (take - above.sum()))
