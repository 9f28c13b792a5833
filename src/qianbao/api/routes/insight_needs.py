"""`/insight/needs`: in which kinds the caller is likely to pay next, which products suit them, and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.problems import problems
from qianbao.api.routes.insight_access_log import WordsView
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.insight.needs.models import AHEAD_DAYS, Need, Product, State
from qianbao.insight.picture.service import ConsentMissing
from qianbao.insight.records.categories import Category
from qianbao.insight.rights.reads.models import ReadUnwritten
from qianbao.insight.scores.service import NotScoredYet

router = APIRouter(prefix="/insight", tags=["insight"])

Myself = Annotated[Caller, allowed(Role.PERSON)]


class KindNeedView(BaseModel):
    """A kind of spending: the chance that the caller pays for it by `until`."""

    category: Category
    state: State = Field(description="scored · not_enough_use: too few people pay for it, or do not")
    chance: float | None
    usual: float | None = Field(description="The mean chance of all people")
    because: list[WordsView]
    change: list[WordsView] = Field(description="What would change it")


class ProductNeedView(BaseModel):
    """A financial product: the chance that the caller uses it for the first time by `until`."""

    product: Product
    state: State = Field(description="scored · not_enough_use · in_use: the caller has it")
    chance: float | None
    usual: float | None
    because: list[WordsView]


class NeedList(BaseModel):
    """As of the last batch. Without `kinds`, the batch knew nothing of the caller, or too little of all."""

    made_at: str
    as_of: date
    until: date
    fitted_on: int = Field(description="People; 0: too few are known to learn from")
    kinds: list[KindNeedView] = Field(description="The likeliest first")
    products: list[ProductNeedView]


@router.get("/needs", responses=problems(ConsentMissing, NotScoredYet, ReadUnwritten))
async def get_needs(caller: Myself, parts: PartsDep) -> NeedList:
    """In which kinds the caller is likely to pay within 30 days, which products suit them, and why."""
    told = await parts.insight.needs.of(caller)
    return NeedList(
        made_at=rfc3339(told.batch.made),
        as_of=told.batch.day,
        until=told.batch.day + timedelta(days=AHEAD_DAYS),
        fitted_on=told.batch.fitted,
        kinds=[
            KindNeedView(
                category=Category(one.name), state=one.state, chance=one.chance, usual=one.usual,
                because=_words(one), change=[WordsView.of(words) for words in one.change],
            )
            for one in told.kinds
        ],
        products=[
            ProductNeedView(
                product=Product(one.name), state=one.state, chance=one.chance, usual=one.usual,
                because=_words(one),
            )
            for one in told.products
        ],
    )  # fmt: skip


def _words(need: Need) -> list[WordsView]:
    return [WordsView.of(words) for words in need.because]
