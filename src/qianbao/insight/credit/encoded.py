"""Categories as numbers, for trees: how common each is, and how often the yes came among people of it.

The rates that a fit sees of its own people are made without each person's fold: else a rare category would
give away the outcome of the one person who has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit.folds import folds
from qianbao.insight.credit.inputs import People
from qianbao.insight.credit.table import Texts
from qianbao.insight.models.arrays import Floats

DRAWN: Final = 20.0
"""People with the rate of all that are added to each category."""
PARTS: Final = 5

Levels = Mapping[str | None, float]
Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """How categories are written as numbers. What was never seen has the rate of all, and no rank."""

    names: tuple[str, ...]
    """The columns of the matrix."""
    ranks: Mapping[str, Levels]
    rates: Mapping[str, Levels]
    of_all: float

    def matrix(self, people: People) -> Matrix:
        """(people, columns) of people who were not fitted on."""
        return np.column_stack(
            [
                *people.numbers.values(),
                *(_looked_up(values, self.ranks[name], -1.0) for name, values in people.categories.items()),
                *(
                    _looked_up(values, self.rates[name], self.of_all)
                    for name, values in people.categories.items()
                ),
            ]
        )


def fitted(people: People, yes: Floats, *, seed: int) -> tuple[Encoded, Matrix]:
    """The encoding, and the matrix of those it was fitted on."""
    ranks = {name: _ranks(values) for name, values in people.categories.items()}
    rates = {name: _rates(values, yes) for name, values in people.categories.items()}
    names = (
        *people.numbers,
        *people.categories,
        *(f"{name}, how often the yes came" for name in people.categories),
    )
    encoded = Encoded(names=names, ranks=ranks, rates=rates, of_all=float(yes.mean()))
    matrix = encoded.matrix(people)
    first = len(people.numbers) + len(people.categories)
    for at, values in enumerate(people.categories.values(), first):
        for inside, outside in folds(yes, PARTS, seed=seed):
            without = _rates(values[inside], yes[inside])
            matrix[outside, at] = _looked_up(values[outside], without, float(yes[inside].mean()))
    return encoded, matrix


def _ranks(values: Texts) -> Levels:
    levels, place = _levels(values)
    order = np.argsort(-np.bincount(place), kind="stable")
    return {levels[at]: float(rank) for rank, at in enumerate(order)}


def _rates(values: Texts, yes: Floats) -> Levels:
    levels, place = _levels(values)
    rate = (np.bincount(place, weights=yes) + DRAWN * yes.mean()) / (np.bincount(place) + DRAWN)
    return {level: float(one) for level, one in zip(levels, rate, strict=True)}


def _levels(values: Texts) -> tuple[list[str | None], NDArray[np.intp]]:
    at: dict[str | None, int] = {}
    place = np.fromiter((at.setdefault(value, len(at)) for value in values), np.intp, len(values))
    return list(at), place


def _looked_up(values: Texts, known: Levels, unknown: float) -> Floats:
    return np.fromiter((known.get(value, unknown) for value in values), np.float64, len(values))
