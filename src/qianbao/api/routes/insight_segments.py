"""`/insight/segments`, `/insight/audiences`: kinds of the caller's own customers; whom an offer is for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import Line, PartsDep, allowed
from qianbao.api.fields import Body
from qianbao.api.problems import problems
from qianbao.api.routes.insight_access_log import WordsView
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id
from qianbao.insight.scores.models import GROUP_MIN
from qianbao.insight.segments.errors import (
    AudienceEmpty,
    AudiencesOpen,
    AudiencesToday,
    AudienceTooSmall,
    AudienceUnknown,
    SegmentsNotLaidYet,
)
from qianbao.insight.segments.models import AUDIENCES_A_DAY, RULES, Audience, Tag
from qianbao.insight.segments.sizes import STEP
from qianbao.parties.errors import MerchantUnknown

router = APIRouter(prefix="/insight", tags=["insight"])

Reader = Annotated[Caller, allowed(Role.OWNER, scope=Scope.TRADES_READ)]
Owner = Annotated[Caller, allowed(Role.OWNER)]
TAGS_MAX = len(Tag)


class SegmentView(BaseModel):
    """A kind of customers: its rule in words, and about how many there are."""

    tag: Tag
    rule: WordsView
    size: int | None = Field(
        description="In steps of `step`, with noise that is drawn once a day; null: too few"
    )


class SegmentList(BaseModel):
    """The caller's own customers who agree to offers, as of `day`: it does not change within the day."""

    day: date
    made_at: str
    group_min: int
    step: int
    audiences_a_day: int
    items: list[SegmentView]


class AudienceRequest(Body):
    """Whom it is for: customers with every one of some tags, and none of others."""

    name: Line
    every: Annotated[list[Tag], Field(min_length=1, max_length=TAGS_MAX)]
    none: Annotated[tuple[Tag, ...], Field(max_length=TAGS_MAX)] = ()


class AudienceView(BaseModel):
    """An audience: who is in it is never told."""

    id: Id
    name: str
    every: list[Tag]
    none: list[Tag]
    made_at: str
    day: date
    size: int | None = Field(description="As of `day`; null: too few by now, and nobody is addressed")


class AudienceList(BaseModel):
    """The caller's audiences, the newest first."""

    items: list[AudienceView]


@router.get("/segments", responses=problems(SegmentsNotLaidYet, MerchantUnknown))
async def list_segments(caller: Reader, parts: PartsDep) -> SegmentList:
    """About how many of the caller's own customers are of which kind, by their payments to the caller."""
    laid = await parts.insight.segments.day()
    return SegmentList(
        day=laid.day,
        made_at=rfc3339(laid.made),
        group_min=GROUP_MIN,
        step=STEP,
        audiences_a_day=AUDIENCES_A_DAY,
        items=[
            SegmentView(tag=one.tag, rule=WordsView.of(RULES[one.tag]), size=one.size)
            for one in await parts.insight.segments.of(_merchant(caller))
        ],
    )


@router.post(
    "/audiences",
    status_code=201,
    responses=problems(
        SegmentsNotLaidYet, AudienceEmpty, AudienceTooSmall, AudiencesToday, AudiencesOpen, MerchantUnknown
    ),
)
async def create_audience(body: AudienceRequest, caller: Owner, parts: PartsDep) -> AudienceView:
    """Define whom an offer is for. The same conditions give the same audience."""
    made = await parts.insight.segments.define(
        _merchant(caller), name=body.name, every=body.every, none=body.none
    )
    return _view(made)


@router.get("/audiences", responses=problems(MerchantUnknown))
async def list_audiences(caller: Reader, parts: PartsDep) -> AudienceList:
    """The caller's audiences, with their conditions and about how many are in each."""
    return AudienceList(
        items=[_view(one) for one in await parts.insight.segments.audiences(_merchant(caller))]
    )


@router.delete(
    "/audiences/{audience_id}", status_code=204, responses=problems(AudienceUnknown, MerchantUnknown)
)
async def close_audience(audience_id: Id, caller: Owner, parts: PartsDep) -> None:
    """Address it no more."""
    await parts.insight.segments.close(_merchant(caller), audience_id)


def _merchant(caller: Caller) -> Id:
    if caller.merchant is None:
        raise MerchantUnknown()
    return caller.merchant


def _view(one: Audience) -> AudienceView:
    return AudienceView(
        id=one.id, name=one.name, every=list(one.every), none=list(one.none), made_at=rfc3339(one.made),
        day=one.day, size=one.size,
    )  # fmt: skip
