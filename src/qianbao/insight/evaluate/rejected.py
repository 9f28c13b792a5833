"""Reject inference, shown on a simulated cut-off: what a lender learns who sees only those whom it accepted.

A lender knows how it went with the people it took. Here the outcome of all is known, so one is simulated:
an earlier scorecard, fitted on a tenth of the people, takes the better part of the rest, and the outcome of
the others is hidden. A new card is fitted on those taken, with and without inference about the
refused, and measured on people of both kinds whose outcome nobody had seen. Inference draws an outcome for
each of the refused from what the card of the accepted says of them, made worse by a factor that is stated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from qianbao.insight.credit import inputs, logistic, measures, scorecard
from qianbao.insight.credit.folds import folds
from qianbao.insight.credit.inputs import People
from qianbao.insight.credit.measures import Ranked
from qianbao.insight.credit.table import Table
from qianbao.insight.evaluate.figures import Figure, Stopwatch
from qianbao.insight.models.arrays import Floats

ACCEPTED: Final = 0.6
"""The share that the simulated lender takes."""
WORSE: Final = 1.3
"""The odds of a yes among the refused, over what the card of the accepted says of them. An assumption."""
SEED: Final = 4


def evaluate(name: str, table: Table, yes: Floats) -> Iterator[Figure]:
    """AUC and mean forecast of each way of learning, on everybody, beside the card that saw all outcomes."""
    watch = Stopwatch()
    people = inputs.found(table).read(table)
    early, rest = _tenth(yes)
    first, _ = scorecard.fit(people.at(early), yes[early], seed=SEED)
    inside, outside = next(iter(folds(yes[rest], 3, seed=SEED)))
    learn, unseen = rest[inside], rest[outside]
    lender = first.odds(people.at(learn))
    taken = learn[lender <= np.quantile(lender, ACCEPTED)]
    refused = learn[lender > np.quantile(lender, ACCEPTED)]

    whole, _ = scorecard.fit(people.at(learn), yes[learn], seed=SEED)
    known, _ = scorecard.fit(people.at(taken), yes[taken], seed=SEED)
    said = {
        "all_outcomes_known": whole.odds(people.at(unseen)),
        "accepted_only": known.odds(people.at(unseen)),
        "augmented": _augmented(people, yes, taken, refused, known).odds(people.at(unseen)),
    }
    split = (
        f"SIMULATED cut-off: a lender takes {ACCEPTED:.0%} of {len(learn):,}; "
        f"measured on {len(unseen):,} others"
    )
    truth = yes[unseen]
    best = measures.auc(said["all_outcomes_known"], truth)
    for way, odds in said.items():
        low, high = measures.interval(len(truth), Ranked(odds, truth).auc)
        yield Figure(
            name=name, metric=f"rejects_simulated.{way}.auc", value=measures.auc(odds, truth), low=low,
            high=high, baseline=best, split=split, seconds=watch.seconds,
        )  # fmt: skip
        yield Figure(
            name=name, metric=f"rejects_simulated.{way}.mean_probability",
            value=float(logistic.expit(odds).mean()), baseline=float(truth.mean()), split=split,
            seconds=watch.seconds,
        )  # fmt: skip


def _tenth(yes: Floats) -> tuple[np.ndarray, np.ndarray]:
    rest, early = next(iter(folds(yes, 10, seed=SEED)))
    return early, rest


def _augmented(
    people: People, yes: Floats, taken: np.ndarray, refused: np.ndarray, known: scorecard.Scorecard
) -> scorecard.Scorecard:
    # The refused are drawn as yes or no by what is inferred of them: one draw, the seed stated.
    odds = known.odds(people.at(refused)) + np.log(WORSE)
    drawn = np.random.default_rng(SEED).random(len(refused)) < logistic.expit(odds)
    both = np.concatenate((taken, refused))
    card, _ = scorecard.fit(
        people.at(both), np.concatenate((yes[taken], drawn.astype(np.float64))), seed=SEED
    )
    return card
