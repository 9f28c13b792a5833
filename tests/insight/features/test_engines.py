"""DuckDB and Spark say the same: whole numbers to the unit, others within 1e-9."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Generator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from qianbao.insight.features import build, spark
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.models import Kind
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import SCHEMA, pa, pq, uuids
from qianbao.insight.synth import files
from tests.insight.features.facts import EVER

AS_OF = date(2025, 9, 30)
"""The records go on until the end of the year: what was learnt later is there to be left out."""

SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}
"""For few rows: compiling what is run once would take most of the time."""


@pytest.fixture(scope="module")
def session() -> Generator[Any]:
    """Spark in this machine. Skipped where there is no Java; in CI the set-up has installed one."""
    if spark.java() is None and not os.environ.get("CI"):
        pytest.skip("Spark runs on Java 17, and there is none here")
    opened = spark.session(cores=1, settings=SMALL)
    opened.sparkContext.setLogLevel("ERROR")
    yield opened
    opened.stop()


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Records in a file of the lake and in the table, of people of whom some objected."""
    folder = tmp_path_factory.mktemp("lake")
    files.write(folder, people=60, days=365, seed=9)
    every = pq.read_table(folder / files.RECORDS)
    half = every.num_rows // 2
    lake: Path = folder / "lake.parquet"
    pq.write_table(every.slice(0, half), lake)
    persons = every["person"].combine_chunks().storage
    return Snapshot(
        files=(lake,),
        fresh=every.slice(half).cast(SCHEMA),
        born=pa.table({"person": uuids([]), "year": pa.array([], pa.int64())}),
        said=(persons[0].as_py(), persons[1].as_py()),
        rule=REGISTER[Purpose.STATISTICS],
        since=0,
        until=EVER,
    )


@pytest.mark.slow
def test_both_engines_give_equal_features(session: Any, synthetic: Snapshot) -> None:
    with synthetic.opened() as tables:
        ours = build.table(tables, AS_OF, FEATURES.values())
    theirs = spark.table(session, synthetic, AS_OF, FEATURES.values())
    assert theirs.schema.names == ours.schema.names == ["person", *FEATURES]
    assert 40 <= ours.num_rows < 60
    assert theirs["person"].to_pylist() == ours["person"].to_pylist()
    varied = 0
    for name, feature in FEATURES.items():
        left, right = ours[name].to_pylist(), theirs[name].to_pylist()
        varied += len(set(left)) > 1
        if feature.kind is Kind.INTEGER:
            assert right == left, name
            continue
        for one, other in zip(left, right, strict=True):
            assert (one is None) == (other is None), name
            assert one is None or math.isclose(one, other, rel_tol=1e-9), (name, one, other)
    assert varied > 100, "records that make most features differ between people"


ASKING = """
from qianbao.errors import QianbaoError
from qianbao.insight.features import spark

try:
    spark.session()
except QianbaoError as refused:
    print(refused.code, refused.detail)
"""


def asked(path: Path) -> str:
    """What a process says that finds no Java."""
    plain = {name: said for name, said in os.environ.items() if name != "JAVA_HOME"}
    done = subprocess.run(
        [sys.executable, "-c", ASKING],
        env={**plain, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_without_java_it_says_what_to_install(tmp_path: Path) -> None:
    said = asked(tmp_path)
    assert said.startswith("spark_missing")
    assert "openjdk-17" in said
