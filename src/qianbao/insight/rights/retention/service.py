"""Use case: take out what is older than it is kept, a step of the worker.

Reading stops at the day it is due, since every read of the lake asks for the retention of its purpose. This
takes the rows away: out of the table, and out of the lake by writing its files anew. Figures of their days
stay. A file that is to go is first not listed for reading any more, and removed an hour later: whoever has
begun to read it finishes.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from qianbao.clock import BUSINESS_ZONE, SECOND, Clock, business_date, nanoseconds
from qianbao.db import Database, queries
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.archive import Archive, Snapshot
from qianbao.insight.records.lake import LOCK, File
from qianbao.insight.records.lake import SQL as LAKE
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.rights.rules import Rules
from qianbao.insight.scores.models import GROUP_MIN

SQL: Final = queries(__package__ or "")
PAST: Final = queries(__package__ or "", "past.sql")
GRACE_S: Final = 3_600
"""How long a file that is not read any more stays for those who have begun to."""


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """What a step took out."""

    records: int
    files: int
    """Of the lake, written anew or emptied."""
    removed: int
    """Files removed from the disk."""
    lines: int
    """Of the log of reading."""
    behaviour: int
    """Rows of other behaviour, those kept aside among them."""


class Retention:
    """The keeping of records for as long as the register says. Raises `DatabaseLost`, `OutcomeUnknown`."""

    def __init__(
        self, db: Database, *, archive: Archive, folder: Path, reads: Reads, rules: Rules, clock: Clock
    ) -> None:
        self._db = db
        self._archive = archive
        self._folder = folder
        self._reads = reads
        self._rules = rules
        self._clock = clock

    async def step(self) -> Gone:
        """Take out what is due by now."""
        rows = await self._db.write(SQL["keep_records"], self._begin(self._rules.picture_days))
        files, removed = await self._lake(self._begin(self._rules.statistics_days))
        lines = await self._reads.forget(self._begin(self._rules.log_days))
        other = await self._db.write(SQL["keep_behaviour"], self._begin(self._rules.statistics_days))
        return Gone(
            records=rows[0]["records"],
            files=files,
            removed=removed,
            lines=lines,
            behaviour=other[0]["behaviour"],
        )

    def _begin(self, days: int) -> int:
        """The beginning of the business day so many days ago: days go whole."""
        day = business_date(self._clock.now()) - timedelta(days=days)
        return nanoseconds(datetime.combine(day, time(), BUSINESS_ZONE))

    async def _lake(self, moment: int) -> tuple[int, int]:
        connection = await self._db.connection()
        try:
            if not await connection.fetchval(LAKE["lake_lead"], LOCK):
                return 0, 0  # its writer is at it: next time
            removed = await self._remove()
            listed = await self._db.rows(SQL["keep_listed"])
            due = [row for row in listed if await self._is_due(row["path"], moment)]
            if due:
                past = await self._past(moment)
                files = [await self._anew(row, moment) for row in due]
                await self._list([row["path"] for row in due], [one for one in files if one], past)
            return len(due), removed
        finally:
            connection.terminate()

    async def _is_due(self, path: str, moment: int) -> bool:
        from qianbao.insight.rights.retention import files  # Arrow: only who writes files loads it

        oldest = await asyncio.to_thread(files.oldest, self._folder / path)
        return oldest is not None and oldest < moment

    async def _past(self, moment: int) -> list[dict[str, Any]]:
        snapshot = await self._archive.snapshot(Purpose.STATISTICS)
        return await asyncio.to_thread(_figures, snapshot, moment)

    async def _anew(self, row: Any, moment: int) -> File | None:
        from qianbao.insight.rights.retention import files

        path, made = self._folder / row["path"], self._clock.now()
        name = f"{row['seq_first']}-{row['seq_last']}-{made}.parquet"
        rest = await asyncio.to_thread(files.without, path, moment, name=name)
        if rest.path is None:
            return None
        return File(
            path=rest.path.relative_to(self._folder).as_posix(),
            day=row["day"],
            city=row["city"],
            rows=rest.rows,
            bytes=rest.bytes,
            seq_first=rest.first,
            seq_last=rest.last,
            made=made,
        )

    async def _list(self, gone: list[str], files: list[File], past: list[dict[str, Any]]) -> None:
        async with self._db.transaction() as connection:
            await connection.execute(SQL["keep_unread"], gone, self._clock.now())
            await connection.execute(LAKE["lake_list"], msgspec.json.encode(files).decode())
            await connection.execute(SQL["keep_past"], msgspec.json.encode(past).decode())

    async def _remove(self) -> int:
        rows = await self._db.rows(SQL["keep_over"], self._clock.now() - GRACE_S * SECOND)
        paths = [row["path"] for row in rows]
        for path in paths:
            (self._folder / path).unlink(missing_ok=True)
        await self._db.write(SQL["keep_struck"], paths)
        return len(paths)


def _figures(snapshot: Snapshot, moment: int) -> list[dict[str, Any]]:
    from qianbao.insight.records.parquet import SCHEMA, pa

    # Facts that wait for the lake are not taken out of it yet, and count when they are.
    with replace(snapshot, since=0, fresh=SCHEMA.empty_table()).opened() as tables:
        tables.register("asked", pa.table({"moment": [moment], "least": [GROUP_MIN]}))
        found = tables.execute(PAST["past_days"])
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
