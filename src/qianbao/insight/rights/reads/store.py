"""Writing and reading the log. Lines that come at once are written at once, by one statement."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Final

import asyncpg

from qianbao.clock import SECOND, Clock
from qianbao.db import Database, Gather, queries
from qianbao.errors import OutcomeUnknown, Unavailable
from qianbao.ids import Id
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.rights.reads.models import Data, Line, ReadUnwritten, Seen

SQL: Final = queries(__package__ or "")
LATE_NS: Final = SECOND
"""A withdrawal reaches every reader within this; a reading that falls into it is shown to the person."""
MYSELF: Final = "person"
"""The reader of one's own."""
NEWEST: Final = 2**63 - 1


class Reads:
    """The log of one process. `reader`: who reads, where a line does not say so; else the pool's name."""

    def __init__(self, db: Database, *, clock: Clock, reader: str | None = None) -> None:
        self._db = db
        self._clock = clock
        named = db.settings.get("application_name", "")
        self._reader = reader or named.removeprefix("qianbao-") or "qianbao"
        self._numbers = itertools.count()
        self._lines: Gather[tuple[int, Line], None] = Gather(self._keep, size_max=1_000, lanes=1)

    async def one(
        self,
        person: Id,
        purpose: Purpose,
        data: Data,
        *,
        rows: int,
        began: int | None = None,
        reader: str | None = None,
    ) -> None:
        """Write that one person's (by pseudonym) were read; nothing where there was nothing to read.

        `began`: when the reading did (now).

        What was read may be handed on when this returns. Raises `ReadUnwritten`.
        """
        if rows:
            now = self._clock.now()
            line = Line(
                began=now if began is None else began,
                at=now,
                purpose=purpose,
                reader=reader or self._reader,
                data=data,
                person=person,
                people=1,
                rows=rows,
            )
            await self._write(line)

    async def all(
        self, purpose: Purpose, data: Data, *, began: int, people: int, rows: int, reader: str | None = None
    ) -> None:
        """Write that all who let theirs be read were read; also of nobody. Raises `ReadUnwritten`."""
        await self._write(
            Line(
                began=began, at=self._clock.now(), purpose=purpose, reader=reader or self._reader, data=data,
                person=None, people=people, rows=rows,
            )
        )  # fmt: skip

    async def of(self, person: Id, *, since: int, before: int = NEWEST, limit: int = 50) -> list[Seen]:
        """A person's lines, newest first. `since`: when they became known (ns). Raises `DatabaseLost`."""
        rows = await self._db.rows(
            SQL["reads_of"],
            person,
            before,
            since,
            [purpose.value for purpose in REGISTER],
            [rule.unsaid for rule in REGISTER.values()],
            LATE_NS,
            limit,
        )
        return [Seen(**dict(row)) for row in rows]

    async def forget(self, before: int) -> int:
        """Remove the lines from before a moment; how many. Raises `OutcomeUnknown`."""
        rows = await self._db.write(SQL["reads_gone"], before)
        gone: int = rows[0]["lines"]
        return gone

    async def _write(self, line: Line) -> None:
        try:
            await self._lines.one((next(self._numbers), line))
        except (Unavailable, OutcomeUnknown, asyncpg.PostgresError) as away:
            raise ReadUnwritten() from away

    async def _keep(self, lines: list[tuple[int, Line]]) -> Mapping[tuple[int, Line], None]:
        told = [line for _, line in lines]
        await self._db.write(
            SQL["reads_keep"],
            [line.began for line in told],
            [line.at for line in told],
            [line.purpose.value for line in told],
            [line.reader for line in told],
            [line.data.value for line in told],
            [line.person for line in told],
            [line.people for line in told],
            [line.rows for line in told],
        )
        return {}
