"""One connection of the journal: a batch is one call, and a lost line is told from a refused batch."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from qianbao.db import Database, DatabaseLost, queries
from qianbao.db.pool import LOST
from qianbao.errors import OutcomeUnknown
from qianbao.journal.encode import arguments
from qianbao.journal.models import Plan

_COMMIT: Final = queries(__package__ or "")["commit"]
TIMEOUT_S: Final = 60
"""A call that takes longer is given up: its outcome is unknown."""


class BatchRefused(Exception):
    """The database refused the whole batch, because of one plan in it. Nothing of it was done."""


class BatchDisturbed(Exception):
    """Another session was in the way (a deadlock, a serialisation failure). Nothing was done: try again."""


class Line:
    """A connection that is opened when it is needed and again when it was lost."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._connection: asyncpg.Connection | None = None
        self._commit: Any = None

    async def send(self, plans: Sequence[Plan], now_ns: int) -> asyncpg.Record:
        """Commit `plans` in one transaction; the row of `journal_commit`. It has begun no earlier than now.

        Raises `BatchRefused`, `BatchDisturbed` and `DatabaseLost` where surely nothing was done, and
        `OutcomeUnknown` where the line was lost on the way.
        """
        try:
            args = arguments(plans, now_ns)
        except (TypeError, ValueError, OverflowError, AttributeError) as unfit:
            raise BatchRefused from unfit
        await self._open()
        try:
            return await self._commit.fetchrow(*args, timeout=TIMEOUT_S)
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as other:
            raise BatchDisturbed from other
        except LOST as lost:
            if isinstance(lost, asyncpg.InterfaceError) and isinstance(lost, ValueError):
                raise BatchRefused from lost  # asyncpg could not write a value: it was never sent
            if isinstance(lost, asyncpg.PostgresError) and getattr(lost, "severity_en", "") == "ERROR":
                raise DatabaseLost() from lost  # said by a living server, before the commit: rolled back
            self._drop()
            raise OutcomeUnknown() from lost
        except asyncpg.PostgresError as refused:
            raise BatchRefused from refused
        except BaseException:
            self._drop()  # cancelled within the call: the connection cannot be used again
            raise

    async def _open(self) -> None:
        if self._connection is None or self._connection.is_closed():
            self._connection = connection = await self._db.connection()
            try:
                self._commit = await connection.prepare(_COMMIT, timeout=TIMEOUT_S)
            except LOST as lost:
                self._drop()
                raise DatabaseLost() from lost

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """Close the connection, within five seconds."""
        if self._connection is not None:
            with contextlib.suppress(TimeoutError, asyncio.TimeoutError, *LOST):
                await self._connection.close(timeout=5)
            self._drop()
