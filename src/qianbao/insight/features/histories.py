"""From a table of features to what the customer-base models take."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from qianbao.errors import Invalid
from qianbao.insight.features.catalogue.months import MONTHS
from qianbao.insight.models.arrays import Floats
from qianbao.insight.models.history import Histories

HISTORY: Final = ("days", "recency_days", "tenure_days", "spent", "spent_first_day")
"""The features that a history is made of."""
BY_MONTH: Final = tuple(f"spent_month_{back}" for back in range(MONTHS, 0, -1))
"""Spending by month, the last whole month last."""


class FeatureMissing(Invalid):
    """A table of features lacks one that is needed."""

    code = "insight_feature_missing"


def histories(table: Any, *, unit_days: float = 1.0) -> Histories:
    """A row a person, in a unit of time (7: weeks). Raises `FeatureMissing`."""
    days, recency, tenure, spent, first = (numbers(table, name) for name in HISTORY)
    again = days - 1
    return Histories(
        x=again,
        t_x=(tenure - recency) / unit_days,
        t=tenure / unit_days,
        mean=np.where(again > 0, (spent - first) / np.maximum(again, 1), 0.0),
    )


def months(table: Any) -> Floats:
    """(people, months that are over): spending, minor units, from the first month in which anybody spent."""
    spent = np.column_stack([numbers(table, name) for name in BY_MONTH])
    begun = np.flatnonzero((spent > 0).any(axis=0))
    return spent[:, begun[0] :] if len(begun) else spent[:, :0]


def numbers(table: Any, name: str) -> Floats:
    """A feature as floating-point numbers: of an Arrow table or a data frame. Raises `FeatureMissing`."""
    try:
        return np.asarray(table[name], np.float64)
    except (KeyError, ValueError):
        expected = f"a table with {', '.join(HISTORY)}"
        raise FeatureMissing(f"There is no feature {name!r}.", field=name, expected=expected) from None
