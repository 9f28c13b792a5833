"""`/insight/market`: what crosses stores, as released once a day; no filter asks the records."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.problems import problems
from qianbao.clock import business_date, rfc3339
from qianbao.credentials.models import Role, Scope
from qianbao.insight.picture.models import CURRENCY
from qianbao.insight.picture.service import MonthUnknown
from qianbao.insight.records.categories import Category

router = APIRouter(prefix="/insight", tags=["insight"])

DAYS = 28
DAYS_MAX = 366
SD_95 = 1.96


class CellView(BaseModel):
    """A kind of spending in the city on a day: people, and what they spent. The noise is in both."""

    day: date
    category: Category
    people: int
    spent: int


class ReleaseView(BaseModel):
    """A day's release: in 95 of 100 cases a number is off by no more than its `_off` by the noise."""

    day: date
    made_at: str
    people_off: int
    spent_off: int
    people_min: int = Field(description="Cells with fewer people, noise counted, are withheld")
    withheld: int


class BudgetView(BaseModel):
    """What the releases of a year may tell of one person, and have told: (ε, δ), all days together."""

    year: int
    epsilon: float
    epsilon_max: float
    delta: float


class MarketView(BaseModel):
    """A city, as released. People count in a few cells a day, with a bounded amount in each."""

    city: str
    currency: str
    cities: list[str]
    releases: list[ReleaseView]
    cells: list[CellView]
    budget: BudgetView
    cells_max: int
    spent_max: int


@router.get(
    "/market",
    responses=problems(MonthUnknown),
    dependencies=[allowed(Role.OWNER, Role.OPERATOR, Role.AUDITOR, scope=Scope.TRADES_READ)],
)
async def get_market(
    parts: PartsDep,
    city: Annotated[str, Query(min_length=1, max_length=64)],
    category: Annotated[Category | None, Query(description="Of this kind only")] = None,
    since: Annotated[date | None, Query(description="The first day; four weeks back")] = None,
    until: Annotated[date | None, Query(description="The last day; today")] = None,
) -> MarketView:
    """What people spend in a city by day and kind, over all stores: the release alone, whatever is asked."""
    today = business_date(parts.clock.now())
    last = until or today
    first = since or last - timedelta(days=DAYS)
    if not date(1990, 1, 1) <= first <= last <= date(2200, 1, 1) or (last - first).days > DAYS_MAX:
        raise MonthUnknown(field="since", expected=f"not after `until`, and at most {DAYS_MAX} days")
    room = parts.insight.releases
    releases, cells = await room.read(city, first, last, category)
    year = await room.year(last.year)
    return MarketView(
        city=city,
        currency=CURRENCY,
        cities=await room.cities(),
        releases=[
            ReleaseView(
                day=one.day,
                made_at=rfc3339(one.made),
                people_off=round(SD_95 * one.people_sd),
                spent_off=round(SD_95 * one.spent_sd),
                people_min=one.people_min,
                withheld=one.withheld,
            )
            for one in releases
        ],
        cells=[
            CellView(day=one.day, category=Category(one.category), people=one.people, spent=one.spent)
            for one in cells
        ],
        budget=BudgetView.model_validate(msgspec.to_builtins(year)),
        cells_max=parts.insight.rules.cells_max,
        spent_max=parts.insight.rules.spent_max,
    )
