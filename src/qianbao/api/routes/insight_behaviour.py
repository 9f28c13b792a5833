"""`/insight/behaviour`: orders, events and edges from elsewhere, taken a batch at a time."""

from __future__ import annotations

import json
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.problems import problems
from qianbao.credentials.models import Role
from qianbao.ids import Id
from qianbao.insight.behaviour.errors import PeopleMoved
from qianbao.insight.behaviour.models import Kind, Raw, Reason

router = APIRouter(prefix="/insight", tags=["insight"])

ROWS_MAX = 200
"""A request is of 64 KiB at most."""


class RefusalView(BaseModel):
    """Why one row was kept aside."""

    row: int = Field(description="Its place in the batch, from 0")
    quarantined: Id = Field(description="Under which id it is kept aside")
    reason: Reason
    detail: str


class TakenView(BaseModel):
    """What became of the rows: `rows` = `kept` + `repeated` + `quarantined`."""

    rows: int
    kept: int
    repeated: int = Field(description="Taken earlier with the same content")
    quarantined: int
    refusals: list[RefusalView]


@router.post(
    "/behaviour/{kind}",
    responses=problems(PeopleMoved),
    dependencies=[allowed(Role.OPERATOR)],
)
async def post_behaviour(
    parts: PartsDep,
    kind: Kind,
    rows: Annotated[list[dict[str, Any]], Body(min_length=1, max_length=ROWS_MAX)],
) -> TakenView:
    """Take rows of other behaviour; each is there once by its id and version, however often it is sent."""
    # ASCII: half a character, which JSON can write, is kept aside and breaks nothing.
    took = await parts.insight.behaviours.take(kind, [Raw(json.dumps(row)) for row in rows])
    return TakenView.model_validate(msgspec.to_builtins(took))
