"""`/webhooks`: a merchant's (or the operator's) own programs, told events; their deliveries, sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import CursorText, PageSize, PartsDep, allowed, cursor_made, cursor_read
from qianbao.api.problems import problems
from qianbao.clock import moment
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.events.models import CursorMalformed, EventTypeMalformed, position
from qianbao.events.webhook import service
from qianbao.events.webhook.models import (
    Delivery,
    DeliveryState,
    DeliveryWaiting,
    TooManyWebhooks,
    UnknownDelivery,
    UnknownWebhook,
    UrlRefused,
    Webhook,
    WebhookState,
)
from qianbao.ids import Id

router = APIRouter(tags=["webhooks"])

Keeper = Annotated[Caller, allowed(Role.OWNER, Role.OPERATOR, scope=Scope.WEBHOOKS_WRITE)]
Reader = Annotated[Caller, allowed(Role.OWNER, Role.OPERATOR, Role.AUDITOR, scope=Scope.WEBHOOKS_WRITE)]
Url = Annotated[str, Field(min_length=8, max_length=2_000, examples=["https://shop.example/qianbao"])]
Types = Annotated[
    list[Annotated[str, Field(max_length=80)]],
    Field(max_length=50, description="`trade.paid`; `trade.*` is all of a thing; none: all", examples=[[]]),
]


class WebhookRequest(BaseModel):
    """A new webhook."""

    url: Url
    types: Types = []


class WebhookChange(BaseModel):
    """What is to change; what is left out stays."""

    url: Url | None = None
    types: Types | None = None
    on: bool | None = None
    """Switch it on (what waited goes out then) or off."""


class WebhookView(BaseModel):
    """A webhook and how it fares."""

    id: UUID
    merchant: UUID | None
    """None: the operator's own, which is told everything."""
    url: str
    types: list[str]
    state: WebhookState
    failing_since: datetime | None
    created_at: datetime


class WebhookMade(WebhookView):
    """A new webhook."""

    secret: str
    """For checking signatures (Standard Webhooks). Shown this once."""


class SecretView(BaseModel):
    """A new secret. The one before signs too for a day."""

    secret: str


class WebhookList(BaseModel):
    """Webhooks, oldest first."""

    items: list[WebhookView]


class DeliveryView(BaseModel):
    """One event for one webhook: how often it was tried and what came back."""

    id: UUID
    webhook: UUID
    event: UUID
    type: str
    subject: UUID
    state: DeliveryState
    next_try_at: datetime | None
    tries: int
    tried_at: datetime | None
    status: int | None
    """The HTTP status of the last answer; None: there was none."""
    answer: str | None
    """The beginning of the last answer, or why there was none."""


class DeliveryList(BaseModel):
    """Deliveries, newest first."""

    items: list[DeliveryView]
    next_cursor: str | None


def _party(caller: Caller) -> Id | None:
    return None if caller.role in (Role.OPERATOR, Role.AUDITOR) else caller.merchant or caller.id


def _at(ns: int | None) -> datetime | None:
    return None if ns is None else moment(ns)


def _webhook(hook: Webhook) -> WebhookView:
    return WebhookView(
        id=hook.id,
        merchant=hook.party,
        url=hook.url,
        types=list(hook.types),
        state=hook.state,
        failing_since=_at(hook.failing_since),
        created_at=moment(hook.made),
    )


def _delivery(one: Delivery) -> DeliveryView:
    return DeliveryView(
        id=one.id,
        webhook=one.webhook,
        event=one.event,
        type=one.type,
        subject=one.subject,
        state=one.state,
        next_try_at=_at(one.due),
        tries=one.tries,
        tried_at=_at(one.tried),
        status=one.status,
        answer=one.answer,
    )


