"""All records, lake and table together, as DuckDB sees them: for one purpose, as of one moment.

Nothing reads the files past this door: it asks for a purpose, and shows only the records of people who let
them be read for it. DuckDB and Arrow are loaded by whoever reads: a server never does.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from qianbao.clock import SECOND, Clock
from qianbao.db import Database, queries
from qianbao.db.pool import reading
from qianbao.errors import Invalid, Unavailable
from qianbao.insight.consent.store import SQL as CONSENT
from qianbao.insight.purposes import REGISTER, Purpose, Rule
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import SQL as READS
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.rights.rules import Rules

SQL: Final = queries(__package__ or "")
VIEWS: Final = queries(__package__ or "", "views.sql")
DAY: Final = 86_400 * SECOND
MEMORY: Final = "2GB"
THREADS: Final = 2
SIZE: Final = re.compile(r"[1-9][0-9]*[MG]B")


class MemoryMalformed(Invalid):
    """This is no amount of memory."""

    code = "insight_memory_malformed"


class MemoryShort(Unavailable):
    """What was asked for does not fit into the memory that it was given."""

    code = "insight_memory_short"


def memory_of(said: str) -> str:
    """An amount of memory, as DuckDB understands it. Raises `MemoryMalformed`."""
    if not SIZE.fullmatch(said):
        raise MemoryMalformed(f"{said!r} is no amount of memory.", field="memory", expected="512MB or 2GB")
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What there was at one moment."""

    files: tuple[Path, ...]
    fresh: Any
    """Facts that are in no file yet: an Arrow table."""
    born: Any
    """(person, year) where it is known: an Arrow table."""
    said: tuple[bytes, ...]
    """People who have said other than the purpose's rule."""
    rule: Rule
    since: int
    until: int

    @contextlib.contextmanager
    def opened(
        self, *, memory: str = MEMORY, threads: int = THREADS, spill: Path | None = None
    ) -> Generator[Any]:
        """A DuckDB connection with the views `fact` and `record`. It blocks: use it in a thread.

        What does not fit into `memory` is laid into a folder within `spill` (the system's), which goes again
        and which nobody else may enter. Raises `MemoryMalformed`; `MemoryShort`, also from within.
        """
        import duckdb

        from qianbao.insight.records.parquet import SCHEMA, pa, uuids

        with (
            tempfile.TemporaryDirectory(prefix="qianbao-", dir=spill) as folder,
            _within(memory_of(memory)),
            duckdb.connect(
                config={"memory_limit": memory, "threads": threads, "temp_directory": folder}
            ) as plain,
        ):
            connection: Any = plain
            if self.files:
                connection.read_parquet([str(path) for path in self.files]).create_view("lake")
            else:
                connection.register("lake", SCHEMA.empty_table())
            connection.register("fresh", self.fresh)
            connection.register("said", pa.table({"person": uuids(self.said)}))
            connection.register("born", self.born)
            rule = {"unsaid": [self.rule.unsaid], "since": [self.since], "until": [self.until]}
            connection.register("rule", pa.table(rule))
            connection.execute(VIEWS["view_fact"])
            connection.execute(VIEWS["view_record"])
            yield connection


@contextlib.contextmanager
def _within(memory: str) -> Generator[None]:
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as full:
        raise MemoryShort(f"{memory} is too little: {str(full).splitlines()[0]}") from full


class Archive:
    """The records of this network, lake and table. Each snapshot leaves a line in the log of reading.

    `retention_days`: for how long they are read for a purpose (as the register says).
    """

    def __init__(
        self,
        db: Database,
        *,
        folder: Path,
        clock: Clock,
        retention_days: Mapping[Purpose, int] | None = None,
    ) -> None:
        self._db = db
        self._folder = folder
        self._clock = clock
        self._retention_days = Rules().retention_days if retention_days is None else retention_days
        self._reads = Reads(db, clock=clock)

    async def snapshot(self, purpose: Purpose, *, until: int | None = None) -> Snapshot:
        """What may be read for a purpose now; with `until` (ns), only what was known by then.

        Files and table are read in one snapshot, so each fact is in exactly one of them.
        Raises `DatabaseLost`, `ReadUnwritten`.
        """
        from qianbao.insight.records.parquet import pa, table, uuids

        rule, now = REGISTER[purpose], self._clock.now()
        with reading():
            async with (
                self._db.pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                files = await connection.fetch(SQL["lake_files"])
                fresh = await connection.fetch(SQL["lake_fresh"])
                born = await connection.fetch(SQL["people_born"])
                said = await connection.fetch(CONSENT["consent_other"], purpose.value, rule.unsaid)
                people = await connection.fetchval(READS["reads_may"], purpose.value, rule.unsaid)

        def laid() -> tuple[Snapshot, int]:
            # Up to a million facts wait for their file: that is not for the loop of a process.
            snapshot = Snapshot(
                files=tuple(self._folder / row["path"] for row in files),
                fresh=table(fresh),
                born=pa.table(
                    {
                        "person": uuids([row["pseudonym"].bytes for row in born]),
                        "year": [row["born"] for row in born],
                    }
                ),
                said=tuple(row["person"].bytes for row in said),
                rule=rule,
                since=max(now - self._retention_days[purpose] * DAY, 0),
                until=now if until is None else until,
            )
            return snapshot, _facts(snapshot)

        snapshot, rows = await asyncio.to_thread(laid)
        await self._reads.all(purpose, Data.RECORDS, began=now, people=people, rows=rows)
        return snapshot


def _facts(snapshot: Snapshot) -> int:
    """How many facts a snapshot shows."""
    with snapshot.opened() as tables:
        [(count,)] = tables.execute("SELECT count(*) FROM fact").fetchall()
    rows: int = count
    return rows
