"""A score by groups that people did not choose: whether it is as right, and as hard, for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import msgspec
import numpy as np

from qianbao.insight.credit import measures
from qianbao.insight.credit.table import Column, Texts, texts
from qianbao.insight.models.arrays import Floats

ACCEPTED: Final = 0.8
"""The share of all people who would be accepted, the least likely first: where the groups are compared."""
LEAST: Final = 30
LEVELS_MAX: Final = 8
AGES: Final = (25.0, 35.0, 45.0, 60.0)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One group. `rate` came, `forecast` was said, `accepted` is its share under the cut of all."""

    column: str
    level: str
    people: int
    rate: float
    forecast: float
    accepted: float
    accepted_good: float
    """The share accepted of those to whom it did not come: equal opportunity."""
    auc: float | None


def by_group(column: str, values: Column, said: Floats, yes: Floats) -> Iterator[Group]:
    """Each group of a column with enough people; numbers of many values are cut at ages."""
    named = banded(values)
    cut = float(np.quantile(said, ACCEPTED))
    for level in sorted({level for level in named if level is not None}):
        some = named == level
        if some.sum() < LEAST:
            continue
        came, accepted = yes[some], said[some] <= cut
        both = 0 < came.sum() < len(came)
        yield Group(
            column=column,
            level=str(level),
            people=int(some.sum()),
            rate=float(came.mean()),
            forecast=float(said[some].mean()),
            accepted=float(accepted.mean()),
            accepted_good=float(accepted[came == 0].mean()) if (came == 0).any() else 0.0,
            auc=measures.auc(said[some], came) if both else None,
        )


def banded(values: Column) -> Texts:
    """Names of groups: as they are where there are few, else bands as of age."""
    named = texts(values)
    if len({level for level in named if level is not None}) <= LEVELS_MAX or values.dtype.kind != "f":
        return named
    names = [f"to {AGES[0]:.0f}"]
    names += [f"{low:.0f} to {high:.0f}" for low, high in pairwise(AGES)]
    names.append(f"over {AGES[-1]:.0f}")
    place = np.searchsorted(AGES, np.asarray(values, np.float64))
    known = ~np.isnan(np.asarray(values, np.float64))
    return np.array([names[at] if one else None for at, one in zip(place, known, strict=True)], dtype=object)
