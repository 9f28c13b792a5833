"""The card of the model of needs, measured on a month that it then had not seen, and by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit import logistic, measures
from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.needs import fitting, signs
from qianbao.insight.needs.fitting import Fitted, Round
from qianbao.insight.needs.models import AHEAD_DAYS, KINDS, PRODUCTS
from qianbao.insight.needs.signs import TIERS
from qianbao.insight.scores.cards import DATA, NOBODY_ELSE
from qianbao.insight.scores.models import GROUP_MIN, Card, Measure


def card(fitted: Fitted, rounds: Sequence[Round], *, made: int) -> Card:
    """What it was fitted on and what it is worth: of the last round, by a model of those before it."""
    latest = rounds[0]
    silent = [name for name, model in zip(KINDS, fitted.kinds, strict=True) if model is None]
    unused = [name for name, model in zip(PRODUCTS, fitted.products, strict=True) if model is None]
    limits = [
        NOBODY_ELSE,
        f"It is of a payment within {AHEAD_DAYS} days, not of its amount.",
        "A need is what people who pay alike paid for next: nobody is told what is good for them.",
        "A season that the months before did not have is not modelled.",
    ]
    if silent:
        limits.append(f"Too few people pay for, or do not: {', '.join(silent)}.")
    if unused:
        limits.append(f"Not enough use yet to say who will use: {', '.join(unused)}.")
    measured = tuple(_measured(latest, rounds[1:]))
    if not measured:
        limits.append("Not measured yet: there are too few months before the last one.")
    return Card(
        name="needs",
        about="In which kinds somebody pays within 30 days: a logistic regression of all kinds together, and "
        "of each what is its own; and who first uses a financial product.",
        purpose="statistics; shown to the person themselves with their consent to the picture",
        data=DATA,
        split=f"By time: fitted on {len(rounds)} times {AHEAD_DAYS} days; measured on the last, by a model "
        "of those before it.",
        people=fitted.people,
        months=len(rounds),
        parameters={
            f"usual.{name}": model.usual
            for name, model in zip((*KINDS, *PRODUCTS), (*fitted.kinds, *fitted.products), strict=True)
            if model is not None
        },
        measures=measured,
        limits=tuple(limits),
        made=made,
    )


def _measured(latest: Round, before: Sequence[Round]) -> Iterator[Measure]:
    try:
        model = fitting.fit(before)
    except NotFitted:
        return
    people, came = latest.people, latest.came.astype(np.float64)
    said = model.chance(people)
    pace = np.column_stack([signs.rate(people, kind) for kind in range(len(KINDS))])
    there = [at for at, one in enumerate(model.kinds) if one is not None and 0 < came[:, at].mean() < 1]
    if not there:
        return
    for name, of in (("", said), (".own_pace", pace)):
        auc = [measures.auc(of[:, at], came[:, at]) for at in there]
        lost = [logistic.loss(logistic.logit(of[:, at]), came[:, at]) for at in there]
        yield Measure(metric=f"auc{name}", value=float(np.mean(auc)), people=len(people))
        yield Measure(metric=f"log_loss{name}", value=float(np.mean(lost)), people=len(people))
    slope = measures.slope(said[:, there].ravel(), came[:, there].ravel())
    yield Measure(metric="calibration_slope", value=slope, people=len(people))
    for at in there:
        value = measures.auc(said[:, at], came[:, at])
        yield Measure(metric=f"auc.{KINDS[at]}", value=value, people=len(people))
    yield from _fair(latest, said[:, there], came[:, there])


def _fair(latest: Round, said: Floats, came: Floats) -> Iterator[Measure]:
    """Kinds a person that were forecast, and that came, by size of city and decade of birth."""
    tiers = {name.split("_")[2]: latest.people.tier == at for at, name in enumerate(TIERS)}
    decades = {
        f"{int(decade)}s": latest.born // 10 * 10 == decade
        for decade in np.unique(latest.born[~np.isnan(latest.born)] // 10 * 10)
    }
    groups: Sequence[tuple[str, dict[str, NDArray[np.bool_]]]] = (("tier", tiers), ("born", decades))
    for kind, levels in groups:
        for level, some in levels.items():
            size = int(some.sum())
            if size >= GROUP_MIN:
                yield Measure(
                    metric=f"forecast.{kind}.{level}", value=float(said[some].sum() / size), people=size
                )
                yield Measure(
                    metric=f"came.{kind}.{level}", value=float(came[some].sum() / size), people=size
                )
