"""Monthly consumption capacity: what somebody will spend in the month that follows, with an interval.

The point is a mix of what they spent lately, over a longer time, and last month; the mix is fitted on months
that are over. The interval is conformal: how far the mix, fitted on earlier months alone, missed later ones,
in units of how unsteady each person is, among people of a like level. So its coverage is measured, not
assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.models.level import LEVEL

BANDS: Final = 5
"""Levels of spending with an interval of their own."""
MONTHS_MIN: Final = 6
"""Months that are over, at least, before a mix can be fitted and its misses measured."""
PEOPLE_MIN: Final = 50
LATELY, LONGER = 1.0, 4.0
"""Half-lives in months."""
FLOOR: Final = 20_00.0
"""Nobody is steadier than this, in minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """A fitted model. `low` and `high` have a number a band."""

    weights: Floats
    edges: Floats
    """Points between the bands."""
    low: Floats
    high: Floats
    people: int
    months: int

    def points(self, spent: Floats) -> Floats:
        """The expected spending of the month after the last of `spent` (people, months; minor units)."""
        return np.maximum(_signs(spent) @ self.weights, 0.0)

    def interval(self, spent: Floats) -> tuple[Floats, Floats, Floats]:
        """(low, point, high) of each person, in minor units."""
        point = self.points(spent)
        band, scale = np.searchsorted(self.edges, point), _scale(spent, point)
        low = np.maximum(point + self.low[band] * scale, 0.0)
        return low, point, np.maximum(point + self.high[band] * scale, point)


def fit(spent: Floats, *, level: float = LEVEL) -> Capacity:
    """Fit on the spending of people by month that is over (people, months; minor units; 0 before they came).

    Raises `NotFitted` where months or people are too few.
    """
    months = spent.shape[1]
    if months < MONTHS_MIN or len(_here(spent, months - 1)) < PEOPLE_MIN:
        raise NotFitted(f"{months} months; {MONTHS_MIN} are needed, of {PEOPLE_MIN} people")
    missed: list[Floats] = []
    points: list[Floats] = []
    for month in range(months // 2, months):
        here = _here(spent, month)
        before = here[:, :month]
        point = np.maximum(_signs(before) @ _weights(spent[:, :month]), 0.0)
        missed.append((here[:, month] - point) / _scale(before, point))
        points.append(point)
    point, miss = np.concatenate(points), np.concatenate(missed)
    edges = np.quantile(point, np.arange(1, BANDS) / BANDS)
    band = np.searchsorted(edges, point)
    tails = ((1 - level) / 2, (1 + level) / 2)
    bounds = np.array([_quantiles(miss[band == one], tails) for one in range(BANDS)])
    return Capacity(
        weights=_weights(spent),
        edges=edges,
        low=bounds[:, 0],
        high=bounds[:, 1],
        people=len(spent),
        months=months,
    )


def _here(spent: Floats, month: int) -> Floats:
    # Those who had come before the month.
    return spent[(spent[:, :month] > 0).any(axis=1)]


def _quantiles(miss: Floats, tails: tuple[float, float]) -> Floats:
    if not len(miss):
        raise NotFitted("a band of spending without people")
    # One more miss than there are is counted, as conformal intervals do: few people, a wider interval.
    n = len(miss)
    low, high = tails
    return np.asarray(np.quantile(miss, [max(low - (1 - low) / n, 0.0), min(high + high / n, 1.0)]))


def _weights(spent: Floats) -> Floats:
    """The mix that would have served best for each month but the first three, for all sizes of spenders."""
    signs: list[Floats] = []
    came: list[Floats] = []
    for month in range(min(3, spent.shape[1] - 1), spent.shape[1]):
        here = _here(spent, month)
        signs.append(_signs(here[:, :month]))
        came.append(here[:, month])
    x, y = np.vstack(signs), np.concatenate(came)
    weight = 1 / (x[:, 1] + FLOOR)
    return np.asarray(np.linalg.lstsq(x * weight[:, None], y * weight, rcond=None)[0], np.float64)


def _signs(spent: Floats) -> Floats:
    return np.column_stack(
        (_lately(spent, LATELY), _lately(spent, LONGER), spent[:, -1], np.ones(len(spent)))
    )


def _lately(spent: Floats, half_life: float) -> Floats:
    """The mean of the months since each came, the later the heavier."""
    weight = _since(spent) * 0.5 ** (np.arange(spent.shape[1])[::-1] / half_life)
    return (weight * spent).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9)


def _since(spent: Floats) -> Floats:
    first = (spent > 0).argmax(axis=1)
    return (np.arange(spent.shape[1])[None, :] >= first[:, None]).astype(np.float64)


def _scale(spent: Floats, point: Floats) -> Floats:
    """How unsteady each person is, in minor units."""
    since = _since(spent)
    apart = since * (spent - _lately(spent, LONGER)[:, None]) ** 2
    variance = apart.sum(axis=1) / np.maximum(since.sum(axis=1) - 1, 1)
    return np.sqrt(variance / 2 + (0.3 * point) ** 2 + FLOOR**2)
