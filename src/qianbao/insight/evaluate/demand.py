"""Any table of shop, date and count: a test window forecast from the days before it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow
import pyarrow.csv
import pyarrow.parquet

from qianbao.errors import Invalid
from qianbao.insight.demand import reading
from qianbao.insight.demand.forecasting import table
from qianbao.insight.demand.outcome import Outlook
from qianbao.insight.demand.panel import Table
from qianbao.insight.evaluate.figures import Asked, DataMissing, Figure
from qianbao.insight.evaluate.outlooks import DAYS, compared

NAME: Final = "demand"

pa: Any = pyarrow
csv: Any = pyarrow.csv
parquet: Any = pyarrow.parquet


class ForecastsUnwritable(Invalid):
    """The forecasts cannot be written there."""

    code = "insight_forecasts_unwritable"


def evaluate(asked: Asked, *, forecasts: Path | None = None) -> list[Figure]:
    """Every figure; with `forecasts`, the forecasts are written there beside what came (CSV or Parquet).

    Raises `DataMissing`, `HistoryInvalid`, `WindowEmpty`, `ForecastsUnwritable`.
    """
    if asked.data is None or not asked.data.is_file():
        raise DataMissing(field="--data", expected="a file with shop, date, count")
    if forecasts is not None and (
        forecasts.suffix not in (".csv", ".parquet") or not forecasts.parent.is_dir()
    ):
        raise ForecastsUnwritable(field="--forecasts", expected="a .csv or .parquet file in a folder that is")
    panel = reading.of_file(asked.data)
    until = asked.until or (
        asked.since + timedelta(days=DAYS - 1) if asked.since else panel.end - timedelta(days=1)
    )
    since = asked.since or until - timedelta(days=DAYS - 1)
    outlook, figures = compared(NAME, panel, since, until)
    if forecasts is not None:
        _write(outlook, panel.window(since, len(outlook.days)), forecasts)
    return figures


def _write(outlook: Outlook, came: Table, path: Path) -> None:
    told = table(outlook).append_column("count", pa.array(came.ravel().astype(np.int64)))
    try:
        (csv.write_csv if path.suffix == ".csv" else parquet.write_table)(told, path)
    except OSError as broken:
        raise ForecastsUnwritable(str(broken), field="--forecasts") from None
