"""The features of everybody as of a day, by DuckDB: as an Arrow table, or as Parquet files of any size.

Many records are first laid out by person into as many heaps as memory asks for, and one heap is gathered
after another: so memory is bounded, and the cost of a record does not grow with their number. It computes and
blocks: run it in a thread.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec

from qianbao.errors import Conflict
from qianbao.insight.features.models import Feature, Kind
from qianbao.insight.features.plan import PURCHASES, Engine, features_sql, purchases_sql
from qianbao.insight.features.relations import known_until
from qianbao.insight.records.archive import MEMORY, THREADS, Snapshot
from qianbao.insight.records.parquet import pq

HEAP: Final = 12_000_000
"""Facts that are gathered at once; each takes 80 bytes of memory. More are laid out into heaps."""
WORDS: Final = ("category", "scene", "brand", "tier", "city")
"""Columns of few words: in a heap, each is a number."""
KEPT: Final = 0o600
FILE: Final = re.compile(r"[0-9]+\.parquet")
"""How a build's files are called."""


class FolderTaken(Conflict):
    """Something else than a build of features lies in this folder, and a build would take its place."""

    code = "insight_folder_taken"


class Built(msgspec.Struct, frozen=True, kw_only=True):
    """What a build has written."""

    day: date
    features: tuple[str, ...]
    """Each with its version."""
    facts: int
    people: int
    files: tuple[str, ...]
    bytes: int


def as_known(snapshot: Snapshot, day: date) -> Snapshot:
    """A snapshot, as far as was known at the end of a day: nothing that its views show was learnt later."""
    return replace(snapshot, until=min(snapshot.until, known_until(day) - 1))


def table(connection: Any, day: date, features: Iterable[Feature]) -> Any:
    """These features as an Arrow table over a snapshot's connection: a row a person, in their order.

    The snapshot's own bound on what was known, `as_known`, is the caller's to set.
    """
    asked = tuple(features)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {PURCHASES} AS {_purchases(day)}")
    try:
        connection.execute("SET arrow_lossless_conversion = true")  # else a pseudonym would come as text
        return connection.sql(f"{_features(asked)} ORDER BY person").to_arrow_table()
    finally:
        connection.execute(f"DROP TABLE {PURCHASES}")


