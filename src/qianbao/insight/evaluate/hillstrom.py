"""Hillstrom's e-mail trial (MineThatData, 2008): who visits because of an e-mail, and who would anyway.

Each arm is set beside those who got none. The outcome is a visit within two weeks; conversion and spend came
with it, and are not read. `history_segment` is last year's spend in bands, and the spend itself is read.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from qianbao.insight.credit.table import Table, numbers, read, texts
from qianbao.insight.evaluate import trials
from qianbao.insight.evaluate.figures import Asked, DataUnreadable, Figure, Stopwatch, file
from qianbao.insight.response import design
from qianbao.insight.response.models import Trial, enough
from qianbao.insight.response.targeting import FOLDS, REPEATS, crossed

NAME: Final = "hillstrom"
ABOUT: Final = trials.ABOUT
FILE: Final = "hillstrom.parquet"
KNOWN_BEFORE: Final = ("recency", "history", "mens", "womens", "zip_code", "newbie", "channel")
NONE: Final = "No E-Mail"
ARMS: Final = {
    "womens": ("Womens E-Mail",),
    "mens": ("Mens E-Mail",),
    "any": ("Womens E-Mail", "Mens E-Mail"),
}


def evaluate(asked: Asked) -> list[Figure]:
    """Every figure. Raises `DataMissing`, `DataUnreadable`, `ArmsTooSmall`."""
    table = read(file(asked, FILE), field="--data")
    missing = [name for name in (*KNOWN_BEFORE, "segment", "visit") if name not in table.columns]
    if missing:
        raise DataUnreadable(f"{FILE} has no {', '.join(missing)}.")
    return [figure for arm, mails in ARMS.items() for figure in _arm(table, arm, mails)]


def _arm(table: Table, arm: str, mails: tuple[str, ...]) -> list[Figure]:
    watch = Stopwatch()
    mailed, visit = texts(table.columns["segment"]), numbers(table.columns["visit"])
    here = np.flatnonzero(np.isin(mailed.astype(str), [*mails, NONE]) & ~np.isnan(visit))
    people = table.at(here)
    before = Table(columns={name: people.columns[name] for name in KNOWN_BEFORE}, rows=people.rows)
    trial = Trial(
        x=design.fit(before).read(before),
        treated=np.isin(mailed[here].astype(str), mails).astype(np.float64),
        outcome=visit[here],
    )
    enough(trial, field="--data")
    scores = crossed(trial)
    return list(
        trials.figures(
            NAME, f"{arm}.", treated=trial.treated, outcome=trial.outcome, score=scores.score,
            two_models=scores.two_models,
            split=f"{len(trial):,} people, {FOLDS}-fold cross-fitted, {REPEATS} times", seconds=watch.seconds,
        )
    )  # fmt: skip
