"""From rows of shop, date and count to a panel: CSV, Parquet, Arrow, a dataframe."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from qianbao.errors import Invalid
from qianbao.insight.demand.panel import Panel

CELLS_MAX: Final = 60_000_000
"""Shops times days that are held at once, at most."""
DAYS_MAX: Final = 7_320
"""Twenty years: a date beyond is a slip of the pen."""
COUNT_MAX: Final = 1_000_000_000


class HistoryInvalid(Invalid):
    """The history is not one whole number, 0 or more, for each shop and day."""

    code = "insight_history_invalid"


_ROWS: Final = """
CREATE TEMP TABLE told AS
SELECT shop::VARCHAR AS shop, date::DATE AS date, count::DOUBLE AS count
FROM   history
"""
_WRONG: Final = """
SELECT count(*)                                                    AS rows,
       count(*) FILTER (WHERE shop IS NULL OR date IS NULL OR count IS NULL) AS missing,
       count(*) FILTER (WHERE count < 0 OR count > $1 OR count <> floor(count) OR isnan(count)) AS wrong,
       count(*) - count(DISTINCT (shop, date))                     AS twice,
       count(DISTINCT shop)                                        AS shops,
       min(date)                                                   AS first,
       max(date)                                                   AS last
FROM   told
"""
_CELLS: Final = """
SELECT dense_rank() OVER (ORDER BY shop) - 1 AS place, date - $1::DATE AS day, count
FROM   told
"""
_SHOPS: Final = "SELECT DISTINCT shop FROM told ORDER BY shop"


def of_file(path: Path) -> Panel:
    """The panel of a CSV or Parquet file with shop, date, count. Raises `HistoryInvalid`."""
    kind = {".csv": "read_csv", ".gz": "read_csv", ".parquet": "read_parquet"}.get(path.suffix.lower())
    if kind is None:
        raise HistoryInvalid(f"{path.name} is neither.", field="--data", expected="a .csv or .parquet file")
    return _panel(kind, str(path))


def of_table(table: Any) -> Panel:
    """The panel of an Arrow table or a dataframe with shop, date, count. Raises `HistoryInvalid`."""
    return _panel(None, table)


def _panel(kind: str | None, source: Any) -> Panel:
    try:
        with duckdb.connect() as plain:
            connection: Any = plain
            read = getattr(connection, kind)(source) if kind else connection.from_arrow(_arrow(source))
            read.create_view("history")
            connection.execute(_ROWS)
            found = connection.execute(_WRONG, [COUNT_MAX])
            names = [column[0] for column in found.description]
            told = dict(zip(names, found.fetchone(), strict=True))
            _check(told)
            first: date = told["first"]
            days = (told["last"] - first).days + 1
            cells = connection.execute(_CELLS, [first]).fetchnumpy()
            shops = tuple(shop for (shop,) in connection.execute(_SHOPS).fetchall())
    except (duckdb.Error, OSError) as broken:
        said = " ".join(str(broken).splitlines()[:2])
        raise HistoryInvalid(said, field="history", expected="columns shop, date, count") from None
    counts = np.zeros((len(shops), days), np.float32)
    counts[np.asarray(cells["place"]), np.asarray(cells["day"])] = cells["count"]
    return Panel(shops=shops, first=first, counts=counts)


def _arrow(source: Any) -> Any:
    if hasattr(source, "to_pandas") or not hasattr(source, "columns"):
        return source
    import pyarrow

    plain: Any = pyarrow
    return plain.Table.from_pandas(source, preserve_index=False)


def _check(told: dict[str, Any]) -> None:
    if not told["rows"]:
        raise HistoryInvalid("It has no rows.", field="history", expected="at least one shop and day")
    for key, said in (
        ("missing", "rows lack a shop, a date or a count"),
        ("wrong", "counts are negative, broken or too large"),
        ("twice", "rows tell of a shop and day that another row tells of"),
    ):
        if told[key]:
            raise HistoryInvalid(f"{told[key]:,} {said}.", field="history", expected=HistoryInvalid.title())
    days = (told["last"] - told["first"]).days + 1
    if days > DAYS_MAX or days * told["shops"] > CELLS_MAX:
        raise HistoryInvalid(
            f"{told['shops']:,} shops over {days:,} days.", field="history",
            expected=f"{DAYS_MAX:,} days, and {CELLS_MAX:,} days of shops, at most",
        )  # fmt: skip


def until(panel: Panel, day: date) -> Panel:
    """The panel with empty days up to `day`, its last, where it ends sooner."""
    missing = (day - panel.end).days + 1
    if missing <= 0:
        return panel.before(day + timedelta(days=1), at_most=panel.days)
    return replace(panel, counts=np.pad(panel.counts, ((0, 0), (0, missing))))
