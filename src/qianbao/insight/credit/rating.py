"""A rating: what is read of a table, scorecard and challenger, and how the people of the fit were spread."""

from __future__ import annotations

from dataclasses import dataclass

from qianbao.insight.credit import challenger, inputs, outcome, scorecard, stability
from qianbao.insight.credit.challenger import Challenger
from qianbao.insight.credit.inputs import Inputs
from qianbao.insight.credit.scorecard import Scorecard
from qianbao.insight.credit.stability import BOUND, Portrait
from qianbao.insight.credit.table import Table
from qianbao.insight.models.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Of each person: the points, and both models' probability of a yes."""

    points: Floats
    scorecard: Floats
    challenger: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """Both models, fitted on the same people."""

    inputs: Inputs
    card: Scorecard
    challenger: Challenger
    portrait: Portrait
    people: int
    came: int
    """How many of them had a yes."""

    def score(self, table: Table, *, psi_max: float | None = BOUND) -> Scored:
        """Score people, in order. Raises `DataDrifted` beyond `psi_max` (None: whoever they are)."""
        read = self.inputs.read(table)
        odds = self.card.odds(read)
        if psi_max is not None:
            self.portrait.admit(odds, self.card, read, bound=psi_max)
        return Scored(
            points=scorecard.points(odds),
            scorecard=self.card.probability(read),
            challenger=self.challenger.probability(read),
        )


def fit(table: Table, yes: Floats, *, field: str = "--train", seed: int = 1) -> Rating:
    """Fit both on people whose outcome is known (`yes`: 0 or 1); the table is without it.

    Raises `OutcomeOneSided`, `NothingToLearnFrom`, `BoostingUnavailable`.
    """
    outcome.enough(yes, field=field)
    found = inputs.found(table)
    people = found.read(table)
    card, apart = scorecard.fit(people, yes, seed=seed)
    rival, _ = challenger.fit(people, yes, card=card, card_apart=apart, seed=seed + 1)
    return Rating(
        inputs=found,
        card=card,
        challenger=rival,
        portrait=stability.portrait(apart),
        people=len(yes),
        came=int(yes.sum()),
    )
