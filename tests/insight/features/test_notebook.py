"""`qianbao.insight` in a notebook: tables out and in, read through consent."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import qianbao.insight as insight
from qianbao.clock import SystemClock, business_date
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.insight.features.histories import FeatureMissing
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.parquet import pa
from qianbao.insight.synth import files
from tests.insight.conftest import house, town
from tests.insight.features.test_hot import Payer, payer

__all__ = ["house", "payer", "town"]


async def test_records_and_features_come_as_tables_of_those_who_let_them_be_read(payer: Payer) -> None:
    house = payer.house
    trade = await payer.pays(30_00)
    await payer.told("trade.refunded", trade, 30_00, refunded=10_00)
    await payer.now()
    book = insight.open(house.town.db.url, home=house.lake.folder.parent)
    records = book.records().to_pandas()
    assert _of(records, payer.person)["spent"].tolist() == [20_00]
    today = business_date(SystemClock().now())
    people = book.features(today, ["spent_30d", "refunds_365d"])
    assert people.column_names == ["person", "spent_30d", "refunds_365d"]
    assert _of(people.to_pandas(), payer.person)["spent_30d"].tolist() == [20_00]
    assert not len(_of(book.features("2020-01-01").to_pandas(), payer.person))
    assert not len(_of(book.records("2020-01-01").to_pandas(), payer.person))
    await house.consents.say(payer.person, Purpose.STATISTICS, granted=False)
    assert not len(_of(book.records().to_pandas(), payer.person))
    assert not len(_of(book.features(today).to_pandas(), payer.person))
    own = insight.open(house.town.db.url, home=house.lake.folder.parent, purpose=Purpose.PICTURE)
    assert not len(_of(own.records().to_pandas(), payer.person))


def _of(frame: Any, person: Id) -> Any:
    """The rows of a person, of a data frame."""
    return frame[[(one if isinstance(one, bytes) else one.bytes) == person.bytes for one in frame["person"]]]


def test_bg_nbd_is_fitted_on_a_table_arrow_or_pandas() -> None:
    table = pa.table(
        {
            "days": [1, 2, 3, 5, 8, 2, 1, 4, 9, 2] * 6,
            "recency_days": [80, 50, 30, 10, 3, 70, 20, 40, 5, 66] * 6,
            "tenure_days": [80, 90, 95, 99, 100, 85, 20, 90, 97, 99] * 6,
            "spent": [10_00] * 60,
            "spent_first_day": [1_00] * 60,
        }
    )
    fitted = insight.fit_bgnbd(table)
    assert fitted == insight.fit_bgnbd(table.to_pandas())
    assert min(fitted.r, fitted.alpha, fitted.a, fitted.b) > 0
    with pytest.raises(FeatureMissing) as refused:
        insight.fit_bgnbd(table.drop(["days"]))
    assert refused.value.field == "days"


def test_where_no_network_runs_it_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(QianbaoError) as refused:
        insight.open(home=tmp_path)
    assert refused.value.code == "insight_not_running"
    assert "qianbao up" in refused.value.detail


def test_synthetic_records_open_like_those_of_a_network(tmp_path: Path) -> None:
    files.write(tmp_path, people=50, days=90, seed=1)
    book = insight.synthetic(tmp_path)
    assert len(book.records().to_pandas()) > len(book.records("2025-02-01").to_pandas()) > 0
    assert 0 < book.features("2025-03-31", ["spent_30d"]).num_rows <= 50
    with pytest.raises(QianbaoError) as refused:
        insight.synthetic(tmp_path / "none").records()
    assert refused.value.code == "insight_synth_missing"


@pytest.mark.parametrize("said", ["tomorrow", "", "0001-01-01", "2300-01-01", "9999-12-31", date.max])
def test_a_day_that_is_none_is_refused(tmp_path: Path, said: date | str) -> None:
    book = insight.synthetic(tmp_path)
    for read in (book.features, book.records):
        with pytest.raises(QianbaoError) as refused:
            read(said)
        assert (refused.value.code, refused.value.field) == ("insight_day_malformed", "as_of")
    assert refused.value.expected in ("YYYY-MM-DD", "1970-01-01 to 2199-12-31")


def test_a_moment_is_taken_for_its_day(tmp_path: Path) -> None:
    files.write(tmp_path, people=20, days=60, seed=1)
    book = insight.synthetic(tmp_path)
    told, same = (book.features(day, ["spent_30d"]) for day in ("2025-02-10", datetime(2025, 2, 10, 15)))
    assert same.equals(told)
    assert told.num_rows


def test_everybodys_records_are_not_read_for_what_nobody_can_say_no_to(tmp_path: Path) -> None:
    with pytest.raises(QianbaoError) as refused:
        insight.open("postgresql://nowhere", home=tmp_path, purpose=Purpose.RIGHTS)
    assert (refused.value.code, refused.value.expected) == (
        "insight_purpose_closed", "picture or statistics or offers",
    )  # fmt: skip


def test_importing_the_room_loads_neither_duckdb_nor_the_models() -> None:
    ask = (
        "import sys, qianbao.insight; print({'duckdb', 'pyarrow', 'numpy', 'scipy', 'ibis'} & {*sys.modules})"
    )
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
