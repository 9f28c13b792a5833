"""A forecast in a notebook: a dataframe or an Arrow table in, an Arrow table out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow

from qianbao.errors import Invalid
from qianbao.insight.demand import boosted, reading, weekday
from qianbao.insight.demand.boosted import Boosted
from qianbao.insight.demand.outcome import Outlook
from qianbao.insight.demand.panel import AHEAD_MAX, Panel
from qianbao.insight.models.arrays import NotFitted

pa: Any = pyarrow

DAYS: Final = 14
COLUMNS: Final[Mapping[str, str]] = {
    "expected": "expected",
    "low": "low",
    "middle": "median",
    "high": "high",
    "typical": "typical",
}
"""Parts of an outlook, and the columns that they stand in."""


class HorizonInvalid(Invalid):
    """A forecast reaches some days ahead, four weeks at most."""

    code = "insight_horizon_invalid"


def forecast(history: Any, *, days: int = DAYS) -> Any:
    """Customers of each shop on each of the `days` after the last day of `history`.

    `history` has a row for each shop and day with customers: `shop` (text), `date`, `count` (whole, 0 or
    more); a day without a row had none. The answer has `shop`, `date`, `expected` (the mean), `low`, `median`
    and `high` (the quantiles of 5, 50 and 95 %) and `typical` (the one number that is off by least, relative
    to what comes).
    Raises `HistoryInvalid`, `HorizonInvalid`.
    """
    if not 1 <= days <= AHEAD_MAX:
        raise HorizonInvalid(field="days", expected=f"1 to {AHEAD_MAX}")
    return table(outlook(reading.of_table(history), days)[0])


def outlook(
    panel: Panel, days: int, *, rows_max: int = boosted.ROWS_MAX, threads: int = 0
) -> tuple[Outlook, Boosted | None]:
    """What is to come, and the model that says so; None: too little is known to fit, the weekday serves."""
    try:
        model = boosted.fit(panel, days, rows_max=rows_max, threads=threads)
    except NotFitted:
        return weekday.forecast(panel, days), None
    return model.forecast(panel, days), model


def table(of: Outlook) -> Any:
    """An outlook as rows: every shop's days in turn."""
    days = of.days
    numbers = {name: np.asarray(getattr(of, part), np.float64).ravel() for part, name in COLUMNS.items()}
    return pa.table(
        {
            "shop": [shop for shop in of.shops for _ in days],
            "date": pa.array(list(days) * len(of.shops), pa.date32()),
            **numbers,
        }
    )