def write(
    snapshot: Snapshot,
    day: date,
    features: Iterable[Feature],
    folder: Path,
    *,
    memory: str = MEMORY,
    threads: int = THREADS,
    heap: int = HEAP,
    done: Callable[[int, int], None] = lambda _heap, _of: None,
) -> Built:
    """These features as Parquet files in a folder of its own, mode 0600; `done` hears of each heap.

    The build that lies in the folder goes: the new one appears whole, or the old one stays.
    Raises `FolderTaken`, `MemoryMalformed`, `MemoryShort`.
    """
    asked = tuple(features)
    people = 0
    with (
        _whole(folder) as (made, scratch),
        as_known(snapshot, day).opened(memory=memory, threads=threads, spill=scratch) as connection,
    ):
        [(facts,)] = connection.execute(
            "SELECT (SELECT count(*) FROM lake) + (SELECT count(*) FROM fresh)"
        ).fetchall()
        heaps = max(1, -(-facts // heap))
        for number in _heaps(connection, day, scratch / "heaps", heaps):
            path = made / f"{number}.parquet"
            people += _copied(connection, _features(asked), path, told(day, asked))
            path.chmod(KEPT)
            done(number + 1, heaps)
    return _built(day, asked, folder, facts=facts, people=people)


def keep(found: Any, day: date, features: Iterable[Feature], folder: Path, *, facts: int) -> Built:
    """An Arrow table of these features, from wherever, as `write` would have written it.

    Raises `FolderTaken`.
    """
    asked = tuple(features)
    with _whole(folder) as (made, _):
        path = made / "0.parquet"
        path.touch(mode=KEPT)
        pq.write_table(found.replace_schema_metadata({"qianbao": told(day, asked)}), path, compression="zstd")
    return _built(day, asked, folder, facts=facts, people=found.num_rows)


@contextmanager
def _whole(folder: Path) -> Generator[tuple[Path, Path]]:
    """A folder to write into that takes the place of another at the end, and one for what is laid aside."""
    _ours(folder)
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".features-", dir=folder.parent) as above:
        made, scratch = Path(above) / "made", Path(above) / "scratch"
        made.mkdir(mode=0o700)
        scratch.mkdir(mode=0o700)
        yield made, scratch
        _ours(folder)
        if folder.exists():
            folder.rename(Path(above) / "before")  # and it is removed when the new one is there
        made.rename(folder)


def _ours(folder: Path) -> None:
    """Raises `FolderTaken` unless nothing is there but a build of before."""
    try:
        strange = sorted(path.name for path in folder.iterdir() if not FILE.fullmatch(path.name))
    except FileNotFoundError:
        return
    except NotADirectoryError:
        strange = [folder.name]
    if strange:
        told = f"{folder} is not a folder of features: there is {strange[0]}."
        raise FolderTaken(told, field="to", expected="a new or empty folder, or one of an earlier build")


def _built(day: date, asked: tuple[Feature, ...], folder: Path, *, facts: int, people: int) -> Built:
    files = sorted(folder.glob("*.parquet"))
    return Built(
        day=day,
        features=tuple(one.key for one in asked),
        facts=facts,
        people=people,
        files=tuple(str(path) for path in files),
        bytes=sum(path.stat().st_size for path in files),
    )


def _heaps(connection: Any, day: date, scratch: Path, heaps: int) -> Generator[int]:
    """The table `purchase`, heap after heap: a person's purchases are all in one."""
    for word in WORDS:
        there = f"SELECT {word} FROM lake UNION SELECT {word} FROM fresh"  # noqa: S608
        connection.execute(f"CREATE TYPE {word}_word AS ENUM ({there})")
    if heaps == 1:
        connection.execute(_heap(f"({_purchases(day)})"))
        yield 0
        return
    scratch.mkdir(mode=0o700)
    laid = f"SELECT *, (hash(person) % {heaps})::INTEGER AS heap FROM ({_purchases(day)})"  # noqa: S608
    connection.execute(f"COPY ({laid}) TO '{_quoted(scratch)}' (FORMAT parquet, PARTITION_BY (heap))")
    for number in range(heaps):
        found = scratch / f"heap={number}"
        if not found.exists():
            continue
        files = f"read_parquet('{_quoted(found)}/*.parquet', hive_partitioning = false)"
        connection.execute(_heap(files))
        shutil.rmtree(found)
        yield number


def _heap(of: str) -> str:
    words = ", ".join(f"{word}::{word}_word AS {word}" for word in WORDS)
    return f"CREATE OR REPLACE TEMP TABLE {PURCHASES} AS SELECT * REPLACE ({words}) FROM {of}"  # noqa: S608


def _copied(connection: Any, query: str, path: Path, about: str) -> int:
    options = f"FORMAT parquet, COMPRESSION zstd, KV_METADATA {{qianbao: '{about}'}}"
    copied = connection.execute(f"COPY ({query} ORDER BY person) TO '{_quoted(path)}' ({options})").fetchall()
    return int(copied[0][0])


def told(day: date, asked: tuple[Feature, ...]) -> str:
    """What a file says of itself: which features, in which version, as of when."""
    return msgspec.json.encode({"as_of": day, "features": [one.key for one in asked]}).decode()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


@lru_cache(maxsize=8)
def _purchases(day: date) -> str:
    return purchases_sql(day, Engine.DUCKDB)


@lru_cache(maxsize=8)
def _features(asked: tuple[Feature, ...]) -> str:
    # DuckDB adds whole numbers up in 128 bits, which Ibis does not know of.
    columns = (f"{one.name}::BIGINT AS {one.name}" if one.kind is Kind.INTEGER else one.name for one in asked)
    return f"SELECT person, {', '.join(columns)} FROM ({features_sql(asked, Engine.DUCKDB)})"  # noqa: S608
