"""The challenger: boosted trees and the scorecard, weighed by what each says of people it had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.credit import boosted, logistic
from qianbao.insight.credit.boosted import Boosted
from qianbao.insight.credit.inputs import People
from qianbao.insight.credit.scorecard import Scorecard
from qianbao.insight.models.arrays import Floats

MANY: Final = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenger:
    """Both, and how much each counts. The weights set the probabilities right besides."""

    trees: Boosted
    card: Scorecard
    intercept: float
    weights: Floats
    """Of the trees' ln odds and of the card's."""

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes."""
        both = np.column_stack([self.trees.odds(people), self.card.odds(people)])
        return self.intercept + both @ self.weights

    def probability(self, people: People) -> Floats:
        """Of a yes."""
        return logistic.expit(self.odds(people))


def fit(
    people: People, yes: Floats, *, card: Scorecard, card_apart: Floats, seed: int
) -> tuple[Challenger, Floats]:
    """A challenger of a card, and the ln odds that it gives to people who were left aside.

    `card_apart` are the ln odds of cards that had not seen each person. Raises `BoostingUnavailable`.
    """
    parts = 4 if len(yes) < MANY else 3
    trees, apart = boosted.fit(people, yes, parts=parts, seed=seed)
    both = np.column_stack([apart, card_apart])
    intercept, weights = logistic.fit(both, yes, ridge=1.0)
    challenger = Challenger(trees=trees, card=card, intercept=intercept, weights=weights)
    return challenger, intercept + both @ weights
