"""`/insight/me`: what the caller spends, compared with themselves, and the records behind each number."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from qianbao.api.deps import CursorText, PageSize, PartsDep, allowed, cursor_made, cursor_read
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.clock import business_date, rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.errors import NotFound
from qianbao.ids import Id
from qianbao.insight.models.level import LEVEL
from qianbao.insight.picture import models
from qianbao.insight.picture.service import ConsentMissing, MonthUnknown
from qianbao.insight.records.categories import Category
from qianbao.insight.scores.models import Score
from qianbao.insight.scores.segments import Segment

router = APIRouter(prefix="/insight", tags=["insight"])

Myself = Annotated[Caller, allowed(Role.PERSON)]
RECORDS = "/api/v1/insight/me/records"


class WhyView(BaseModel):
    """Where a number comes from: the rule, how many records, and the address that lists them."""

    rule: str = Field(description="sum · median (of the months' sums) · marks · model")
    records: int
    href: str


class KindView(BaseModel):
    """A kind of spending. `usual`: the median of the months before, up to the same day of the month."""

    category: Category
    spent: int
    records: int
    usual: int | None
    why: WhyView


class DayView(BaseModel):
    """A day with records."""

    day: date
    spent: int
    records: int
    why: WhyView


class MonthView(BaseModel):
    """A month, with or without records."""

    month: date
    spent: int
    records: int
    why: WhyView


class UsualView(BaseModel):
    """The median of the months before, at most six: whole, and up to the same day of the month."""

    spent: int
    so_far: int
    months: int
    why: WhyView
    so_far_why: WhyView


class HabitView(BaseModel):
    """How lately, how often and for how much in a year: marks of 1 to 5 among all, and a word."""

    recency_days: int
    visits: int
    spent: int
    recency: int | None
    frequency: int | None
    monetary: int | None
    segment: Segment | None
    still_comes: float | None = Field(description="The chance of still being a customer (BG/NBD)")
    visits_expected: float | None = Field(description="Days with a purchase in the 30 days to come")
    why: WhyView


class CapacityView(BaseModel):
    """What this person is likely to spend in the month: in `level` of months it lies from low to high."""

    month: date
    low: int
    point: int
    high: int
    level: float
    why: WhyView


class PictureView(BaseModel):
    """One month of what the caller spends. Amounts in minor units of `currency`."""

    month: date
    until: date
    over: bool
    currency: str
    spent: int
    records: int
    why: WhyView
    usual: UsualView | None
    categories: list[KindView]
    days: list[DayView]
    months: list[MonthView]
    habit: HabitView | None
    capacity: CapacityView | None


class RecordView(BaseModel):
    """One record behind a number. `spent` is the payer's own part, less what came back."""

    trade: Id
    happened_at: str
    day: date
    merchant: Id
    merchant_name: str
    store: Id | None
    store_name: str | None
    category: Category
    scene: str
    brand: str
    city: str
    amount: int
    refunded: int
    subsidy: int
    spent: int


class RecordList(BaseModel):
    """Records, newest first; `next_cursor` is null at the end."""

    items: list[RecordView]
    currency: str
    next_cursor: str | None


def _why(why: models.Why) -> WhyView:
    asked: dict[str, object] = {"since": why.since, "until": why.until}
    if why.category is not None:
        asked["category"] = why.category
    if why.day_of_month_max is not None:
        asked["day_of_month_max"] = why.day_of_month_max
    return WhyView(rule=why.rule, records=why.records, href=f"{RECORDS}?{urlencode(asked)}")


def _usual(usual: models.Usual) -> UsualView:
    return UsualView(
        spent=usual.spent,
        so_far=usual.so_far,
        months=usual.months,
        why=_why(usual.why),
        so_far_why=_why(usual.so_far_why),
    )


def _habit(score: Score, why: WhyView) -> HabitView:
    return HabitView(
        recency_days=score.recency_days,
        visits=score.visits,
        spent=score.spent,
        recency=score.recency,
        frequency=score.frequency,
        monetary=score.monetary,
        segment=Segment(score.segment) if score.segment else None,
        still_comes=score.alive,
        visits_expected=score.expected,
        why=why,
    )


