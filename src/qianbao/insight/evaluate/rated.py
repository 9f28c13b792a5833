"""A rating on people whom it had not seen: in repeated folds, or of another table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from qianbao.insight.credit import measures, rating
from qianbao.insight.credit.folds import folds
from qianbao.insight.credit.measures import Ranked
from qianbao.insight.credit.table import Table
from qianbao.insight.evaluate.figures import Figure, Stopwatch
from qianbao.insight.models.arrays import Floats

PARTS = 5
MODELS = ("scorecard", "challenger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """The AUC and KS that each model is compared with."""

    auc: tuple[float | None, float | None] = (None, None)
    ks: tuple[float | None, float | None] = (None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What both models said of people whom they had not seen, repeat by repeat (repeats, people)."""

    scorecard: np.ndarray
    challenger: np.ndarray
    fold: np.ndarray
    seconds: float

    def of(self, model: str) -> np.ndarray:
        """One model's probabilities."""
        return self.scorecard if model == "scorecard" else self.challenger


def repeats(people: int) -> int:
    """How often the folds are dealt: the fewer people, the more the deal matters."""
    return 5 if people < 2_000 else 3 if people < 10_000 else 2


def crossed(table: Table, yes: Floats, *, times: int) -> Seen:
    """Deal folds `times` times, and score each person by a rating fitted without their fold."""
    watch = Stopwatch()
    shape = (times, len(yes))
    card, rival, fold = np.zeros(shape), np.zeros(shape), np.zeros(shape, dtype=np.intp)
    for time in range(times):
        for at, (inside, outside) in enumerate(folds(yes, PARTS, seed=time)):
            fitted = rating.fit(table.at(inside), yes[inside], field="--data", seed=10 * time + at)
            scored = fitted.score(table.at(outside), psi_max=None)
            card[time, outside], rival[time, outside] = scored.scorecard, scored.challenger
            fold[time, outside] = at
    return Seen(scorecard=card, challenger=rival, fold=fold, seconds=watch.seconds)


def figures(name: str, seen: Seen, yes: Floats, *, beside: Beside, split: str) -> Iterator[Figure]:
    """AUC, KS, Gini and calibration of both. A value is the mean of folds and repeats; its interval is of the
    first repeat's people, drawn anew."""
    for at, model in enumerate(MODELS):
        said = seen.of(model)
        for metric, baseline in (("auc", beside.auc[at]), ("ks", beside.ks[at])):
            each = [
                getattr(measures, metric)(said[time][seen.fold[time] == one], yes[seen.fold[time] == one])
                for time in range(len(said))
                for one in range(PARTS)
            ]
            bounds = measures.interval(len(yes), getattr(Ranked(said[0], yes), metric))
            yield Figure(
                name=name, metric=f"{model}.{metric}", value=float(np.mean(each)), low=bounds[0],
                high=bounds[1], baseline=baseline, split=split, seconds=seen.seconds,
            )  # fmt: skip
        pooled, twice = said.ravel(), np.tile(yes, len(said))
        yield from _numbers(name, model, pooled, twice, split, seen.seconds)


def measured(
    name: str, model: str, said: Floats, yes: Floats, *, split: str, seconds: float
) -> Iterator[Figure]:
    """The same of one model on one other table."""
    ranked = Ranked(said, yes)
    for metric in ("auc", "ks"):
        bounds = measures.interval(len(yes), getattr(ranked, metric))
        yield Figure(
            name=name, metric=f"{model}.{metric}", value=getattr(ranked, metric)(), low=bounds[0],
            high=bounds[1], split=split, seconds=seconds,
        )  # fmt: skip
    yield from _numbers(name, model, said, yes, split, seconds)


def _numbers(
    name: str, model: str, said: Floats, yes: Floats, split: str, seconds: float
) -> Iterator[Figure]:
    of_all = float(yes.mean())
    auc = measures.auc(said, yes)
    for metric, value, baseline in (
        ("gini", 2 * auc - 1, None),
        ("brier", measures.brier(said, yes), of_all * (1 - of_all)),
        ("calibration_error", measures.off(said, yes), None),
        ("calibration_slope", measures.slope(said, yes), 1.0),
        ("mean_probability", float(said.mean()), of_all),
    ):
        yield Figure(
            name=name, metric=f"{model}.{metric}", value=value, baseline=baseline, split=split,
            seconds=seconds,
        )  # fmt: skip
