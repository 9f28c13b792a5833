"""Takings: what a store sold on a day, by item, cashier and hour."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from qianbao.api.deps import PartsDep, allowed
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.routes.shifts import TakenView
from qianbao.api.routes.trades import TILL_ROLES
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Scope
from qianbao.credentials.staff_names import names_of
from qianbao.ids import Id
from qianbao.parties.errors import MerchantUnknown, StoreUnknown
from qianbao.settlement import days, errors
from qianbao.settlement.days import Period
from qianbao.settlement.paper import spreadsheet
from qianbao.settlement.paper.words import WORDS, Language
from qianbao.settlement.takings import plans
from qianbao.settlement.takings.models import Takings
from qianbao.settlement.takings.service import sold

router = APIRouter(tags=["tills"])

ShopReader = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.TRADES_READ)]
First = Annotated[date | None, Query(alias="from", description="A business day; without: today")]
Last = Annotated[date | None, Query(alias="to", description="The last business day, included")]
Store = Annotated[Id | None, Query(description="Of one store; a cashier's own is always meant")]
Lang = Annotated[Language, Query(alias="lang", description="The language of its words")]
REFUSALS = (errors.PeriodMalformed, errors.PeriodTooBusy, MerchantUnknown, StoreUnknown)
CSV = "text/csv; charset=utf-8"


class ItemSum(TakenView):
    """What was taken with an item; the empty one was not said."""

    item: str


class CashierSum(TakenView):
    """What a cashier took; null: the payers came by a printed code or a number."""

    cashier: Id | None
    name: str | None


class HourSum(TakenView):
    """What was taken within an hour of the business day."""

    hour: int


class TakingsView(BaseModel):
    """What was taken within a time, in all and apart; each part adds up to the total. Minor units."""

    since: str
    until: str
    currency: str
    total: TakenView
    by_item: list[ItemSum]
    """The most first."""
    by_cashier: list[CashierSum]
    by_hour: list[HourSum]
    """All twenty-four."""


@router.get("/takings", responses=problems(*REFUSALS))
async def get_takings(
    caller: ShopReader, parts: PartsDep, first: First = None, last: Last = None, store: Store = None
) -> TakingsView:
    """What was taken on some business days: today, if none is named."""
    period, made, names = await _takings(caller, parts, first, last, store)
    return TakingsView(
        since=rfc3339(period.since),
        until=rfc3339(period.until),
        currency="CNY",
        total=TakenView.of(made.total),
        by_item=[
            ItemSum(item=item, **TakenView.of(sum).model_dump())
            for item, sum in sorted(made.by_item.items(), key=lambda one: (-one[1].amount, one[0]))
        ],
        by_cashier=[
            CashierSum(cashier=who, name=names.get(who), **TakenView.of(sum).model_dump())
            for who, sum in sorted(made.by_cashier.items(), key=lambda one: -one[1].amount)
        ],
        by_hour=[
            HourSum(hour=hour, **TakenView.of(sum).model_dump()) for hour, sum in sorted(made.by_hour.items())
        ],
    )


@router.get(
    "/takings.csv",
    responses={200: {"content": {"text/csv": {}}, "description": "For a spreadsheet"}} | problems(*REFUSALS),
    response_class=Response,
)
async def export_takings(
    caller: ShopReader,
    parts: PartsDep,
    first: First = None,
    last: Last = None,
    store: Store = None,
    language: Lang = "zh",
) -> Response:
    """As `/takings`, for a spreadsheet."""
    period, made, names = await _takings(caller, parts, first, last, store)
    told = {**names, None: WORDS[language]["no_cashier"]}
    return attached(
        spreadsheet.takings(made, told, language), CSV, f"takings-{period.first}-{period.last}.csv"
    )


async def _takings(
    caller: Caller, parts: Parts, first: date | None, last: date | None, store: Id | None
) -> tuple[Period, Takings, Mapping[Id | None, str]]:
    if caller.merchant is None:
        raise MerchantUnknown()
    at = caller.store or store
    if at is not None and (await parts.parties.store(at)).merchant != caller.merchant:
        raise StoreUnknown()
    period = days.period(first, last, now=parts.clock.now())
    found = await sold(parts.settlement, caller.merchant, since=period.since, until=period.until, store=at)
    made = plans.takings(found)
    return period, made, await names_of(parts.credentials, [who for who in made.by_cashier if who])


def attached(content: bytes, media: str, name: str) -> Response:
    """A file to keep."""
    return Response(
        content,
        media_type=media,
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "private, no-store",
        },
    )