@router.post(
    "/webhooks", status_code=201, responses=problems(UrlRefused, EventTypeMalformed, TooManyWebhooks)
)
async def create_webhook(body: WebhookRequest, caller: Keeper, parts: PartsDep) -> WebhookMade:
    """Have an address told events. Each is a signed POST (Standard Webhooks), sent until it is acknowledged
    by a 2xx: at once, then after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h; events of one subject in
    order. The secret is shown this once."""
    hook, secret = await service.add(
        parts.db, parts.guard, parts.clock, party=_party(caller), url=body.url, types=tuple(body.types)
    )
    return WebhookMade(**_webhook(hook).model_dump(), secret=secret)


@router.get("/webhooks")
async def list_webhooks(caller: Reader, parts: PartsDep) -> WebhookList:
    """The caller's webhooks; for the operator, everybody's."""
    return WebhookList(items=[_webhook(hook) for hook in await service.every(parts.db, party=_party(caller))])


@router.get("/webhooks/{webhook_id}", responses=problems(UnknownWebhook))
async def get_webhook(webhook_id: UUID, caller: Reader, parts: PartsDep) -> WebhookView:
    """One webhook."""
    return _webhook(await service.one(parts.db, webhook_id, party=_party(caller)))


@router.patch(
    "/webhooks/{webhook_id}",
    responses=problems(UnknownWebhook, UrlRefused, EventTypeMalformed, service.WebhookChanged),
)
async def change_webhook(
    webhook_id: UUID, body: WebhookChange, caller: Keeper, parts: PartsDep
) -> WebhookView:
    """Change a webhook's address or types, switch it on or off."""
    changed = await service.change(
        parts.db,
        parts.guard,
        webhook_id,
        party=_party(caller),
        url=body.url,
        types=None if body.types is None else tuple(body.types),
        on=body.on,
    )
    return _webhook(changed)


@router.delete("/webhooks/{webhook_id}", status_code=204, responses=problems(UnknownWebhook))
async def remove_webhook(webhook_id: UUID, caller: Keeper, parts: PartsDep) -> None:
    """Take a webhook away, with its deliveries."""
    await service.remove(parts.db, webhook_id, party=_party(caller))


@router.post("/webhooks/{webhook_id}/secret", status_code=201, responses=problems(UnknownWebhook))
async def rotate_secret(webhook_id: UUID, caller: Keeper, parts: PartsDep) -> SecretView:
    """A new secret, shown this once; for a day the one before signs too."""
    secret = await service.rotate(parts.db, parts.clock, webhook_id, party=_party(caller))
    return SecretView(secret=secret)


@router.get("/webhooks/{webhook_id}/deliveries", responses=problems(UnknownWebhook, CursorMalformed))
async def list_deliveries(
    webhook_id: UUID,
    caller: Reader,
    parts: PartsDep,
    state: DeliveryState | None = None,
    cursor: CursorText = None,
    limit: PageSize = 50,
) -> DeliveryList:
    """What was sent to a webhook and what came back, newest first."""
    place = cursor_read(cursor, tuple[int, int])
    found = await service.deliveries(
        parts.db,
        webhook_id,
        party=_party(caller),
        state=state,
        before=service.NEWEST if place is None else position(f"{place[0]}.{place[1]}", named="cursor"),
        limit=limit,
    )
    return DeliveryList(
        items=[_delivery(one) for one in found],
        next_cursor=cursor_made(*found[-1].position) if len(found) == limit else None,
    )


@router.post(
    "/webhooks/{webhook_id}/deliveries/{delivery_id}/resend",
    status_code=202,
    responses=problems(UnknownWebhook, UnknownDelivery, DeliveryWaiting),
)
async def resend_delivery(
    webhook_id: UUID, delivery_id: UUID, caller: Keeper, parts: PartsDep
) -> DeliveryView:
    """Send a delivery again that is over. The receiver knows the repeat by `webhook-id`."""
    await service.one(parts.db, webhook_id, party=_party(caller))
    found = await service.delivery(parts.db, delivery_id, party=_party(caller))
    if found.webhook != webhook_id:
        raise UnknownDelivery(field="delivery")
    return _delivery(await service.resend(parts.db, parts.clock, delivery_id, party=_party(caller)))