@router.get("/me", responses=problems(ConsentMissing, MonthUnknown))
async def get_picture(
    caller: Myself,
    parts: PartsDep,
    month: Annotated[
        str | None, Query(pattern=r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$", description="2026-11; this month")
    ] = None,
) -> PictureView:
    """What the caller spends: a month against their own usual, by kind, by day; every number with a why."""
    asked = None if month is None else date.fromisoformat(f"{month}-01")
    picture, score = await parts.insight.pictures.picture(caller, asked)
    habit = capacity = None
    if score is not None:
        scored = business_date(score.made)
        year = models.Why(
            rule="marks", records=score.visits, since=scored - timedelta(days=364), until=scored
        )
        habit = _habit(score, _why(year))
        if score.point is not None and score.low is not None and score.high is not None:
            past = picture.months[:-1]
            why = models.Why(
                rule="model",
                records=sum(one.records for one in past),
                since=past[0].month,
                until=past[-1].why.until,
            )
            if score.month == picture.month:
                # The batch knew the months before; what is spent by now can only be added to.
                capacity = CapacityView(
                    month=score.month,
                    low=max(score.low, picture.spent),
                    point=max(score.point, picture.spent),
                    high=max(score.high, picture.spent),
                    level=LEVEL, why=_why(why),
                )  # fmt: skip
    return PictureView(
        month=picture.month,
        until=picture.until,
        over=picture.over,
        currency=picture.currency,
        spent=picture.spent,
        records=picture.records,
        why=_why(picture.why),
        usual=_usual(picture.usual) if picture.usual else None,
        categories=[KindView.model_validate(_plain(part)) for part in picture.categories],
        days=[DayView.model_validate(_plain(day)) for day in picture.days],
        months=[MonthView.model_validate(_plain(one)) for one in picture.months],
        habit=habit,
        capacity=capacity,
    )


def _plain(part: models.Part | models.Day | models.Month) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__struct_fields__} | {"why": _why(part.why)}


@router.get("/me/records", responses=problems(ConsentMissing, MonthUnknown))
async def list_records(
    caller: Myself,
    parts: PartsDep,
    since: Annotated[date, Query(description="The first day")],
    until: Annotated[date, Query(description="The last day")],
    category: Annotated[Category | None, Query(description="Of this kind only")] = None,
    day_of_month_max: Annotated[int | None, Query(ge=1, le=31, description="Of each month up to it")] = None,
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> RecordList:
    """The very records behind a number of the picture, newest first."""
    place = cursor_read(cursor, tuple[int, Id])
    found = await parts.insight.pictures.records(
        caller,
        since=since,
        until=until,
        category=category,
        day_of_month_max=day_of_month_max,
        after=models.Place(happened=place[0], trade=place[1]) if place else None,
        limit=limit,
    )
    merchants, stores = await asyncio.gather(
        _named({one.merchant for one in found}, partial(_merchant_name, parts)),
        _named({one.store for one in found if one.store}, partial(_store_name, parts)),
    )
    last = found[-1] if len(found) == limit else None
    return RecordList(
        items=[
            _record(one, merchants[one.merchant], stores[one.store] if one.store else None) for one in found
        ],
        currency=models.CURRENCY,
        next_cursor=cursor_made(last.happened, str(last.trade)) if last else None,
    )


def _record(one: models.Kept, merchant: str, store: str | None) -> RecordView:
    return RecordView(
        trade=one.trade,
        happened_at=rfc3339(one.happened),
        day=one.day,
        merchant=one.merchant,
        merchant_name=merchant,
        store=one.store,
        store_name=store,
        category=Category(one.category),
        scene=one.scene,
        brand=one.brand,
        city=one.city,
        amount=one.amount,
        refunded=one.refunded,
        subsidy=one.amount - one.own,
        spent=one.spent,
    )


async def _named(ids: Iterable[Id], name: Callable[[Id], Awaitable[str]]) -> dict[Id, str]:
    """The name of each, asked for at once, so that it is one query."""
    asked = tuple(ids)
    return dict(zip(asked, await asyncio.gather(*map(name, asked)), strict=True))


async def _merchant_name(parts: Parts, id: Id) -> str:
    try:
        return (await parts.parties.merchant(id)).name
    except NotFound:
        return ""


async def _store_name(parts: Parts, id: Id) -> str:
    try:
        return (await parts.parties.store(id)).name
    except NotFound:
        return ""
