"""The comparisons by demand: Koubei where it lies beside the checkout, and any table of shop, date, count."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from qianbao.cli.evaluate import app
from qianbao.errors import QianbaoError
from qianbao.insight.demand import boosted, weekday
from qianbao.insight.demand.outcome import relative
from qianbao.insight.demand.panel import Panel
from qianbao.insight.evaluate import demand, koubei
from qianbao.insight.evaluate.figures import Asked, DataMissing, DataUnreadable, WindowEmpty
from tests.insight.demand.drawn import DAYS, ORIGIN, Truth, shops
from tests.tidy.source import ROOT

KOUBEI = ROOT.parent / "shared" / "data" / "koubei"
"""Where the set may lie: in a folder of data beside the checkout."""
FIGURES = ["relative_error", "coverage_90", "pinball"]
LAST = ORIGIN + timedelta(days=DAYS - 1)

pa: Any = pyarrow
pq: Any = pyarrow.parquet


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Few drawn shops."""
    return shops(many=16, seed=5)


def rows(panel: Panel) -> list[tuple[str, date, int]]:
    """Shops and days with customers."""
    return [
        (panel.shops[shop], panel.first + timedelta(days=int(day)), int(panel.counts[shop, day]))
        for shop, day in np.argwhere(panel.counts > 0)
    ]


def as_table(panel: Panel, path: Path) -> Path:
    """As a file of shop, date, count."""
    with path.open("w", newline="") as to:
        csv.writer(to).writerows([("shop", "date", "count"), *rows(panel)])
    return path


def as_koubei(panel: Panel, folder: Path) -> Path:
    """As a folder in Koubei's form."""
    told = rows(panel)
    ids = {shop: number for number, shop in enumerate(panel.shops, 1)}
    table = {
        "shop_id": [ids[shop] for shop, _, _ in told],
        "date": [day for _, day, _ in told],
        "pays": [count for _, _, count in told],
    }
    pq.write_table(pa.table(table), folder / koubei.PAYS)
    heads = "shop_id,city,location_id,per_pay,score,comment_cnt,shop_level,cate_1,cate_2,cate_3"
    lines = [
        f"{number},湖州,1,{number % 9},,{number % 4},1,美食,小吃,{'面' * (number % 2)}"
        for number in ids.values()
    ]
    (folder / koubei.SHOPS).write_text("\n".join([heads, *lines]))
    return folder


def test_any_table_of_shop_date_and_count_is_evaluated_by_the_command(truth: Truth, tmp_path: Path) -> None:
    data, to = as_table(truth.panel, tmp_path / "rows.csv"), tmp_path / "forecasts.csv"
    window = ["--from", str(ORIGIN), "--to", str(LAST)]
    ran = CliRunner().invoke(app, ["demand", "--data", str(data), *window, "--json", "--forecasts", str(to)])
    assert ran.exit_code == 0, ran.output
    told = {figure["metric"]: figure for figure in json.loads(ran.stdout)}
    assert list(told) == FIGURES
    assert told["relative_error"]["split"] == f"before {ORIGIN} -> {ORIGIN} to {LAST}"
    assert (
        told["relative_error"]["low"] < told["relative_error"]["value"] < told["relative_error"]["baseline"]
    )
    written = list(csv.DictReader(to.open()))
    assert len(written) == len(truth.panel.shops) * DAYS
    error = np.mean(
        [
            abs(float(row["typical"]) - float(row["count"]))
            / max(float(row["typical"]) + float(row["count"]), 1)
            for row in written
        ]
    )
    assert told["relative_error"]["value"] == pytest.approx(error)


def test_a_folder_in_koubeis_form_is_evaluated_with_a_window_of_its_own(truth: Truth, tmp_path: Path) -> None:
    folder = as_koubei(truth.panel, tmp_path)
    figures = koubei.evaluate(Asked(data=folder, since=ORIGIN, until=LAST))
    assert [figure.metric for figure in figures] == FIGURES
    assert {figure.name for figure in figures} == {"koubei"}
    assert all(figure.seconds > 0 for figure in figures)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (Asked(), DataMissing),
        (Asked(data=Path("/nowhere")), DataMissing),
        (Asked(since=date(1999, 1, 1)), WindowEmpty),
        (Asked(since=ORIGIN, until=ORIGIN - timedelta(days=1)), WindowEmpty),
        (Asked(since=ORIGIN, until=ORIGIN + timedelta(days=60)), WindowEmpty),
        (Asked(since=LAST, until=LAST + timedelta(days=1)), WindowEmpty),
        (Asked(until=LAST), WindowEmpty),
        (Asked(since=date(2016, 3, 8)), WindowEmpty),
    ],
)
def test_what_cannot_be_tested_says_why(
    truth: Truth, tmp_path: Path, asked: Asked, refusal: type[QianbaoError]
) -> None:
    as_koubei(truth.panel, tmp_path)
    folder = tmp_path if asked.since or asked.until else asked.data
    with pytest.raises(refusal) as refused:
        koubei.evaluate(Asked(data=folder, since=asked.since, until=asked.until))
    assert refused.value.expected


def test_files_that_are_not_the_sets_say_so(truth: Truth, tmp_path: Path) -> None:
    as_koubei(truth.panel, tmp_path)
    (tmp_path / koubei.SHOPS).write_text("shop_id,city\n1,湖州\n")
    with pytest.raises(DataUnreadable):
        koubei.evaluate(Asked(data=tmp_path))
    (tmp_path / koubei.PAYS).write_text("shop_id,date,pays\n")
    with pytest.raises(DataUnreadable):
        koubei.evaluate(Asked(data=tmp_path))


def test_forecasts_that_cannot_be_written_are_refused_before_anything_is_fitted(
    truth: Truth, tmp_path: Path
) -> None:
    data = as_table(truth.panel, tmp_path / "rows.csv")
    for to in (tmp_path / "none" / "forecasts.csv", tmp_path / "forecasts.xlsx"):
        with pytest.raises(demand.ForecastsUnwritable):
            demand.evaluate(Asked(data=data), forecasts=to)
    with pytest.raises(DataMissing):
        demand.evaluate(Asked(data=tmp_path))


def test_shops_of_koubei_are_forecast_better_than_by_their_weekday() -> None:
    if not KOUBEI.is_dir():
        pytest.skip("the Koubei set is not beside the checkout (../shared/data/koubei)")
    panel = koubei.read(Asked(data=KOUBEI))
    some = range(0, len(panel.shops), 10)
    fewer = Panel(
        shops=tuple(panel.shops[shop] for shop in some), first=panel.first, counts=panel.counts[list(some)]
    )
    since = koubei.WINDOWS[-1]
    known, came = fewer.before(since, at_most=fewer.days), fewer.window(since, DAYS)
    ours = boosted.fit(known, DAYS, rows_max=30_000).forecast(known, DAYS)
    theirs = weekday.forecast(known, DAYS)
    error = relative(ours.typical, came).mean()
    assert error < 0.126
    assert error < 0.85 * relative(theirs.typical, came).mean()
    assert ((came >= ours.low) & (came <= ours.high)).mean() > 0.85
