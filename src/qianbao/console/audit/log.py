"""Writing and reading the log.

A deed is written first; only then it is done; what became of it is written before anybody is told. So a deed
that cannot be written is refused (`AuditUnwritten`), and a line without an outcome says that a process died
in between. A line takes one short transaction behind the last one: people's deeds are few.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
import msgspec
import structlog

from qianbao.clock import Clock
from qianbao.console.audit.models import AuditUnwritten, Chain, Deed, Entry, Who, kept
from qianbao.db import Database, queries
from qianbao.errors import Unavailable
from qianbao.ids import Id

SQL: Final = queries(__package__ or "qianbao.console.audit")
NEWEST: Final = 2**63 - 1

_log = structlog.get_logger("qianbao.audit")


class Log:
    """The audit log of the network."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def asked(self, deed: Deed) -> int:
        """Write that somebody is about to do something; the line's number. Raises `AuditUnwritten`."""
        try:
            return await self._write("asked", None, deed, kept(deed.said), None)
        except (Unavailable, asyncpg.PostgresError) as away:
            raise AuditUnwritten() from away

    async def done(
        self, seq: int, deed: Deed, *, status: int, became: Mapping[str, Any] | None = None
    ) -> None:
        """Write what became of it. Raises `AuditUnwritten`: the deed is done, and its line stays open."""
        try:
            await self._write("done", seq, deed, kept(became or {}), status)
        except (Unavailable, asyncpg.PostgresError) as away:
            raise AuditUnwritten() from away

    async def page(
        self,
        *,
        before: int = NEWEST,
        actor: Id | None = None,
        role: str | None = None,
        action: str | None = None,
        target: str | None = None,
        since: int = 0,
        until: int = NEWEST,
        limit: int = 50,
    ) -> list[Entry]:
        """Deeds, newest first; `action` and `target` are parts of what is sought. Raises `DatabaseLost`."""
        rows = await self._db.rows(SQL["page"], before, actor, role, action, target, since, until, limit)
        return [_entry(row) for row in rows]

    async def check(self) -> Chain:
        """Whether the log is whole: every line looked at. Raises `DatabaseLost`."""
        row = await self._db.row(SQL["check"])
        assert row is not None
        return Chain(size=row["size"], broken=row["broken"])

    async def _write(self, kind: str, about: int | None, deed: Deed, said: str, status: int | None) -> int:
        rows = await self._db.write(
            SQL["write"],
            self._clock.now(),
            kind,
            about,
            deed.who.actor,
            deed.who.role,
            deed.who.name,
            deed.action,
            deed.target,
            deed.reason,
            deed.request,
            deed.address,
            said,
            status,
        )
        seq: int = rows[0]["seq"]
        # Outside of the database too: whoever rewrites the whole table cannot rewrite this line.
        _log.info(
            "audit",
            seq=seq,
            kind=kind,
            action=deed.action,
            actor=str(deed.who.actor),
            hash=rows[0]["hash"].hex(),
        )
        return seq


def _entry(row: asyncpg.Record) -> Entry:
    return Entry(
        seq=row["seq"],
        at=row["at"],
        deed=Deed(
            who=Who(actor=row["actor"], role=row["role"], name=row["name"]),
            action=row["action"],
            target=row["target"],
            reason=row["reason"],
            request=row["request"],
            address=row["address"],
            said=msgspec.json.decode(row["said"]),
        ),
        hash=row["hash"].hex(),
        done_at=row["done_at"],
        status=row["status"],
        became={} if row["became"] is None else msgspec.json.decode(row["became"]),
    )
