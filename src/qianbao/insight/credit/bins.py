"""Optimal binning of one column: where to cut, so that the bins tell all that they know, and no more.

The cuts maximise the binomial log-likelihood less a price for each bin, by dynamic programming over fine
quantile bins; a rate that only rises or only falls is kept unless the free cut is better by far. This is the
problem of G. Navas-Palencia (2020), "Optimal binning: mathematical programming formulation", without a
solver: over ordered bins it is a shortest path.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.models.arrays import Floats

FINE: Final = (20, 40)
"""Quantile bins, at most, from which the cuts are chosen: of few people, and of many."""
MANY: Final = 5_000
PRICE: Final = (0.7, 2.0)
"""What a further bin must add to the log-likelihood: of few people, and of many."""
BENT: Final = 6.0
"""By how much a rate that turns must be likelier than one that does not."""
SHARE: Final = 0.03
"""The least share of people in a bin,"""
PEOPLE: Final = 15
"""and the least number of them."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Values above `edges[i - 1]`, up to and including `edges[i]`, are in bin i."""

    edges: tuple[float, ...]
    trend: int

    def place(self, values: Floats) -> NDArray[np.intp]:
        """The bin of each known value; one more than the last for those that are not known."""
        found = np.searchsorted(np.asarray(self.edges), values, side="left")
        return np.where(np.isnan(values), len(self.edges) + 1, found)


def cut(values: Floats, yes: Floats) -> Cuts:
    """The best cuts of a column; `values` may be NaN, `yes` is 0 or 1."""
    known = ~np.isnan(values)
    x, y = values[known], yes[known]
    edges = _fine(x)
    if not len(edges):
        return Cuts((), 0)
    place = np.searchsorted(edges, x, side="left")
    people = np.bincount(place, minlength=len(edges) + 1).astype(np.float64)
    came = np.bincount(place, weights=y, minlength=len(edges) + 1).astype(np.float64)
    least = max(PEOPLE, SHARE * len(values))
    ends, trend = best(people, came, least=least, price=PRICE[len(values) >= MANY])
    return Cuts(tuple(float(edges[end - 1]) for end in ends[:-1]), trend)


def best(people: Floats, came: Floats, *, least: float, price: float) -> tuple[list[int], int]:
    """Where the bins end (the last: all), and whether the rate rises (1), falls (-1) or turns (0)."""
    likely, rate = _segments(people, came, least=least, price=price)
    if not np.isfinite(likely).any():
        return [len(people)], 0
    free = _path(likely, rate, trend=0)
    rising, falling = (_path(likely, rate, trend=trend) for trend in (1, -1))
    score, ends, trend = max((*rising, 1), (*falling, -1), key=lambda one: one[0])
    if free[0] > score + BENT:
        return free[1], 0
    return ends, trend


def _fine(x: Floats) -> Floats:
    unique = np.unique(x)
    fine = FINE[len(x) >= MANY]
    if len(unique) <= fine:
        return unique[:-1]
    edges = np.unique(np.quantile(x, np.arange(1, fine) / fine, method="lower"))
    return edges[edges < unique[-1]]


def _segments(people: Floats, came: Floats, *, least: float, price: float) -> tuple[Floats, Floats]:
    """Of each run of fine bins [i, j): its log-likelihood less the price, and its rate."""
    n = np.concatenate(([0.0], np.cumsum(people)))
    e = np.concatenate(([0.0], np.cumsum(came)))
    size, yes = n[None, :] - n[:, None], e[None, :] - e[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        rate = yes / size
        likely = _xlogx(yes) + _xlogx(size - yes) - _xlogx(size) - price
    allowed = (size >= min(least, n[-1])) & (np.arange(len(n))[None, :] > np.arange(len(n))[:, None])
    return np.where(allowed, likely, -np.inf), np.where(allowed, rate, np.nan)


def _xlogx(values: Floats) -> Floats:
    return np.where(values > 0, values * np.log(np.maximum(values, 1e-300)), 0.0)


def _path(likely: Floats, rate: Floats, *, trend: int) -> tuple[float, list[int]]:
    """The best way from 0 to the end in steps [i, j); with a trend, each rate beyond the one before."""
    points = len(likely)
    score = np.full((points, points), -np.inf)  # of the best way whose last step is [i, j)
    before = np.zeros((points, points), dtype=np.intp)
    score[0] = likely[0]
    for i in range(1, points - 1):
        ways = score[:i, i]  # the last step was [h, i)
        if not np.isfinite(ways).any():
            continue
        if trend:
            with np.errstate(invalid="ignore"):
                fits = (rate[i, None, :] - rate[:i, i, None]) * trend > 0
            candidates = np.where(fits, ways[:, None], -np.inf)
            before[i] = candidates.argmax(axis=0)
            score[i] = candidates.max(axis=0) + likely[i]
        else:
            before[i] = ways.argmax()
            score[i] = ways.max() + likely[i]
    start, end = int(score[:, -1].argmax()), points - 1
    total, ends = float(score[start, end]), [end]
    while start:
        ends.append(start)
        start, end = int(before[start, end]), start
    return total, ends[::-1]
