"""Any randomised table: whom treatment moves, cross-fitted, or fitted on one file and measured on another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from qianbao.errors import Invalid
from qianbao.insight.credit import table as tables
from qianbao.insight.evaluate import files as written
from qianbao.insight.evaluate import trials
from qianbao.insight.evaluate.figures import Figure, Stopwatch
from qianbao.insight.models.arrays import Floats
from qianbao.insight.response import arms, design
from qianbao.insight.response.arms import Arms, Columns
from qianbao.insight.response.logistic import two_models
from qianbao.insight.response.models import Trial, enough
from qianbao.insight.response.targeting import FOLDS, REPEATS, crossed, fit

NAME: Final = "uplift"


class FilesUnclear(Invalid):
    """Give either one file, or one to fit on and one to measure on."""

    code = "insight_files_unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """One table, which is cross-fitted; or one to fit on, and one whose outcomes the fit never sees."""

    data: Path | None = None
    train: Path | None = None
    test: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Rows of the scored table, in its order; NaN where a row could not be scored."""

    score: Floats
    effect: Floats
    two_models: Floats


def evaluate(
    files: Files, names: Columns, *, scores: Path | None, say: Callable[[str], None]
) -> list[Figure]:
    """Every figure; writes the rows' scores to `scores`, tells `say` what was left out.

    Raises `FilesUnclear`, `FileUnwritable`, and what `arms.read`, `design.fit` and `enough` raise.
    """
    watch = Stopwatch()
    written.writable(scores, field="--scores")
    if files.data is not None and files.train is None and files.test is None:
        people = arms.read(tables.read(files.data, field="--data"), names)
        scored, split = _crossed(people)
        measured = people
    elif files.data is None and files.train is not None and files.test is not None:
        people = arms.read(tables.read(files.train, field="--train"), names)
        measured = arms.as_read(tables.read(files.test, field="--test"), people.names)
        scored, split = _held_out(people, measured)
    else:
        raise FilesUnclear(field="--data", expected="--data FILE, or --train FILE and --test FILE")
    for name, value in people.settled.items():
        say(f"{name} is not read: whoever has {value!r} in it has the outcome, so it came with it.")
    if scores is not None:
        rows = {"score": scored.score, "effect": scored.effect, "two_models": scored.two_models}
        written.write(scores, rows, field="--scores")
    known = measured.known
    if not known.any():
        say("The test file has no outcomes: there is nothing to measure, and its rows are scored.")
        return []
    enough(_trial(measured, known, np.zeros((measured.before.rows, 1))), field="--test")
    return list(
        trials.figures(
            NAME, "", treated=measured.treated[known], outcome=measured.outcome[known],
            score=scored.score[known], two_models=scored.two_models[known],
            split=split, seconds=watch.seconds,
        )
    )  # fmt: skip


def _crossed(people: Arms) -> tuple[Scored, str]:
    known = people.known
    before = people.before.at(known)
    trial = _trial(people, known, design.fit(before).read(people.before))
    enough(trial, field="--data")
    found = crossed(trial)

    def everywhere(values: Floats) -> Floats:
        rows = np.full(people.before.rows, np.nan)
        rows[known] = values
        return rows

    split = f"{len(trial):,} people, {FOLDS}-fold cross-fitted, {REPEATS} times"
    return Scored(
        score=everywhere(found.score), effect=everywhere(found.effect),
        two_models=everywhere(found.two_models),
    ), split  # fmt: skip


def _held_out(people: Arms, others: Arms) -> tuple[Scored, str]:
    known = people.known
    read = design.fit(people.before.at(known))
    trial = _trial(people, known, read.read(people.before))
    enough(trial, field="--train")
    model, plain, x = fit(trial), two_models(trial), read.read(others.before)
    split = f"fitted on {len(trial):,} people, measured on {int(others.known.sum()):,} others"
    return Scored(
        score=model.score(x), effect=model.model.effect(x), two_models=plain.effect(x),
    ), split  # fmt: skip


def _trial(people: Arms, known: np.ndarray, x: Floats) -> Trial:
    return Trial(x=x[known], treated=people.treated[known], outcome=people.outcome[known])
