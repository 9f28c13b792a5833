"""The card of a rating, generated where it is measured: data, split, measures, limits, fairness, points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec
import numpy as np

from qianbao.insight.credit.binned import Binned
from qianbao.insight.credit.fairness import ACCEPTED, Group
from qianbao.insight.credit.rating import Rating
from qianbao.insight.credit.scorecard import FACTOR, ODDS_BASE, POINTS_BASE, POINTS_DOUBLE
from qianbao.insight.credit.stability import BOUND

SHOWN: Final = 12
"""Columns of the scorecard that a card spells out."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """One number, with its interval of 95 % where it has one."""

    metric: str
    value: float
    low: float | None = None
    high: float | None = None


def card(
    name: str,
    about: str,
    fitted: Rating,
    *,
    split: str,
    positive: str,
    measures: Sequence[Measure],
    groups: Sequence[Group],
    limits: Sequence[str] = (),
) -> str:
    """The card as Markdown. All but `about` and `limits` comes from the fit and from what was measured."""
    lines = [f"# Model card: {name}", "", about, "", "## Data and split", ""]
    lines += [
        f"- Fitted on {fitted.people:,} people; the yes ({positive!r}) came to {fitted.came:,} "
        f"({fitted.came / fitted.people:.1%}).",
        f"- Measured: {split}. Nobody is measured by a model that was fitted on them.",
        f"- Inputs: {len(fitted.inputs.kinds)} columns, and {len(fitted.inputs.derived)} made of them.",
    ]
    if fitted.inputs.left_out:
        told = ", ".join(f"{column} ({why})" for column, why in fitted.inputs.left_out.items())
        lines.append(f"- Left out: {told}.")
    lines += ["", "## Measures", "", "| measure | value | 95 % |", "| --- | ---: | --- |"]
    for one in measures:
        bounds = "" if one.low is None or one.high is None else f"{one.low:.4f} to {one.high:.4f}"
        lines.append(f"| {one.metric} | {one.value:.4f} | {bounds} |")
    lines += _fairness(groups)
    lines += [
        "", "## Limits", "",
        "- It knows what the table knows; who was refused before is not in it.",
        f"- It refuses people whose score has moved from its own people's by a PSI over {BOUND}.",
        *(f"- {limit}" for limit in limits),
        "", "## The scorecard", "",
        f"{POINTS_BASE:.0f} points are odds of {ODDS_BASE:.0f} : 1 against the yes; {POINTS_DOUBLE:.0f} more "
        f"double them. Somebody of whom nothing is known has {fitted.card.base:.0f}. "
        f"Challenger: {_weights(fitted)}.", "",
        "| column | bin | share | yes came | points |", "| --- | --- | ---: | ---: | ---: |",
    ]  # fmt: skip
    order = np.argsort([-_reach(one, weight) for one, weight in _both(fitted)], kind="stable")
    for at in order[:SHOWN]:
        column, weight = fitted.card.columns[at], float(fitted.card.weights[at])
        for place in np.flatnonzero(column.share > 0):
            lines.append(
                f"| {_escaped(column.name)} | {_escaped(column.said(int(place)))} "
                f"| {column.share[place]:.1%} | {column.rate[place]:.1%} "
                f"| {-FACTOR * weight * column.woe[place]:+.0f} |"
            )
    if len(fitted.card.columns) > SHOWN:
        lines += ["", f"{len(fitted.card.columns) - SHOWN} more columns move the score less."]
    return "\n".join(lines) + "\n"


def _fairness(groups: Sequence[Group]) -> list[str]:
    lines = ["", "## Fairness by group", ""]
    if not groups:
        return [*lines, "No column says to which group people belong."]
    lines += [
        f"Of all people the {1 - ACCEPTED:.0%} likeliest to have the yes are refused. A group's forecast "
        "beside what came says whether the score is right for it; the share accepted of its good people, "
        "whether it is as hard.",
        "", "| group | people | came | forecast | accepted | accepted of the good | AUC |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    for one in groups:
        auc = "" if one.auc is None else f"{one.auc:.3f}"
        lines.append(
            f"| {_escaped(one.column)}: {_escaped(one.level)} | {one.people:,} | {one.rate:.1%} "
            f"| {one.forecast:.1%} | {one.accepted:.1%} | {one.accepted_good:.1%} | {auc} |"
        )
    return lines


def _both(fitted: Rating) -> list[tuple[Binned, float]]:
    return list(zip(fitted.card.columns, fitted.card.weights.tolist(), strict=True))


def _reach(column: Binned, weight: float) -> float:
    known = column.woe[column.share > 0]
    return weight * float(known.max() - known.min())


def _weights(fitted: Rating) -> str:
    return ", ".join(f"{kind} {weight:.2f}" for kind, weight in fitted.challenger.weights.items())


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")
