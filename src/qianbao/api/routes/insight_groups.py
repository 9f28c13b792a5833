"""`/insight/aggregates`: figures of groups for those who run the network, none of them of a few people."""

from __future__ import annotations

from datetime import date

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials.models import Role
from qianbao.insight.picture.models import CURRENCY
from qianbao.insight.scores.models import GROUP_MIN
from qianbao.insight.scores.service import NotScoredYet

router = APIRouter(prefix="/insight", tags=["insight"])


class GroupView(BaseModel):
    """A figure of a group of at least `group_min` people."""

    kind: str
    key: str
    people: int
    records: int
    spent: int


class ModelCardView(BaseModel):
    """A model's card."""

    name: str
    about: str
    purpose: str
    data: str
    split: str
    people: int
    months: int
    parameters: dict[str, float]
    measures: list[dict[str, float | int | str]]
    limits: list[str]
    made_at: str


class AggregateView(BaseModel):
    """Figures of groups, laid once a batch: of `month` by category, tier, brand, scene and age, a year by
    month, and everybody by segment and by capacity (key: the band's lower bound, minor units)."""

    made_at: str
    month: date
    currency: str
    people: int
    records: int
    group_min: int
    withheld: int = Field(description="Groups too small to be shown, or that would give a small one away")
    groups: list[GroupView]
    cards: list[ModelCardView]


@router.get(
    "/aggregates",
    responses=problems(NotScoredYet),
    dependencies=[allowed(Role.OPERATOR, Role.AUDITOR)],
)
async def get_aggregates(parts: PartsDep) -> AggregateView:
    """Figures of groups, as the last batch released them, and the cards of its models."""
    batch = await parts.insight.scores.last()
    groups = await parts.insight.scores.groups()
    cards = [msgspec.to_builtins(card) | {"made_at": rfc3339(card.made)} for card in batch.cards]
    return AggregateView(
        made_at=rfc3339(batch.made),
        month=batch.month,
        currency=CURRENCY,
        people=batch.people,
        records=batch.records,
        group_min=GROUP_MIN,
        withheld=batch.withheld,
        groups=[GroupView.model_validate(msgspec.to_builtins(group)) for group in groups],
        cards=[ModelCardView.model_validate(card) for card in cards],
    )
