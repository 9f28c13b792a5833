"""The model that serves: whom to treat first.

People are ranked by how much treatment moves them, in log-odds: of two who are moved alike in odds, who comes
often anyway gains more points, and where that is what counts a ranking by points gains more. Which of the two
is chosen on people who were left out: by odds, unless points gain more by over half a standard error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.models.arrays import Floats
from qianbao.insight.response.logistic import DEPARTURE_FIRST, Shared, shared, two_models
from qianbao.insight.response.models import Trial, dealt
from qianbao.insight.response.ranking import QINI, worth

FOLDS: Final = 5
REPEATS: Final = 2
INNER: Final = 3
INNER_DRAWS: Final = 80
MORE_MIN: Final = 0.5
"""Standard errors by which points must gain more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targeting:
    """A fitted model."""

    model: Shared
    by_odds: bool
    """Whether people are ranked by odds, else by points."""

    def score(self, x: Floats) -> Floats:
        """The higher, the sooner."""
        return self.model.odds(x) if self.by_odds else self.model.effect(x)


def fit(trial: Trial, *, near: float = DEPARTURE_FIRST) -> Targeting:
    """Fit, and choose on people who were left aside by what to rank."""
    model = shared(trial, near=near)
    odds, points = np.zeros(len(trial)), np.zeros(len(trial))
    for aside in dealt(trial, INNER, seed=17):
        rest, x = trial.at(np.setdiff1d(np.arange(len(trial)), aside)), trial.x[aside]
        inner = shared(rest, departure=model.departure)
        odds[aside], points[aside] = ranked(inner.odds(x)), ranked(inner.effect(x))
    return Targeting(model=model, by_odds=not _gains_more(points, odds, trial))


def _gains_more(one: Floats, other: Floats, trial: Trial) -> bool:
    mine, theirs = (worth(rank, trial.treated, trial.outcome, draws=INNER_DRAWS) for rank in (one, other))
    more = mine.values[QINI] - theirs.values[QINI]
    return bool(more > MORE_MIN * float((mine.drawn[:, QINI] - theirs.drawn[:, QINI]).std()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossed:
    """Scores of people by models that had not seen them: means over repeats, of ranks within their folds."""

    score: Floats
    two_models: Floats
    effect: Floats
    """In points, not ranks."""


def crossed(trial: Trial, *, folds: int = FOLDS, repeats: int = REPEATS) -> Crossed:
    """Score everybody by models fitted on the others."""
    score, plain, effect = (np.zeros(len(trial)) for _ in range(3))
    near = DEPARTURE_FIRST
    for repeat in range(repeats):
        for aside in dealt(trial, folds, seed=repeat):
            rest, x = trial.at(np.setdiff1d(np.arange(len(trial)), aside)), trial.x[aside]
            model = fit(rest, near=near)
            near = model.model.departure  # where the search begins: it ends where the fold's own people say
            score[aside] += ranked(model.score(x)) / repeats
            plain[aside] += ranked(two_models(rest).effect(x)) / repeats
            effect[aside] += model.model.effect(x) / repeats
    return Crossed(score=score, two_models=plain, effect=effect)


def ranked(values: Floats) -> Floats:
    """From 0 to 1; those who are alike share their mean rank."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    upto = np.cumsum(count)
    return ((upto - (count - 1) / 2 - 0.5) / len(values))[place]
