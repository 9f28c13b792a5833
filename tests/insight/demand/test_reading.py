"""A history is read from whatever holds a table, and what is wrong with it is said."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas
import pyarrow
import pyarrow.parquet
import pytest

from qianbao.insight.demand import reading
from qianbao.insight.demand.reading import HistoryInvalid

pa: Any = pyarrow
pq: Any = pyarrow.parquet
pd: Any = pandas

ROWS = {
    "shop": ["a", "b", "a"],
    "date": [date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 4)],
    "count": [3, 5, 2],
}


def test_a_dataframe_an_arrow_table_csv_and_parquet_make_the_same_panel(tmp_path: Path) -> None:
    frame = pd.DataFrame(ROWS)
    frame.to_csv(tmp_path / "rows.csv", index=False)
    pq.write_table(pa.table(ROWS), tmp_path / "rows.parquet")
    panels = [
        reading.of_table(frame),
        reading.of_table(pa.table(ROWS)),
        reading.of_file(tmp_path / "rows.csv"),
        reading.of_file(tmp_path / "rows.parquet"),
    ]
    for panel in panels:
        assert panel.shops == ("a", "b")
        assert panel.first == date(2026, 1, 1)
        assert panel.counts.tolist() == [[3, 0, 0, 2], [0, 5, 0, 0]]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("rows.xls", "", "neither"),
        ("rows.csv", "shop,day,count\na,2026-01-01,1\n", "date"),
        ("rows.csv", "shop,date,count\na,yesterday,1\n", "yesterday"),
        ("rows.csv", "shop,date,count\na,2026-01-01,-1\n", "negative"),
        ("rows.csv", "shop,date,count\na,2026-01-01,1.5\n", "broken"),
        ("rows.csv", "shop,date,count\na,2026-01-01,nan\n", "broken"),
        ("rows.csv", "shop,date,count\na,2026-01-01,1e300\n", "too large"),
        ("rows.csv", "shop,date,count\na,2026-01-01,\nb,2026-01-01,1\n", "lack"),
        ("rows.csv", "shop,date,count\na,2026-01-01,1\na,2026-01-01,2\n", "another row"),
        ("rows.csv", "shop,date,count\na,0001-01-01,1\nb,9999-12-31,2\n", "days"),
        ("rows.csv", "shop,date,count\n", "no rows"),
        ("rows.csv", "", ""),
        ("rows.parquet", "not parquet", "rows.parquet"),
    ],
)
def test_a_history_that_is_none_says_what_is_wrong(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(HistoryInvalid) as refused:
        reading.of_file(tmp_path / name)
    assert said in refused.value.detail
    assert refused.value.expected
