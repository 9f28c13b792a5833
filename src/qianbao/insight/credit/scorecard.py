"""The scorecard: columns in bins, weights of evidence, one logistic regression over them, points.

The form is that of N. Siddiqi, "Credit risk scorecards" (2006). Its probabilities are set right on people
whom the fit of their fold had not seen, so that the double use of the outcome (for bins, then for weights)
does not make them too sure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit import binned, logistic
from qianbao.insight.credit.binned import Binned
from qianbao.insight.credit.errors import NothingToLearnFrom
from qianbao.insight.credit.folds import folds
from qianbao.insight.credit.inputs import People
from qianbao.insight.models.arrays import Floats

POINTS_BASE: Final = 600.0
"""Points at odds of `ODDS_BASE` : 1 that it does not happen;"""
ODDS_BASE: Final = 50.0
POINTS_DOUBLE: Final = 20.0
"""so many more double these odds."""
VALUE_MIN: Final = 0.005
"""Information value under which a column is not looked at further."""
COLUMNS_MAX: Final = 120
RIDGES: Final = (3.0, 20.0, 100.0)
PARTS: Final = 5

FACTOR: Final = POINTS_DOUBLE / float(np.log(2.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """A fitted card: bins of columns, a weight each."""

    columns: tuple[Binned, ...]
    weights: Floats
    intercept: float

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes."""
        return self.intercept + evidence(self.columns, people) @ self.weights

    def probability(self, people: People) -> Floats:
        """Of a yes."""
        return logistic.expit(self.odds(people))

    def points(self, people: People) -> Floats:
        """The more, the less likely the yes."""
        return points(self.odds(people))

    def parts(self, people: People) -> NDArray[np.float64]:
        """The points of each column (people, columns); with `base` they make the whole."""
        return -FACTOR * evidence(self.columns, people) * self.weights

    @property
    def base(self) -> float:
        """The points of somebody of whom no column tells anything."""
        return float(points(np.array([self.intercept]))[0])


def points(odds: Floats) -> Floats:
    """Points of ln odds."""
    return POINTS_BASE - FACTOR * (odds + np.log(ODDS_BASE))


def evidence(columns: tuple[Binned, ...], people: People) -> NDArray[np.float64]:
    """Weights of evidence (people, columns)."""
    return np.column_stack([one.evidence(values(one, people)) for one in columns])


def fit(people: People, yes: Floats, *, seed: int) -> tuple[Scorecard, Floats]:
    """A card, and the ln odds that cards fitted without each person's fold give to them.

    Raises `NothingToLearnFrom` where there is no column at all.
    """
    apart = np.zeros((len(RIDGES), len(yes)))
    for inside, outside in folds(yes, PARTS, seed=seed):
        columns = _columns(people.at(inside), yes[inside])
        x, seen = evidence(columns, people.at(inside)), evidence(columns, people.at(outside))
        for at, ridge in enumerate(RIDGES):
            intercept, weights = logistic.fit(x, yes[inside], ridge=ridge)
            apart[at, outside] = intercept + seen @ weights
    lost = [logistic.loss(odds, yes) for odds in apart]
    at = int(np.argmin(lost))
    shift, (slope,) = logistic.fit(apart[at][:, None], yes, ridge=0.0)
    columns = _columns(people, yes)
    intercept, weights = logistic.fit(evidence(columns, people), yes, ridge=RIDGES[at])
    kept = weights > 1e-3
    if not kept.any():
        kept[:1] = True
    card = Scorecard(
        columns=tuple(one for one, stays in zip(columns, kept, strict=True) if stays),
        weights=weights[kept] * slope,
        intercept=shift + slope * intercept,
    )
    return card, shift + slope * apart[at]


def _columns(people: People, yes: Floats) -> tuple[Binned, ...]:
    found = [binned.numeric(name, values, yes) for name, values in people.numbers.items()]
    found += [binned.categorical(name, values, yes) for name, values in people.categories.items()]
    if not found:
        raise NothingToLearnFrom()
    found.sort(key=lambda one: -one.value)
    kept = [one for one in found if one.value >= VALUE_MIN] or found[:1]
    return tuple(kept[:COLUMNS_MAX])


def values(one: Binned, people: People) -> Floats | NDArray[np.object_]:
    """The column of these people."""
    return people.categories[one.name] if one.cuts is None else people.numbers[one.name]
