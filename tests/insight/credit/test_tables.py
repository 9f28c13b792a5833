"""Any table of people: read from CSV or Parquet, the yes found, and what is wrong with it said."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet

from qianbao.insight.credit.errors import (
    ColumnMissing,
    OutcomeOneSided,
    OutcomeUnclear,
    TableEmpty,
    TableMissing,
    TableUnreadable,
)
from qianbao.insight.credit.outcome import as_fitted, outcome
from qianbao.insight.credit.table import Table, numbers, read, texts


def written(folder: Path, text: str, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def of(*values: object) -> Table:
    return Table(columns={"y": np.array(values, dtype=object)}, rows=len(values))


def test_columns_of_every_kind_are_read_from_csv(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "id,amount,opened,job,mixed,flag,说明\n"
        '1,12.5,2020-01-02,"clerk, senior",3,true,好\n2,,2020-01-03,NA,x,false,\n3,-7,,teacher,,true,坏\n',
    )
    table = read(path, field="--train")
    assert table.rows == 3
    amount = numbers(table.columns["amount"])
    assert amount[[0, 2]].tolist() == [12.5, -7]
    assert np.isnan(amount[1])
    opened = numbers(table.columns["opened"])
    assert opened[1] - opened[0] == 1
    assert texts(table.columns["job"]).tolist() == ["clerk, senior", None, "teacher"]
    assert texts(table.columns["mixed"]).tolist() == ["3", "x", None]
    assert texts(table.columns["说明"]).tolist() == ["好", None, "坏"]


def test_parquet_and_csv_of_the_same_people_are_read_alike(tmp_path: Path) -> None:
    columns = {"a": [1, None, 3], "b": ["x", None, "z"], "c": [True, False, None], "d": [0.5, 1.5, None]}
    parquet.write_table(pyarrow.table(columns), tmp_path / "people.parquet")
    path = written(tmp_path, "a,b,c,d\n1,x,1,0.5\n,,0,1.5\n3,z,,\n")
    from_parquet, from_csv = read(tmp_path / "people.parquet", field="-"), read(path, field="-")
    for name in columns:
        left, right = texts(from_parquet.columns[name]), texts(from_csv.columns[name])
        assert left.tolist() == right.tolist()


def test_a_gzipped_csv_is_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    path.write_bytes(gzip.compress(b"a;b\n1;x\n2;y\n"))
    assert texts(read(path, field="-").columns["b"]).tolist() == ["x", "y"]


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableMissing):
        read(tmp_path / "nowhere.csv", field="--train")
    with pytest.raises(TableEmpty):
        read(written(tmp_path, ""), field="--train")
    with pytest.raises(TableEmpty):
        read(written(tmp_path, "a,b\n"), field="--train")
    broken = tmp_path / "people.parquet"
    broken.write_bytes(b"PAR1 and no more")
    with pytest.raises(TableUnreadable):
        read(broken, field="--train")


@pytest.mark.parametrize(
    ("values", "yes"),
    [
        ((0.0, 1.0, 1.0), "1"),
        (("no", "yes", "yes"), "yes"),
        (("good", "bad", "bad"), "bad"),
        (("N", "Y", None), "Y"),
        (("Fully Paid", "Charged Off", "Fully Paid"), "Charged Off"),
        ((-1.0, 1.0, 1.0), "1"),
    ],
)
def test_the_yes_is_found_by_its_name_or_as_the_rarer_value(values: tuple[object, ...], yes: str) -> None:
    column = np.array(values) if isinstance(values[0], float) else np.array(values, dtype=object)
    assert outcome(Table(columns={"y": column}, rows=len(values)), "y", None).positive == yes


def test_a_yes_that_is_named_is_taken_and_the_rest_are_no() -> None:
    found = outcome(of("a", "b", "c", None), "y", "b")
    assert found.values[:3].tolist() == [0, 1, 0]
    assert np.isnan(found.values[3])
    assert outcome(Table(columns={"y": np.array([1.0, 2.0])}, rows=2), "y", "2.0").positive == "2"
    assert as_fitted(of("b", "z"), "y", "b").values.tolist() == [1, 0]


def test_an_outcome_that_is_unclear_says_what_is_expected() -> None:
    with pytest.raises(ColumnMissing) as missing:
        outcome(of("a", "b"), "default", None)
    assert missing.value.field == "--target"
    with pytest.raises(OutcomeUnclear) as unclear:
        outcome(of("a", "b", "c"), "y", None)
    assert unclear.value.field == "--positive"
    with pytest.raises(OutcomeUnclear):
        outcome(of("a", "b"), "y", "z")
    with pytest.raises(OutcomeOneSided):
        outcome(of("a", "a"), "y", None)
    with pytest.raises(TableEmpty):
        outcome(of(None, None), "y", None)
