"""Runs as they stand in the database, and the lock that lets one process be at a run."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import Final

import asyncpg
from msgspec.structs import replace

from qianbao.db import Database, queries
from qianbao.db.pool import writing
from qianbao.ids import Id
from qianbao.replay.models import Counts, ReplayUnderWay, Run, RunState

_SQL: Final = queries(__package__ or "qianbao.replay")


class Runs:
    """The table of replays."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self) -> list[Run]:
        """The latest hundred, the one that moved last first. Raises `DatabaseLost`."""
        return [_run(row) for row in await self._db.rows(_SQL["runs"])]

    async def of_source(self, source: str) -> Run | None:
        """The run of a source that moved last. Raises `DatabaseLost`."""
        row = await self._db.row(_SQL["of_source"], source)
        return None if row is None else _run(row)

    async def begin(self, id: Id, *, source: str, file: str, adapter: str, chunk: int, now: int) -> Run:
        """The run as it stands, or a new one. Raises `OutcomeUnknown`."""
        rows = await self._db.write(_SQL["begin"], id, source, file, adapter, chunk, now)
        return _run(rows[0])

    async def know_total(self, run: Run, total: int) -> Run:
        """Keep how many items the file has."""
        await self._db.write(_SQL["count_known"], run.id, total)
        return replace(run, total=total)

    async def advance(self, run: Run, counts: Counts, *, rejects_size: int, state: RunState, now: int) -> Run:
        """Make `counts` the run's durable position. Raises `ReplayUnderWay` when it has moved meanwhile."""
        assert counts.adds_up()
        rows = await self._db.write(
            _SQL["advance"],
            run.id,
            run.counts.read,
            counts.read,
            counts.paid,
            counts.repeated,
            counts.refused,
            counts.rejected,
            counts.amount,
            rejects_size,
            state.value,
            now,
        )
        if not rows:
            raise ReplayUnderWay()
        return replace(run, counts=counts, rejects_size=rejects_size, state=state, updated_at=now)

    @contextlib.asynccontextmanager
    async def held(self, id: Id) -> AsyncGenerator[None]:
        """Within: no other process is at this run. Raises `ReplayUnderWay`."""
        with writing():
            connection = await asyncpg.connect(
                self._db.url, timeout=10, server_settings={"application_name": "qianbao-replay"}
            )
        try:
            with writing():
                row = await connection.fetchrow(_SQL["lock"], str(id))
            if row is None or not row["got"]:
                raise ReplayUnderWay()
            yield
        finally:
            connection.terminate()


def _run(row: asyncpg.Record) -> Run:
    return Run(
        id=row["id"],
        source=row["source"],
        file=row["file"],
        adapter=row["adapter"],
        state=RunState(row["state"]),
        chunk=row["chunk"],
        counts=Counts(
            read=row["position"],
            paid=row["paid"],
            repeated=row["repeated"],
            refused=row["refused"],
            rejected=row["rejected"],
            amount=row["amount"],
        ),
        total=row["total"],
        rejects_size=row["rejects_size"],
        started_at=row["started_at"],
        updated_at=row["updated_at"],
    )
