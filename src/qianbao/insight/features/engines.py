"""What builds features, by name: DuckDB in this process, or Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from qianbao.errors import Invalid
from qianbao.insight.features import build
from qianbao.insight.features.build import Built
from qianbao.insight.features.models import Feature
from qianbao.insight.records.archive import Snapshot, memory_of


class EngineUnknown(Invalid):
    """There is no engine of that name."""

    code = "insight_engine_unknown"


def engine_of(name: str) -> Callable[..., Built]:
    """A function that builds features into a folder, as `build.write` does. Raises `EngineUnknown`."""
    engines: dict[str, Callable[..., Built]] = {"duckdb": build.write, "spark": by_spark}
    if name not in engines:
        raise EngineUnknown(f"No engine {name!r}.", field="engine", expected=" or ".join(engines))
    return engines[name]


def by_spark(
    snapshot: Snapshot,
    day: date,
    features: Iterable[Feature],
    folder: Path,
    *,
    memory: str,
    threads: int,
    done: Callable[[int, int], None] = lambda _heap, _of: None,
) -> Built:
    """By Spark, gathered into this process and written as DuckDB's build writes.

    Raises `FolderTaken`, `MemoryMalformed`, `SparkMissing`.
    """
    from qianbao.insight.features import spark

    asked = tuple(features)
    session: Any = spark.session(cores=threads, memory=memory_of(memory).removesuffix("B").lower())
    try:
        table = spark.table(session, snapshot, day, asked)
        facts = session.table("lake").count() + session.table("fresh").count()
    finally:
        session.stop()
    built = build.keep(table, day, asked, folder, facts=facts)
    done(1, 1)
    return built
