"""The lake: facts in Parquet files, by the day on which they became known and by city, mode 0600.

A file is closed at 64 MB, and what waits is written after 15 minutes at the latest. It is written whole under
another name, synced, and then listed in the database in the transaction that takes its facts out of the
table. A file that is not listed is not read, so a writer killed at any point leaves every fact in exactly one
of the two places.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg
import msgspec

from qianbao.clock import SECOND, Clock
from qianbao.db import Database, queries

if TYPE_CHECKING:
    from qianbao.insight.records.parquet import Writer

SQL: Final = queries(__package__ or "")
LOCK: Final = 7_166_120
"""The advisory lock of the one writer."""
FILE_BYTES_MAX: Final = 64_000_000
WAIT_S_MAX: Final = 900
"""How long a fact may wait for its file."""
WAITING_MAX: Final = 1_000_000
"""Facts that may wait: about what fills a file."""
CHUNK: Final = 50_000
CITY_BYTES_MAX: Final = 180
"""A folder's name may have 255 bytes."""


class File(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the lake, as it is listed. `path` is relative to the lake."""

    path: str
    day: date
    city: str
    rows: int
    bytes: int
    seq_first: int
    seq_last: int
    made: int


class Lake:
    """The writer of the lake under `home`."""

    def __init__(
        self,
        db: Database,
        *,
        folder: Path,
        clock: Clock,
        file_bytes_max: int = FILE_BYTES_MAX,
        chunk: int = CHUNK,
    ) -> None:
        self._db = db
        self._clock = clock
        self._file_bytes_max = file_bytes_max
        self._chunk = chunk
        self.folder = folder

    async def close_due(self) -> list[File]:
        """Write what has waited long enough, or has grown to a file; the files. Raises `DatabaseLost`."""
        row = await self._db.row(SQL["lake_waiting"])
        assert row is not None
        waited = self._clock.now() - row["since"] if row["rows"] else 0
        if waited < WAIT_S_MAX * SECOND and row["rows"] < WAITING_MAX:
            return []
        return await self.close()

    async def close(self) -> list[File]:
        """Write all that waits now; the files. None while another process is at it. Raises `DatabaseLost`."""
        connection = await self._db.connection()
        try:
            if not await connection.fetchval(SQL["lake_lead"], LOCK):
                return []
            await self.sweep()
            row = await connection.fetchrow(SQL["lake_waiting"])
            assert row is not None
            files: list[File] = []
            for part in await connection.fetch(SQL["lake_days"], row["last"]):
                files += await self._partition(connection, row["last"], part["day"], part["city"])
            if files:
                await self._list(files, row["last"])
            return files
        finally:
            connection.terminate()

    async def sweep(self) -> list[Path]:
        """Remove files that a killed writer has left unlisted; which."""
        listed = {row["path"] for row in await self._db.rows(SQL["lake_listed"])}
        stray = [
            path
            for path in self.folder.glob("day=*/city=*/*")
            if path.relative_to(self.folder).as_posix() not in listed
        ]
        for path in stray:
            path.unlink()
        return stray

    async def _list(self, files: Sequence[File], last: int) -> None:
        async with self._db.transaction() as connection:
            await connection.execute(SQL["lake_list"], msgspec.json.encode(files).decode())
            await connection.execute(SQL["lake_gone"], last)

    async def _partition(self, connection: asyncpg.Connection, last: int, day: date, city: str) -> list[File]:
        from qianbao.insight.records.parquet import Rows, Writer  # Arrow: only who writes files loads it

        folder = self.folder / f"day={day}" / f"city={_folder_name(city)}"
        await asyncio.to_thread(_private, self.folder, folder)
        files: list[File] = []
        writer: Writer | None = None
        async for found in self._chunks(connection, last, day, city):
            rows = Rows(found)
            if writer is None:
                writer = Writer(folder / f"{rows.first}.parquet.new")
            await asyncio.to_thread(writer.add, rows)
            if writer.size >= self._file_bytes_max:
                files.append(await self._whole(writer, day, city))
                writer = None
        if writer is not None:
            files.append(await self._whole(writer, day, city))
        return files

    async def _chunks(
        self, connection: asyncpg.Connection, last: int, day: date, city: str
    ) -> AsyncIterator[list[asyncpg.Record]]:
        async with connection.transaction(readonly=True):
            cursor = await connection.cursor(SQL["lake_facts"], last, day, city)
            while rows := await cursor.fetch(self._chunk):
                yield rows

    async def _whole(self, writer: Writer, day: date, city: str) -> File:
        path = await asyncio.to_thread(writer.close)
        return File(
            path=path.relative_to(self.folder).as_posix(),
            day=day,
            city=city,
            rows=writer.rows,
            bytes=writer.size,
            seq_first=writer.first,
            seq_last=writer.last,
            made=self._clock.now(),
        )


def _folder_name(city: str) -> str:
    """A city as a folder may be called: what would lead elsewhere is written as its number."""
    name = "".join(sign if sign.isalnum() or sign in "-_ " else f"%{ord(sign):X}" for sign in city) or "_"
    if len(name.encode()) <= CITY_BYTES_MAX:
        return name
    return hashlib.blake2b(city.encode(), digest_size=16).hexdigest()


def _private(top: Path, folder: Path) -> None:
    for one in (*reversed([above for above in folder.parents if above.is_relative_to(top)]), folder):
        one.mkdir(mode=0o700, parents=True, exist_ok=True)
    for one in (top, folder):
        one.chmod(0o700)
