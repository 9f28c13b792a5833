"""Days of the past, each with what was known some days before it: what a model learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.demand.panel import Past, Table
from qianbao.insight.demand.signs import signs
from qianbao.insight.models.arrays import NotFitted

HISTORY_DAYS: Final = 420
"""What is read of the past: a year and some weeks, so that last year's holidays are in it."""
FIRST_DAYS: Final = 14
"""A history shorter than this has nothing to say of a week."""
UNOPENED_DAYS: Final = 120
"""Longer ago than this, a shop that had not opened is no example."""
HALF_LIFE_DAYS: Final = 90.0
"""An example so much older weighs half."""
SEED: Final = 20_161


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Rows of signs, by the names of the columns."""

    names: tuple[str, ...]
    told: Table
    came: Table
    """The logarithm of the count apart from the shop's level; NaN: nobody came."""
    weight: Table


def examples(known: Past, days: int, *, rows_max: int) -> Examples:
    """What would have been known on earlier days, up to `days` before, and what then came.

    Of more than `rows_max` rows, an even draw. Raises `NotFitted` where the history is too short for any.
    """
    end = known.panel.days
    starts = origins(end)
    if not starts:
        raise NotFitted(f"a history of {end} days; {FIRST_DAYS + 1} are needed")
    many = sum(min(days, end - start) for start in starts) * len(known.panel.shops)
    share = min(1.0, rows_max / max(many, 1))
    random = np.random.default_rng(SEED)
    names: tuple[str, ...] = ()
    told: list[Table] = []
    came: list[Table] = []
    weight: list[Table] = []
    for start in starts:
        shop, ahead = pairs(len(known.panel.shops), min(days, end - start))
        day = start + ahead - 1
        unopened = (known.opened[shop] >= start) & (start < end - UNOPENED_DAYS)
        here = (random.random(len(shop)) < share) & ~known.gap[day] & ~unopened
        shop, ahead, day = shop[here], ahead[here], day[here]
        seen = signs(known, start)
        row = seen.rows(shop, ahead)
        names = names or tuple(row)
        told.append(table(row, names))
        came.append(known.logs[shop, day] - seen.level[shop])
        weight.append(np.full(len(shop), 0.5 ** ((end - start) / HALF_LIFE_DAYS), np.float32))
    return Examples(
        names=names, told=np.concatenate(told), came=np.concatenate(came), weight=np.concatenate(weight)
    )


def origins(end: int) -> list[int]:
    """Days from which the past is looked at again: densely at its end, and a whole year of it."""
    back = (*range(1, 16, 2), *range(17, 160, 4), *range(160, HISTORY_DAYS, 12))
    return [end - one for one in back if end - one >= FIRST_DAYS]


def pairs(shops: int, days: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every shop with every number of days ahead, from 1."""
    shop, ahead = np.meshgrid(np.arange(shops), np.arange(1, days + 1), indexing="ij")
    return shop.ravel(), ahead.ravel()


def table(row: dict[str, NDArray[Any]], names: Sequence[str]) -> Table:
    """Signs in the order of names."""
    return np.column_stack([row[name].astype(np.float32) for name in names])
