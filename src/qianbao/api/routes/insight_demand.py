"""`/insight/demand`: what the caller's own stores may expect, who comes again, and when."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id
from qianbao.insight.demand.stores.models import AGAIN_DAYS, AGAIN_MIN, HOURS_DAYS, LEVEL, Demand
from qianbao.insight.demand.stores.service import DemandUnknown
from qianbao.parties.errors import MerchantUnknown

router = APIRouter(prefix="/insight", tags=["insight"])

Owner = Annotated[Caller, allowed(Role.OWNER, scope=Scope.TRADES_READ)]


class ExpectedView(BaseModel):
    """A day to come: the mean; between `low` and `high` lie `level` of such days."""

    day: date
    expected: float
    low: int
    middle: int
    high: int


class CountedView(BaseModel):
    """A day that is over."""

    day: date
    customers: int


class StoreDemandView(BaseModel):
    """One store's. A customer is a payment that was not given back whole."""

    store: Id = Field(description="The store; the merchant's own id where it is paid without a store")
    days: list[ExpectedView]
    lately: list[CountedView]
    hours: list[list[int]] = Field(description="Monday to Sunday, 24 hours each, over `hours_days` days")
    again: int | None = Field(
        description="Of 100 customers of the last `again_days` days, those who came on two days or more; "
        "null: fewer than `again_min` came"
    )


class DemandCardView(BaseModel):
    """The model's card."""

    name: str
    about: str
    purpose: str
    data: str
    split: str
    stores: int
    days: int
    examples: int
    measures: list[dict[str, float | str | None]]
    limits: list[str]


class DemandView(BaseModel):
    """The caller's stores, as the last batch found them: from `first` on. Exact counts, and nobody named."""

    made_at: str
    first: date
    level: float
    hours_days: int
    again_days: int
    again_min: int
    stores: list[StoreDemandView]
    card: DemandCardView


@router.get("/demand", responses=problems(DemandUnknown, MerchantUnknown))
async def get_demand(caller: Owner, parts: PartsDep) -> DemandView:
    """Customers expected at each of the caller's stores for two weeks, with bounds, and when they come."""
    if caller.merchant is None:
        raise MerchantUnknown()
    batch = await parts.insight.demands.last()
    stores = await parts.insight.demands.of(caller.merchant)
    return DemandView(
        made_at=rfc3339(batch.made),
        first=batch.first,
        level=LEVEL,
        hours_days=HOURS_DAYS,
        again_days=AGAIN_DAYS,
        again_min=AGAIN_MIN,
        stores=[_store(one) for one in stores],
        card=DemandCardView.model_validate(msgspec.to_builtins(batch.card)),
    )


def _store(one: Demand) -> StoreDemandView:
    return StoreDemandView.model_validate(msgspec.to_builtins(one))
