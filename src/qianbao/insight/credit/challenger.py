"""The challenger: boosted trees and others together, as an ensemble of one model of each kind a fold.

Each model is asked about the fold that it had not seen; how much a kind counts, and the setting right of the
probabilities, are learnt from these answers alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from qianbao.insight.credit import boosted, dense, logistic
from qianbao.insight.credit.folds import folds
from qianbao.insight.credit.inputs import People
from qianbao.insight.credit.scorecard import Scorecard
from qianbao.insight.models.arrays import Floats

MANY: Final = 60_000
"""People from which a model has enough of them in each fold, and fewer models tell as much."""
SMALL: Final = 2_000
"""People under which a ridge and a forest join: of more, they err more than the trees."""
WORTH: Final = {"forest": 4.0}
"""What a kind counts of few people, where not 1: of these sizes a forest errs least alone."""


class Model(Protocol):
    """Anything that gives odds."""

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenger:
    """Models by kind, and how much each kind counts."""

    models: Mapping[str, tuple[Model, ...]]
    weights: Mapping[str, float]
    intercept: float

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes."""
        odds = np.full(people.rows, self.intercept)
        for kind, weight in self.weights.items():
            if weight:
                odds += weight * np.mean([model.odds(people) for model in self.models[kind]], axis=0)
        return odds

    def probability(self, people: People) -> Floats:
        """Of a yes."""
        return logistic.expit(self.odds(people))


def fit(
    people: People, yes: Floats, *, card: Scorecard, card_apart: Floats, seed: int
) -> tuple[Challenger, Floats]:
    """A challenger of a card, and the ln odds that it gives to people who were left aside.

    `card_apart` are the ln odds of cards that had not seen each person. Raises `BoostingUnavailable`.
    """
    few = len(yes) < boosted.FEW
    parts = 5 if few else 8 if len(yes) < MANY else 4
    models: dict[str, list[Model]] = {}
    apart: dict[str, Floats] = {"card": card_apart}
    for turn, (inside, outside) in enumerate(folds(yes, parts, seed=seed)):
        known, came, aside = people.at(inside), yes[inside], people.at(outside)
        fitted: dict[str, Model] = {
            "trees": boosted.fit(known, came, check=aside, came=yes[outside], turn=turn, seed=seed + turn)
        }
        if len(yes) < SMALL:
            fitted |= {
                "ridge": dense.ridge(known, came),
                "forest": dense.forest(known, came, seed=seed + turn),
            }
        for kind, model in fitted.items():
            models.setdefault(kind, []).append(model)
            apart.setdefault(kind, np.zeros(len(yes)))[outside] = model.odds(aside)
    intercept, weights = _weighed(apart, yes, given=few)
    every: dict[str, tuple[Model, ...]] = {kind: tuple(fitted) for kind, fitted in models.items()}
    challenger = Challenger(models=every | {"card": (card,)}, weights=weights, intercept=intercept)
    odds = np.full(len(yes), intercept)
    for kind, weight in weights.items():
        odds += weight * apart[kind]
    return challenger, odds


def _weighed(apart: Mapping[str, Floats], yes: Floats, *, given: bool) -> tuple[float, dict[str, float]]:
    # Of few people, what a kind is worth cannot be told apart from luck: there it is given.
    x = np.column_stack(list(apart.values()))
    if given:
        worth = np.array([WORTH.get(kind, 1.0) for kind in apart])
        worth /= worth.sum()
        intercept, (slope,) = logistic.fit((x @ worth)[:, None], yes, ridge=0.0)
        return intercept, {kind: float(slope * one) for kind, one in zip(apart, worth, strict=True)}
    intercept, weights = logistic.fit(x, yes, ridge=1.0)
    return intercept, {kind: float(weight) for kind, weight in zip(apart, weights, strict=True)}
