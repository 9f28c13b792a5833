"""Columns made of other columns of the same person: over repeated months, and of amounts beside each other.

A person's row alone makes them, so nothing of other people, and nothing of the outcome, is in them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.models.arrays import Floats

Many: TypeAlias = NDArray[np.float64]
"""(people, columns)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One such column: what is done with which columns. `parts` splits `of` where two rows of months meet."""

    name: str
    rule: str
    of: tuple[str, ...]
    parts: int = 0

    def make(self, numbers: Mapping[str, Floats]) -> Floats:
        """Its values. A column that is not in `numbers` counts as not known."""
        some = next(iter(numbers.values()))
        unknown = np.full(len(some), np.nan)
        many = np.column_stack([numbers.get(name, unknown) for name in self.of])
        with np.errstate(all="ignore"):
            made = RULES[self.rule].make(many, self.parts)
        return np.where(np.isfinite(made), made, np.nan)

    def said(self, language: str) -> str:
        """In words: "en" or "zh"."""
        first, last = self.of[0], self.of[-1]
        rule = RULES[self.rule]
        words = rule.en if language == "en" else rule.zh
        if self.parts:
            return words.format(f"{first} … {self.of[self.parts - 1]}", f"{self.of[self.parts]} … {last}")
        return words.format(first, last) if len(self.of) == 2 else words.format(f"{first} … {last}", last)


@dataclass(frozen=True, slots=True)
class Rule:
    """How a column is made, and how that is said."""

    make: Callable[[Many, int], Floats]
    en: str
    zh: str


def _mean(many: Many, _: int) -> Floats:
    known = ~np.isnan(many)
    return np.where(known, many, 0.0).sum(axis=1) / known.sum(axis=1)


def _largest(many: Many, _: int) -> Floats:
    found = np.where(np.isnan(many), -np.inf, many).max(axis=1)
    return found


def _smallest(many: Many, _: int) -> Floats:
    return np.where(np.isnan(many), np.inf, many).min(axis=1)


def _sum(many: Many, _: int) -> Floats:
    return np.where(np.isnan(many).all(axis=1), np.nan, np.nansum(many, axis=1))


def _spread(many: Many, _: int) -> Floats:
    return np.sqrt(_mean((many - _mean(many, 0)[:, None]) ** 2, 0))


def _slope(many: Many, _: int) -> Floats:
    place = np.arange(many.shape[1]) - (many.shape[1] - 1) / 2
    return np.asarray(many @ place / (place @ place))


def _above(many: Many, _: int) -> Floats:
    return (many > 0).sum(axis=1).astype(np.float64)


def _at_zero(many: Many, _: int) -> Floats:
    return (many == 0).sum(axis=1).astype(np.float64)


def _below(many: Many, _: int) -> Floats:
    return (many < 0).sum(axis=1).astype(np.float64)


def _height(many: Many, _: int) -> Floats:
    return np.maximum(np.nan_to_num(many), 0.0).sum(axis=1)


def _departed(many: Many, _: int) -> Floats:
    return many[:, 0] - _mean(many[:, 1:], 0)


def _ratio(many: Many, _: int) -> Floats:
    return many[:, 0] / np.maximum(np.abs(many[:, 1]), 1.0)


def _product(many: Many, _: int) -> Floats:
    return many[:, 0] * many[:, 1]


def _difference(many: Many, _: int) -> Floats:
    return many[:, 0] - many[:, 1]


def _covered(many: Many, parts: int) -> Floats:
    left, right = many[:, :parts], many[:, parts:]
    return _sum(left, 0) / np.maximum(np.abs(_sum(right, 0)), 1.0)


def _each_to(many: Many, _: int) -> Many:
    return many[:, :-1] / np.maximum(np.abs(many[:, -1:]), 1.0)


def _mean_to(many: Many, _: int) -> Floats:
    return _mean(_each_to(many, 0), 0)


def _slope_to(many: Many, _: int) -> Floats:
    return _slope(_each_to(many, 0), 0)


def _spread_to(many: Many, _: int) -> Floats:
    return _spread(_each_to(many, 0), 0)


def _largest_to(many: Many, _: int) -> Floats:
    return _largest(_each_to(many, 0), 0)


def _sum_to(many: Many, _: int) -> Floats:
    return _sum(_each_to(many, 0), 0)


def _date(many: Many, _: int) -> Floats:
    return 31 * many[:, 0] + many[:, 1]


def _left_over_to(many: Many, _: int) -> Floats:
    # (what was owed - what was paid) / the limit
    return (many[:, 1] - many[:, 0]) / np.maximum(np.abs(many[:, 2]), 1.0)


RULES: Final[Mapping[str, Rule]] = {
    "mean": Rule(_mean, "the mean of {0}", "{0} 的平均值"),
    "largest": Rule(_largest, "the largest of {0}", "{0} 中的最大值"),
    "smallest": Rule(_smallest, "the smallest of {0}", "{0} 中的最小值"),
    "sum": Rule(_sum, "the sum of {0}", "{0} 之和"),
    "spread": Rule(_spread, "how far {0} lie apart", "{0} 的波动"),
    "slope": Rule(_slope, "how much {0} change a step", "{0} 的走势"),
    "above": Rule(_above, "how many of {0} are above 0", "{0} 中大于 0 的个数"),
    "at_zero": Rule(_at_zero, "how many of {0} are 0", "{0} 中等于 0 的个数"),
    "below": Rule(_below, "how many of {0} are below 0", "{0} 中小于 0 的个数"),
    "height": Rule(_height, "the sum of what is above 0 in {0}", "{0} 中正值之和"),
    "departed": Rule(_departed, "the first of {0} beside the mean of the others", "{0} 中首项与其余均值之差"),
    "ratio": Rule(_ratio, "{0} for each {1}", "{0} 与 {1} 之比"),
    "product": Rule(_product, "{0} times {1}", "{0} 与 {1} 之积"),
    "difference": Rule(_difference, "{0} less {1}", "{0} 减 {1}"),
    "covered": Rule(_covered, "all of {0} beside all of {1}", "{0} 合计与 {1} 合计之比"),
    "mean_to": Rule(
        _mean_to, "the mean of {0} (the last: what it is measured in)", "{0} 的平均值(以末项为单位)"
    ),
    "slope_to": Rule(_slope_to, "how much {0} change a step, in units of {1}", "{0} 的走势(以 {1} 为单位)"),
    "spread_to": Rule(_spread_to, "how far {0} lie apart, in units of {1}", "{0} 的波动(以 {1} 为单位)"),
    "largest_to": Rule(_largest_to, "the largest of {0}, in units of {1}", "{0} 中的最大值(以 {1} 为单位)"),
    "sum_to": Rule(_sum_to, "the sum of {0}, in units of {1}", "{0} 之和(以 {1} 为单位)"),
    "date": Rule(_date, "{0} and {1} as a date", "{0} 与 {1} 构成的日期"),
    "left_over_to": Rule(
        _left_over_to, "what {0} leave open, in units of {1}", "{0} 的未清部分(以 {1} 为单位)"
    ),
}
