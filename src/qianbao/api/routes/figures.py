"""`/figures`: what is paid now, and by what over a period; what lags behind. For the people of the house."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import StreamingResponse

from qianbao.api.deps import CurrencyCode, PartsDep, allowed, identify
from qianbao.api.errors import RequestInvalid
from qianbao.api.figures import ReadingView, TotalsView
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.sessions import bearer_of, session_of
from qianbao.clock import business_date, moment
from qianbao.console.figures.models import DIMENSIONS_MAX, Dimension
from qianbao.console.figures.store import HookStanding
from qianbao.console.live import FIRST_MIN, FIRST_S
from qianbao.credentials.models import Caller, Role
from qianbao.errors import Unauthenticated, Unavailable

router = APIRouter(tags=["console"])

House = Annotated[Caller, allowed(Role.OPERATOR, Role.AUDITOR)]
Day = Annotated[date | None, Query(description="A business day (UTC+8), as 2026-11-25")]
By = Annotated[
    list[Dimension],
    Query(min_length=1, max_length=DIMENSIONS_MAX, description="By what; twice: by each pair of both"),
]
PERIOD_D = 365
LOOKED_AGAIN = 20
"""A stream looks again whether its caller is still signed in, after so many readings."""


class VolumeView(TotalsView):
    """The totals of one value, or one pair of values."""

    keys: list[str]
    """In the order of `by`; an empty text: not known."""


class VolumeList(BaseModel):
    """The totals of a period."""

    by: list[Dimension]
    since: date
    until: date
    currency: str
    first: date | None
    """The first day that has payments; null: there are none."""
    last: date | None
    items: list[VolumeView]
    """Ordered by their keys. Values without a payment are left out."""


class HookView(BaseModel):
    """How a webhook fares."""

    id: UUID
    merchant: UUID | None
    """Null: the operator's own."""
    merchant_name: str | None
    url: str
    state: str
    failing_since: datetime | None
    waiting: int
    oldest_s: float
    """The age of what waits longest."""
    failed: int
    """Given up within the last day."""

    @classmethod
    def of(cls, one: HookStanding) -> HookView:
        """A webhook as it is shown."""
        return cls(
            id=one.id,
            merchant=one.merchant,
            merchant_name=one.merchant_name,
            url=one.url,
            state=one.state,
            failing_since=None if one.failing_since is None else moment(one.failing_since),
            waiting=one.waiting,
            oldest_s=one.oldest_s,
            failed=one.failed,
        )


class HookList(BaseModel):
    """The webhooks, those with most behind first; two hundred at most."""

    items: list[HookView]


@router.get("/figures/now")
async def read_figures(_caller: House, parts: PartsDep) -> ReadingView:
    """How the network fares at this moment, with the last ten minutes by the second and the last day by the
    minute."""
    return ReadingView.of(await parts.console.live.reading(FIRST_S, FIRST_MIN))


@router.get(
    "/figures/live",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Readings as they come", "content": {"text/event-stream": {"schema": {}}}}
    },
)
async def stream_figures(request: Request, _caller: House, parts: PartsDep) -> StreamingResponse:
    """The same as it goes on (server-sent events): `first` with the past, then a `tick` every second.

    Each says how things are, so who was cut off simply comes back.
    """
    frames = parts.console.live.events()
    return StreamingResponse(
        _while_signed_in(request, parts, frames),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _while_signed_in(
    request: Request, parts: Parts, frames: AsyncGenerator[bytes]
) -> AsyncGenerator[bytes]:
    bearer, session = bearer_of(request.scope), session_of(request.scope)
    readings = 0
    try:
        async for frame in frames:
            if readings % LOOKED_AGAIN == 0:
                await identify(parts, bearer=bearer, session=session)
            readings += 1
            yield frame
    except (Unauthenticated, Unavailable):
        return  # the client comes back, and is then told why
    finally:
        await frames.aclose()


@router.get("/figures/volumes", responses=problems(RequestInvalid))
async def list_volumes(
    _caller: House,
    parts: PartsDep,
    by: By,
    since: Day = None,
    until: Day = None,
    currency: CurrencyCode = "CNY",
) -> VolumeList:
    """What was paid in a period (both days within; without them the last 365 days), by scene, online or
    offline, brand, city, city tier, age group or day, or by a pair of these."""
    until = until or business_date(parts.clock.now())
    since = since or until - timedelta(days=min(PERIOD_D - 1, (until - date.min).days))
    if since > until:
        raise RequestInvalid(field="since", expected=f"{until} or earlier")
    if len(set(by)) < len(by):
        raise RequestInvalid(field="by", expected="two different ones")
    volumes = await parts.console.figures.volumes(by, since=since, until=until, currency=currency)
    span = await parts.console.figures.span()
    return VolumeList(
        by=by,
        since=since,
        until=until,
        currency=currency,
        first=span[0] if span else None,
        last=span[1] if span else None,
        items=[VolumeView(keys=list(one.keys), **TotalsView.of(one.totals).model_dump()) for one in volumes],
    )


@router.get("/figures/webhooks")
async def list_webhook_standings(_caller: House, parts: PartsDep) -> HookList:
    """How the webhooks fare: what waits, since when, what was given up."""
    return HookList(items=[HookView.of(one) for one in await parts.console.figures.hooks()])
