"""The features of everybody as of a day, by Spark: the same definitions over the same files, on a cluster.

`qianbao[spark]` brings pyspark; it runs on Java 17. Files of the lake must be where the cluster sees them.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from qianbao.errors import Unavailable
from qianbao.insight.features.build import as_known
from qianbao.insight.features.models import Feature
from qianbao.insight.features.plan import PURCHASES, Engine, features_sql, purchases_sql
from qianbao.insight.records.archive import VIEWS, Snapshot
from qianbao.insight.records.parquet import COLUMNS, pa, uuids

KINDS: Final = {pa.uuid(): "BINARY", pa.int64(): "BIGINT", pa.date32(): "DATE"}
"""Spark refuses to guess the type of an id in a Parquet file, and reads it when told. The rest is text."""
SCHEMA: Final = ", ".join(f"{name} {KINDS.get(kind, 'STRING')}" for name, kind in COLUMNS.items())
CREATE: Final = "CREATE VIEW", "CREATE OR REPLACE TEMPORARY VIEW"


class SparkMissing(Unavailable):
    """Spark is not installed here, or has no Java to run on."""

    code = "spark_missing"


def java() -> str | None:
    """The path of a Java, or None."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def session(*, cores: int = 2, memory: str = "1g", settings: Mapping[str, str] | None = None) -> Any:
    """A session: of the cluster that `SPARK_MASTER` names, else in this machine.

    `settings` of Spark's own stand over the chosen ones. Raises `SparkMissing`.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise SparkMissing("pyspark is not installed: pip install 'qianbao[spark]'.")
    if java() is None:
        raise SparkMissing(
            "Spark runs on Java 17, and there is none: apt-get install openjdk-17-jre-headless."
        )
    from pyspark.sql import SparkSession

    builder: Any = SparkSession.builder
    chosen = {
        "spark.master": os.environ.get("SPARK_MASTER", f"local[{cores}]"),
        "spark.app.name": "qianbao",
        "spark.driver.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.execution.arrow.pyspark.enabled": "true",
    }
    for name, value in (chosen | dict(settings or {})).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def frame(spark: Any, snapshot: Snapshot, day: date, features: Iterable[Feature]) -> Any:
    """These features as a Spark data frame, a row a person; `.write.parquet(…)` keeps it on the cluster."""
    _fact(spark, as_known(snapshot, day))
    spark.sql(purchases_sql(day, Engine.SPARK)).createOrReplaceTempView(PURCHASES)
    return spark.sql(features_sql(tuple(features), Engine.SPARK))


def table(spark: Any, snapshot: Snapshot, day: date, features: Iterable[Feature]) -> Any:
    """These features as an Arrow table in the order of persons: as `build.table` gives it."""
    found = frame(spark, snapshot, day, features).orderBy("person").toArrow().combine_chunks()
    persons = uuids(found.column("person").to_pylist())
    return found.set_column(0, "person", persons)


def _fact(spark: Any, snapshot: Snapshot) -> None:
    """The view `fact`, through consent as everywhere: the text of the view is the same."""
    if snapshot.files:
        lake = spark.read.schema(SCHEMA).parquet(*(str(path) for path in snapshot.files))
    else:
        lake = spark.createDataFrame([], SCHEMA)
    lake.createOrReplaceTempView("lake")
    rows = [tuple(_plain(value) for value in row.values()) for row in snapshot.fresh.to_pylist()]
    spark.createDataFrame(rows, SCHEMA).createOrReplaceTempView("fresh")
    said = [(bytearray(person),) for person in snapshot.said]
    spark.createDataFrame(said, "person BINARY").createOrReplaceTempView("said")
    rule = [(snapshot.rule.unsaid, snapshot.since, snapshot.until)]
    schema = "unsaid BOOLEAN, since BIGINT, until BIGINT"
    spark.createDataFrame(rule, schema).createOrReplaceTempView("rule")
    spark.sql(VIEWS["view_fact"].replace(*CREATE))


def _plain(value: Any) -> Any:
    return bytearray(value.bytes) if hasattr(value, "bytes") else value
