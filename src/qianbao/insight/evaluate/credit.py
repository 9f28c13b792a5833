"""Any table of people with a yes or no: both models fitted on one file, and measured on another."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from qianbao.insight.credit import measures, outcome, rating, stability, table
from qianbao.insight.credit.errors import OutcomeOneSided
from qianbao.insight.credit.rating import Rating, Scored
from qianbao.insight.credit.table import Table
from qianbao.insight.evaluate import carded, files, told
from qianbao.insight.evaluate.figures import Figure, Stopwatch
from qianbao.insight.evaluate.rated import MODELS, measured
from qianbao.insight.models.arrays import Floats

NAME: Final = "credit"
FIFTH: Final = 0.2
ABOUT: Final = "A scorecard and its challenger on a table of people with a yes or a no."
GROUPS: Final = re.compile(r"(^|[_\W])(sex|gender|age)([_\W]|$)|性别|年龄", re.IGNORECASE)


class Tables(msgspec.Struct, frozen=True, kw_only=True):
    """What the command was given."""

    train: Path
    test: Path
    target: str
    positive: str | None = None
    left_out: tuple[str, ...] = ()
    """Columns that are not to be inputs."""
    scores: Path | None = None
    """Where the probabilities go, a row a person in the order of the test file."""
    reasons: Path | None = None
    """Where the reasons of each score go, a JSON line a person."""
    card: Path | None = None
    """Where the model card goes."""
    groups: tuple[str, ...] = ()
    """Columns by which the card looks at fairness; by default those whose name says sex or age."""
    psi_max: float | None = None
    """Refuse a test table whose score's PSI is beyond this; None: measure it, whatever it is."""


def evaluate(asked: Tables, *, say: Callable[[str], None]) -> list[Figure]:
    """Every figure. Rows of `train` without an outcome are not learnt from; those of `test` are scored only.

    Where `test` has not both outcomes and only `scores` are asked for, there is no figure, and `say` is told.

    Raises the errors of `qianbao.insight.credit`.
    """
    watch = Stopwatch()
    for path, field in ((asked.scores, "--scores"), (asked.reasons, "--reasons"), (asked.card, "--card")):
        files.writable(path, field=field)
    train, test = table.read(asked.train, field="--train"), table.read(asked.test, field="--test")
    for name in asked.left_out:
        train.column(name, field="--leave-out")
    came = outcome.outcome(train, asked.target, asked.positive)
    known = np.flatnonzero(came.known)
    yes = came.values[known]
    truth = _truth(test, asked, came.positive)
    fitted = rating.fit(_inputs(train, asked).at(known), yes)
    scored = fitted.score(_inputs(test, asked), psi_max=asked.psi_max)
    seconds = watch.seconds
    if asked.scores is not None:
        rows = {
            "scorecard": scored.scorecard,
            "challenger": scored.challenger,
            "points": scored.points.round(),
        }
        files.write(asked.scores, rows, field="--scores")
    if asked.reasons is not None:
        told.write(asked.reasons, fitted, _inputs(test, asked))
    if truth is None:
        say("The test file has not both outcomes: there is nothing to measure, and its rows are scored.")
        return []
    figures = list(_figures(fitted, scored, truth, _inputs(test, asked), came.positive, seconds))
    if asked.card is not None:
        measured_on = np.flatnonzero(~np.isnan(truth))
        carded.write(
            asked.card, f"{asked.target} of {asked.train.name}", ABOUT, fitted, figures,
            people=test.at(measured_on), said=scored.challenger[measured_on], yes=truth[measured_on],
            groups=asked.groups or [name for name in test.columns if GROUPS.search(name)],
            positive=came.positive,
        )  # fmt: skip
    return figures


def _truth(test: Table, asked: Tables, positive: str) -> Floats | None:
    """The outcomes of the test rows; None where they have not both, and only scores are asked for."""
    scored_alone = asked.scores is not None and asked.card is None
    if scored_alone and asked.target not in test.columns:
        return None
    truth = outcome.as_fitted(test, asked.target, positive).values
    if 0 < np.nansum(truth) < (~np.isnan(truth)).sum():
        return truth
    if scored_alone:
        return None
    raise OutcomeOneSided(
        "The test rows have not both outcomes.", field="--test", expected="rows with either outcome"
    )


def _inputs(people: Table, asked: Tables) -> Table:
    return people.without(asked.target, *asked.left_out)


def _figures(
    fitted: Rating, scored: Scored, truth: Floats, test: Table, positive: str, seconds: float
) -> Iterator[Figure]:
    known = np.flatnonzero(~np.isnan(truth))
    yes = truth[known]
    split = f"{fitted.people:,} people -> {len(known):,} others; yes is {positive!r}"
    for model in MODELS:
        said = getattr(scored, model)[known]
        yield from measured(NAME, model, said, yes, split=split, seconds=seconds)
        yield Figure(
            name=NAME, metric=f"{model}.caught_in_best_fifth", value=measures.caught(said, yes, FIFTH),
            baseline=FIFTH * float(yes.sum()), split=split, seconds=seconds,
        )  # fmt: skip
    read = fitted.inputs.read(test)
    odds = fitted.card.odds(read)
    yield Figure(
        name=NAME, metric="score.psi", value=fitted.portrait.moved(odds), baseline=stability.BOUND,
        split=split, seconds=seconds,
    )  # fmt: skip
