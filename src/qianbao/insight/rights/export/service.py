"""Use cases: see what is kept of oneself, and take a copy along.

A copy is read through a cursor on a line of its own, so it may be as long as it is; it reads one moment. What
is in it is the caller's own: the pseudonym comes from their session and from nowhere else. Consent is not
asked: the copy is the person's right, whatever they let be read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, Final

import msgspec

from qianbao.credentials.models import Caller
from qianbao.credentials.people import the_person
from qianbao.db import Database, queries
from qianbao.db.pool import reading
from qianbao.ids import Id
from qianbao.insight.purposes import Purpose
from qianbao.insight.rights.export.models import ExportBusy, Kept, Row, Table, TableUnknown, called
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import MYSELF, Reads
from qianbao.insight.rights.reads.store import SQL as READS

SQL: Final = queries(__package__ or "")
AT_ONCE: Final = 4
"""Copies that one process makes at a time."""
CHUNK: Final = 500
NOTHING: Final = Kept(since=None, tables=(), waiting=0)


class Exports:
    """Copies of what is kept. Raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, reads: Reads) -> None:
        self._db = db
        self._reads = reads
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def kept(self, caller: Caller) -> Kept:
        """What is kept of the caller. Raises `NotYours`."""
        return (await self._kept(caller))[1]

    async def copy(
        self, caller: Caller, name: str | None = None
    ) -> tuple[Kept, AsyncGenerator[tuple[Table, list[Row]]]]:
        """All tables, or one, row by row: the rows come in parts. The reading is in the log before the first.

        Raises `NotYours`, `TableUnknown`, `ExportBusy`, `ReadUnwritten`.
        """
        pseudonym, kept = await self._kept(caller)
        if name is not None:
            known = kept.tables if pseudonym else await self._tables(None)
            tables = tuple(table for table in known if table.name == name)
            if not tables:
                names = ", ".join(table.name for table in known)
                raise TableUnknown(field="table", expected=names)
        else:
            tables = kept.tables
        if self._turns.locked():
            raise ExportBusy(retry_after_s=5)
        if pseudonym is not None:
            rows = sum(table.rows for table in tables)
            await self._reads.one(pseudonym, Purpose.RIGHTS, Data.EVERYTHING, rows=rows, reader=MYSELF)
        return kept, self._rows(pseudonym, tables)

    async def _rows(
        self, pseudonym: Id | None, tables: tuple[Table, ...]
    ) -> AsyncGenerator[tuple[Table, list[Row]]]:
        if pseudonym is None:
            for table in tables:
                yield table, []
            return
        async with self._turns:
            connection = await self._db.connection()
            try:
                with reading():
                    async with connection.transaction(isolation="repeatable_read", readonly=True):
                        for table in tables:
                            cursor: Any = await connection.cursor(SQL["kept_rows"], table.place, pseudonym)
                            while rows := await cursor.fetch(CHUNK):
                                yield table, [msgspec.json.decode(row["told"]) for row in rows]
                            yield table, []
            finally:
                connection.terminate()

    async def _kept(self, caller: Caller) -> tuple[Id | None, Kept]:
        row = await self._db.row(READS["reads_whose"], the_person(caller))
        if row is None:
            return None, NOTHING
        pseudonym: Id = row["pseudonym"]
        waiting = await self._db.row(SQL["kept_waiting"], pseudonym)
        assert waiting is not None
        tables = await self._tables(pseudonym)
        return pseudonym, Kept(since=row["made"], tables=tables, waiting=waiting["rows"])

    async def _tables(self, pseudonym: Id | None) -> tuple[Table, ...]:
        found: list[Table] = []
        for row in await self._db.rows(SQL["kept_tables"]):
            place, rows = row["place"], 0
            if pseudonym is not None:
                told = await self._db.row(SQL["kept_count"], place, pseudonym)
                rows = told["rows"] if told else 0
            found.append(Table(name=called(place), place=place, columns=tuple(row["columns"]), rows=rows))
        return tuple(found)
