"""Replays of records: how far each is. They are started on the machine itself (`qianbao replay`)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import PartsDep, allowed
from qianbao.clock import moment
from qianbao.credentials.models import Role
from qianbao.ids import Id
from qianbao.replay.models import Run, RunState
from qianbao.replay.store import Runs

router = APIRouter(tags=["replays"])

House = Annotated[None, allowed(Role.OPERATOR, Role.AUDITOR)]


class ReplayView(BaseModel):
    """One file's replay. `read` is always the sum of paid, repeated, refused and rejected."""

    id: Id
    source: str
    file: str
    adapter: str
    state: RunState
    read: int
    total: int | None
    """Null where it is not known beforehand."""
    paid: int
    repeated: int
    refused: int
    rejected: int
    amount: int
    """Minor units that were paid."""
    currency: str = "CNY"
    started_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, run: Run) -> ReplayView:
        """A run as it is shown."""
        counts = run.counts
        return cls(
            id=run.id,
            source=run.source,
            file=run.file,
            adapter=run.adapter,
            state=run.state,
            read=counts.read,
            total=run.total,
            paid=counts.paid,
            repeated=counts.repeated,
            refused=counts.refused,
            rejected=counts.rejected,
            amount=counts.amount,
            started_at=moment(run.started_at),
            updated_at=moment(run.updated_at),
        )


class ReplayList(BaseModel):
    """The latest replays, the one that moved last first."""

    items: list[ReplayView]


@router.get("/replays")
async def list_replays(_caller: House, parts: PartsDep) -> ReplayList:
    """How far the replays of records are, the starter city's among them: the latest hundred."""
    return ReplayList(items=[ReplayView.of(run) for run in await Runs(parts.db).all()])
