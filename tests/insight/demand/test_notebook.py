"""A forecast in a notebook: a dataframe or an Arrow table in, an Arrow table out."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas
import pyarrow
import pytest

from qianbao.insight.demand.forecasting import HorizonInvalid, forecast

pa: Any = pyarrow
pd: Any = pandas

FIRST = date(2026, 3, 2)  # a Monday
ROWS = [("a", FIRST + timedelta(days=day), 30 if day % 7 >= 5 else 10) for day in range(28)]


def test_a_few_days_of_one_shop_are_forecast_by_their_weekday() -> None:
    history = pd.DataFrame(ROWS, columns=["shop", "date", "count"])
    told = forecast(history, days=7)
    assert told.column_names == ["shop", "date", "expected", "low", "median", "high", "typical"]
    assert told["date"].to_pylist() == [FIRST + timedelta(days=28 + day) for day in range(7)]
    assert told["expected"].to_pylist() == [10.0] * 5 + [30.0] * 2
    assert told.equals(forecast(pa.Table.from_pandas(history), days=7))


@pytest.mark.parametrize("days", [0, -1, 29])
def test_a_forecast_reaches_four_weeks_at_most(days: int) -> None:
    with pytest.raises(HorizonInvalid):
        forecast(pd.DataFrame(ROWS, columns=["shop", "date", "count"]), days=days)
