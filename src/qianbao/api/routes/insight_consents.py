"""`/insight/consents`: what the caller's records may be read for, purpose by purpose."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.fields import Body
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.insight.consent.store import Said
from qianbao.insight.picture.service import PurposeNotAsked
from qianbao.insight.purposes import REGISTER, Purpose

router = APIRouter(prefix="/insight", tags=["insight"])

Myself = Annotated[Caller, allowed(Role.PERSON)]


class ConsentView(BaseModel):
    """What holds for one purpose. `since` is null while the caller has said nothing."""

    purpose: Purpose
    granted: bool
    since: str | None
    processor: str
    retention_days: int


class ConsentList(BaseModel):
    """One for each purpose of the register."""

    items: list[ConsentView]


class ConsentRequest(Body):
    """Yes or no."""

    granted: bool


@router.get("/consents")
async def list_consents(caller: Myself, parts: PartsDep) -> ConsentList:
    """What the caller's records may be read for, purpose by purpose."""
    return _consents(await parts.insight.pictures.consents(caller), parts)


@router.put("/consents/{purpose}", responses=problems(PurposeNotAsked))
async def say_consent(purpose: Purpose, body: ConsentRequest, caller: Myself, parts: PartsDep) -> ConsentList:
    """Agree or withdraw; whatever is read from now on obeys it."""
    return _consents(await parts.insight.pictures.say(caller, purpose, granted=body.granted), parts)


def _consents(said: tuple[Said, ...], parts: Parts) -> ConsentList:
    return ConsentList(
        items=[
            ConsentView(
                purpose=one.purpose,
                granted=one.granted,
                since=rfc3339(one.since) if one.since else None,
                processor=REGISTER[one.purpose].processor.en,
                retention_days=parts.insight.rules.retention_days[one.purpose],
            )
            for one in said
        ]
    )
