"""Backups that the house asks for: the worker makes them, in `QIANBAO_HOME/backups`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import asyncpg
import msgspec
import structlog

from qianbao.clock import Clock, moment
from qianbao.console.backups.archive import Manifest, archived
from qianbao.console.books.models import State
from qianbao.console.leading import lead
from qianbao.db import Database, embedded, queries
from qianbao.errors import Conflict, QianbaoError
from qianbao.ids import Id, new

SQL: Final = queries(__package__ or "qianbao.console.backups")
LOCK: Final = 7_166_132
"""The advisory lock of the one who makes them."""
TICK_S: Final = 1.0
FOLDER: Final = "backups"

_log = structlog.get_logger("qianbao.backups")


class ServerOfYourOwn(Conflict):
    """The database is a server of your own: back it up and restore it with its own means."""

    code = "server_of_your_own"


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """One backup. Moments in nanoseconds."""

    id: Id
    state: State
    asked_at: int
    asked_by: str
    done_at: int | None
    file: str
    """Its name within `QIANBAO_HOME/backups`, or where the command line put it."""
    size: int | None
    """Bytes."""
    books: str | None
    """The books' hash when it began."""
    failure: str | None


class Backups:
    """The backups of this installation."""

    def __init__(self, db: Database, home: Path, clock: Clock) -> None:
        self._db = db
        self._home = home
        self._clock = clock

    @property
    def possible(self) -> bool:
        """Whether the database is this home's own, and so ours to back up."""
        return embedded.serves(self._home, self._db.url)

    async def recent(self, limit: int = 20) -> list[Backup]:
        """The latest, newest first. Raises `DatabaseLost`."""
        return [_backup(row) for row in await self._db.rows(SQL["list"], limit)]

    async def ask(self, by: str) -> Backup:
        """Have one made soon; one that is asked for already is the answer.

        Raises `ServerOfYourOwn`, `DatabaseLost`.
        """
        if not self.possible:
            raise ServerOfYourOwn()
        row = await self._db.row(SQL["open"])
        if row is not None:
            return _backup(row)
        now = self._clock.now()
        id = new(now)
        file = f"qianbao-{moment(now):%Y%m%d-%H%M%S}.tar"
        await self._db.write(SQL["ask"], id, now, by, file)
        made = await self._db.row(SQL["one"], id)
        assert made is not None
        return _backup(made)

    async def made(self, by: str, file: Path, manifest: Manifest, *, began: int) -> None:
        """Note one that the command line made. Raises `OutcomeUnknown`."""
        now = self._clock.now()
        size = (await asyncio.to_thread(file.stat)).st_size
        await self._db.write(SQL["add"], new(now), began, by, now, str(file), size, manifest.books)

    async def run(self) -> None:
        """The worker's loop: make what is asked for whenever nobody else does, until cancelled."""
        await lead(self._db, LOCK, self._reign)

    async def _reign(self, connection: asyncpg.Connection) -> None:
        await connection.execute(SQL["lost"], self._clock.now())
        while True:
            if (asked := await connection.fetchrow(SQL["take"])) is not None:
                await self._make(connection, asked["id"], asked["file"])
            await asyncio.sleep(TICK_S)

    async def _make(self, connection: asyncpg.Connection, id: Id, name: str) -> None:
        folder = self._home / FOLDER
        try:
            await asyncio.to_thread(folder.mkdir, mode=0o700, exist_ok=True)
            manifest = await archived(self._db.url, self._home, folder / name, self._clock)
            size = (await asyncio.to_thread((folder / name).stat)).st_size
        except (QianbaoError, OSError) as trouble:
            _log.error("backup_failed", backup=str(id), detail=str(trouble))
            await connection.execute(
                SQL["note"], id, State.FAILED, self._clock.now(), None, None, str(trouble)
            )
        else:
            await connection.execute(
                SQL["note"], id, State.DONE, self._clock.now(), size, manifest.books, None
            )


def _backup(row: asyncpg.Record) -> Backup:
    return Backup(
        id=row["id"],
        state=State(row["state"]),
        asked_at=row["asked_at"],
        asked_by=row["asked_by"],
        done_at=row["done_at"],
        file=row["file"],
        size=row["size"],
        books=row["books"],
        failure=row["failure"],
    )
