"""`/insight/recurring`: what comes again in the caller's own payments, and which were unlike them."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.errors import NotFound
from qianbao.ids import Id
from qianbao.insight.picture.models import CURRENCY
from qianbao.insight.picture.service import ConsentMissing
from qianbao.insight.records.categories import Category
from qianbao.insight.recurring.models import Odd, Oddity, Period, Recurring
from qianbao.insight.rights.reads.models import ReadUnwritten

router = APIRouter(prefix="/insight", tags=["insight"])

Myself = Annotated[Caller, allowed(Role.PERSON)]


class RecurringView(BaseModel):
    """A payment that comes again. It is expected on `next`, between `earliest` and `latest`."""

    merchant: Id
    merchant_name: str
    category: Category
    period: Period
    times: int
    since: date
    last: date
    next: date
    earliest: date
    latest: date
    amount: int = Field(description="The middle one of the last six; `low` and `high` are of the same")
    low: int
    high: int
    a_year: int = Field(description="What it comes to in a year")
    trades: list[Id] = Field(description="The payments that it was seen in, newest first, at most twelve")


class OddView(BaseModel):
    """A payment of the last month unlike the caller's own."""

    trade: Id
    happened_at: str
    merchant: Id
    merchant_name: str
    category: Category
    spent: int
    kind: Oddity = Field(
        description="Much more than usual at this merchant, or for this kind; an hour at which the caller "
        "hardly ever pays; or it comes again, and has become dearer"
    )
    usual: int = Field(description="The middle one of the `compared` payments before it")
    ratio: float = Field(
        description="Times the usual; of an hour, the share of payments within two hours of it"
    )
    compared: int
    compared_since: date


class RecurringList(BaseModel):
    """As of `as_of`, null before a batch has looked. Amounts in minor units of `currency`."""

    as_of: date | None
    records: int
    currency: str
    a_year: int
    recurring: list[RecurringView]
    odd: list[OddView]


@router.get("/recurring", responses=problems(ConsentMissing, ReadUnwritten))
async def get_recurring(caller: Myself, parts: PartsDep) -> RecurringList:
    """Subscriptions and bills to come, soonest first, and payments unlike the caller's own, newest first."""
    found = await parts.insight.recurring.of(caller)
    if found is None:
        return RecurringList(as_of=None, records=0, currency=CURRENCY, a_year=0, recurring=[], odd=[])
    merchants = tuple({one.merchant for one in (*found.recurring, *found.odd)})
    told = await asyncio.gather(*(_name(parts, merchant) for merchant in merchants))  # one query
    names = dict(zip(merchants, told, strict=True))
    return RecurringList(
        as_of=found.until,
        records=found.records,
        currency=CURRENCY,
        a_year=sum(one.a_year for one in found.recurring),
        recurring=[
            _recurring(one, names[one.merchant])
            for one in sorted(found.recurring, key=lambda one: (one.next, one.merchant))
        ],
        odd=[_odd(one, names[one.merchant]) for one in found.odd],
    )


def _recurring(one: Recurring, name: str) -> RecurringView:
    return RecurringView(
        merchant=one.merchant,
        merchant_name=name,
        category=Category(one.category),
        period=one.period,
        times=one.times,
        since=one.since,
        last=one.last,
        next=one.next,
        earliest=one.earliest,
        latest=one.latest,
        amount=one.amount,
        low=one.low,
        high=one.high,
        a_year=one.a_year,
        trades=list(one.trades),
    )


def _odd(one: Odd, name: str) -> OddView:
    return OddView(
        trade=one.trade,
        happened_at=rfc3339(one.happened),
        merchant=one.merchant,
        merchant_name=name,
        category=Category(one.category),
        spent=one.spent,
        kind=one.kind,
        usual=one.usual,
        ratio=one.ratio,
        compared=one.compared,
        compared_since=one.since,
    )


async def _name(parts: Parts, id: Id) -> str:
    try:
        return (await parts.parties.merchant(id)).name
    except NotFound:
        return ""
