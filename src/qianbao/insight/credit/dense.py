"""Inputs as one matrix without gaps, and two models of it for where people are few: a ridge, a forest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit import logistic
from qianbao.insight.credit.inputs import People
from qianbao.insight.models.arrays import Floats

RIDGE: Final = 60.0
LEVEL_MIN: Final = 10
"""People of a category, at least, that make it a column."""
FAR: Final = 5.0
"""Nobody is further from the mean than so many standard deviations."""
TREES: Final = 300

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense:
    """How the matrix is made: gaps get the median and a column that says so, categories a column each."""

    medians: Mapping[str, float]
    gaps: tuple[str, ...]
    levels: Mapping[str, tuple[str | None, ...]]
    means: Floats
    scales: Floats

    def matrix(self, people: People) -> Matrix:
        """(people, columns), each with mean 0 and spread 1 among those of the fit."""
        raw = _raw(people, self.medians, self.gaps, self.levels)
        return np.clip((raw - self.means) / self.scales, -FAR, FAR)


def fitted(people: People) -> Dense:
    """How the matrix of these people, and of others like them, is made."""
    medians = {name: _median(values) for name, values in people.numbers.items()}
    gaps = tuple(name for name, values in people.numbers.items() if np.isnan(values).sum() >= LEVEL_MIN)
    levels: dict[str, tuple[str | None, ...]] = {}
    for name, values in people.categories.items():
        counts: dict[str | None, int] = {}
        for value in values:
            counts[value] = counts.get(value, 0) + 1
        levels[name] = tuple(level for level, count in counts.items() if count >= LEVEL_MIN)
    raw = _raw(people, medians, gaps, levels)
    scales = raw.std(axis=0)
    return Dense(
        medians=medians,
        gaps=gaps,
        levels=levels,
        means=raw.mean(axis=0),
        scales=np.where(scales > 0, scales, 1.0),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ridge:
    """A logistic regression on everything, each column's weight drawn to 0."""

    way: Dense
    intercept: float
    weights: Floats

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes."""
        return self.intercept + self.way.matrix(people) @ self.weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Forest:
    """Trees with cuts drawn at random (P. Geurts and others 2006, "Extremely randomized trees")."""

    way: Dense
    model: Any

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes."""
        return logistic.logit(self.model.predict_proba(self.way.matrix(people))[:, 1])


def ridge(people: People, yes: Floats) -> Ridge:
    """Fit one."""
    way = fitted(people)
    intercept, weights = logistic.fit(way.matrix(people), yes, ridge=RIDGE, free=True)
    return Ridge(way=way, intercept=intercept, weights=weights)


def forest(people: People, yes: Floats, *, seed: int) -> Forest:
    """Fit one."""
    from sklearn import ensemble

    way = fitted(people)
    leaf = max(3, len(yes) // 1_500)
    trees: Any = ensemble.ExtraTreesClassifier
    model = trees(TREES, min_samples_leaf=leaf, max_features=0.3, random_state=seed)
    return Forest(way=way, model=model.fit(way.matrix(people), yes))


def _raw(
    people: People,
    medians: Mapping[str, float],
    gaps: tuple[str, ...],
    levels: Mapping[str, tuple[str | None, ...]],
) -> Matrix:
    columns = [np.where(np.isnan(values), medians[name], values) for name, values in people.numbers.items()]
    columns += [np.isnan(people.numbers[name]).astype(np.float64) for name in gaps]
    for name, values in people.categories.items():
        columns += [
            np.fromiter((value == level for value in values), np.float64, len(values))
            for level in levels[name]
        ]
    return np.column_stack(columns) if columns else np.zeros((people.rows, 1))


def _median(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else 0.0
