"""Why a score is what it is, and what would change it: in words, in English and in Chinese.

A reason is a column that costs points beside what the people of the fit have on average; a change is a bin
of that column which would bring them back. What nobody can change (age, sex) is told as a reason, never as
advice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.credit import logistic, scorecard
from qianbao.insight.credit.binned import Binned
from qianbao.insight.credit.derived import Derived
from qianbao.insight.credit.inputs import People
from qianbao.insight.credit.scorecard import FACTOR, Scorecard

REASONS: Final = 4
"""Reasons told, at most."""
POINTS_MIN: Final = 1.0
"""What costs less is no reason."""
FIXED: Final = re.compile(
    r"(^|[_\W])(age|sex|gender|marri|marital|foreign|birth|nation|personal_status|race)|年龄|性别|婚姻",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason of one person. `points` is what it costs; `change` is what would bring how many back."""

    column: str
    points: float
    said: Mapping[str, str]
    """By language: "en", "zh"."""
    change: Mapping[str, str] | None
    gain: float
    probability_then: float | None
    """The probability of a yes if only this changed."""


def reasons(
    card: Scorecard, people: People, *, derived: tuple[Derived, ...] = (), most: int = REASONS
) -> list[tuple[Reason, ...]]:
    """The reasons of each person, the dearest first."""
    parts = card.parts(people)
    usual = np.array([_usual(one, weight) for one, weight in zip(card.columns, card.weights, strict=True)])
    cost = usual - parts
    odds = card.odds(people)
    words = {one.name: one for one in derived}
    places = [one.place(_of(one, people)) for one in card.columns]
    found: list[tuple[Reason, ...]] = []
    for person in range(people.rows):
        dearest = [
            at for at in np.argsort(-cost[person], kind="stable")[:most] if cost[person, at] >= POINTS_MIN
        ]
        found.append(
            tuple(
                _reason(
                    card.columns[at],
                    float(card.weights[at]),
                    int(places[at][person]),
                    float(cost[person, at]),
                    float(odds[person]),
                    words.get(card.columns[at].name),
                )
                for at in dearest
            )
        )
    return found


def _reason(
    column: Binned, weight: float, place: int, cost: float, odds: float, derived: Derived | None
) -> Reason:
    named = {language: _named(column, derived, language) for language in ("en", "zh")}
    here = column.said(place)
    said = {
        "en": f"{named['en']} ({here}) costs {cost:.0f} points beside the average.",
        "zh": f"{named['zh']}({here})比平均水平少 {cost:.0f} 分。",
    }
    better = _better(column, place)
    if better is None or FIXED.search(column.name):
        return Reason(
            column=column.name, points=cost, said=said, change=None, gain=0.0, probability_then=None
        )
    fall = weight * float(column.woe[place] - column.woe[better])
    gain, there = FACTOR * fall, column.said(better)
    then = float(logistic.expit(np.array([odds - fall]))[0])
    change = {
        "en": f"With {named['en']} {there} instead, the score would be {gain:.0f} points higher.",
        "zh": f"若{named['zh']}为 {there},评分将提高 {gain:.0f} 分。",
    }
    return Reason(column=column.name, points=cost, said=said, change=change, gain=gain, probability_then=then)


def _better(column: Binned, place: int) -> int | None:
    """The nearest bin of a number, or the best one of a category, with clearly less evidence for the yes."""
    known = [at for at in range(len(column.woe)) if column.share[at] > 0 and at != place]
    if column.cuts is not None:
        known = [at for at in known if at <= len(column.cuts.edges)]
    good = [at for at in known if column.woe[at] < min(column.woe[place] - 0.1, 0.05)]
    if not good:
        return None
    if column.cuts is None:
        return min(good, key=lambda at: float(column.woe[at]))
    return min(good, key=lambda at: abs(at - place))


def _usual(column: Binned, weight: float) -> float:
    return float(-FACTOR * weight * (column.share @ column.woe))


def _named(column: Binned, derived: Derived | None, language: str) -> str:
    return column.name if derived is None else derived.said(language)


def _of(column: Binned, people: People) -> np.ndarray:
    return scorecard.values(column, people)
