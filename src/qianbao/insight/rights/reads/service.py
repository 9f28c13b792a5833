"""Use case: a person sees who read their records."""

from __future__ import annotations

from qianbao.credentials.models import Caller
from qianbao.credentials.people import the_person
from qianbao.db import Database
from qianbao.insight.rights.reads.models import Seen
from qianbao.insight.rights.reads.store import NEWEST, SQL, Reads


class AccessLog:
    """The log of reading, as people see it. Raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, reads: Reads) -> None:
        self._db = db
        self._reads = reads

    async def of(self, caller: Caller, *, before: int = NEWEST, limit: int = 50) -> list[Seen]:
        """The caller's lines, newest first; none of somebody without records. Raises `NotYours`."""
        row = await self._db.row(SQL["reads_whose"], the_person(caller))
        if row is None:
            return []
        return await self._reads.of(row["pseudonym"], since=row["made"], before=before, limit=limit)
