"""What owners do with their webhooks. `party` None is the operator, who sees and changes all of them."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from typing import Final

import asyncpg

from qianbao.clock import SECOND, Clock
from qianbao.db import Database
from qianbao.errors import Conflict
from qianbao.events.models import ORDINAL_MAX, Position, checked_types
from qianbao.events.webhook.guard import Guard
from qianbao.events.webhook.models import (
    NEXT_WEBHOOK,
    Delivery,
    DeliveryState,
    DeliveryWaiting,
    TooManyWebhooks,
    UnknownDelivery,
    UnknownWebhook,
    Webhook,
    WebhookState,
)
from qianbao.events.webhook.outbox import SQL
from qianbao.ids import Id, new

WEBHOOKS_MAX: Final = 20
"""Webhooks a party may have."""
SECRET_SIZE: Final = 32
OLD_SECRET_S: Final = 24 * 3600
"""After a rotation the secret before signs too for so long."""
NEWEST: Final = Position(2**63 - 1, ORDINAL_MAX)

Random = Callable[[int], bytes]


class WebhookChanged(Conflict):
    """The webhook was changed by somebody else in the meantime: look again."""

    code = "webhook_changed"


def shown_secret(secret: bytes) -> str:
    """A secret as the Standard Webhooks specification writes it."""
    return "whsec_" + base64.b64encode(secret).decode()


async def add(
    db: Database,
    guard: Guard,
    clock: Clock,
    *,
    party: Id | None,
    url: str,
    types: tuple[str, ...] = (),
    draw: Random = secrets.token_bytes,
) -> tuple[Webhook, str]:
    """A new webhook, on at once, and its secret, which is shown this once.

    Raises `UrlRefused`, `EventTypeMalformed`, `TooManyWebhooks`.
    """
    hook = Webhook(
        id=new(clock.now(), random=draw),
        party=party,
        url=await guard.check(url),
        types=checked_types(types),
        state=WebhookState.ON,
        failing_since=None,
        made=clock.now(),
    )
    secret = draw(SECRET_SIZE)
    made = await db.write(
        SQL["add"], hook.id, party, hook.url, list(hook.types), secret, hook.made, WEBHOOKS_MAX
    )
    if not made:
        raise TooManyWebhooks(expected=f"at most {WEBHOOKS_MAX}")
    return hook, shown_secret(secret)


async def every(db: Database, *, party: Id | None) -> list[Webhook]:
    """The party's webhooks, oldest first."""
    return [_webhook(row) for row in await db.rows(SQL["list"], party)]


async def one(db: Database, webhook: Id, *, party: Id | None) -> Webhook:
    """One webhook. Raises `UnknownWebhook`."""
    row = await db.row(SQL["one"], webhook, party)
    if row is None:
        raise UnknownWebhook(f"No webhook {webhook}.", field="webhook")
    return _webhook(row)


async def change(
    db: Database,
    guard: Guard,
    webhook: Id,
    *,
    party: Id | None,
    url: str | None = None,
    types: tuple[str, ...] | None = None,
    on: bool | None = None,
) -> Webhook:
    """Change what is given, leave the rest; `on` switches it. What waited while it was off goes out then.

    Raises `UnknownWebhook`, `UrlRefused`, `EventTypeMalformed`, `WebhookChanged`.
    """
    before = await one(db, webhook, party=party)
    asked = before.state if on is None else WebhookState.ON if on else WebhookState.OFF
    state = asked if asked in NEXT_WEBHOOK[before.state] else before.state
    rows = await db.write(
        SQL["change"],
        webhook,
        before.state,
        before.url if url is None else await guard.check(url),
        list(before.types if types is None else checked_types(types)),
        state,
    )
    if not rows:
        raise WebhookChanged()
    return _webhook(rows[0])


async def rotate(
    db: Database, clock: Clock, webhook: Id, *, party: Id | None, draw: Random = secrets.token_bytes
) -> str:
    """A new secret, shown this once; the one before signs too for `OLD_SECRET_S`. Raises `UnknownWebhook`."""
    await one(db, webhook, party=party)
    secret = draw(SECRET_SIZE)
    await db.write(SQL["rotate"], webhook, secret, clock.now() + OLD_SECRET_S * SECOND)
    return shown_secret(secret)


async def remove(db: Database, webhook: Id, *, party: Id | None) -> None:
    """Take a webhook away, with its deliveries. Raises `UnknownWebhook`."""
    await one(db, webhook, party=party)
    async with db.transaction() as connection:
        await connection.execute(SQL["remove"], webhook)
        await connection.execute(SQL["remove_deliveries"], webhook)


async def deliveries(
    db: Database,
    webhook: Id,
    *,
    party: Id | None,
    state: DeliveryState | None = None,
    before: Position = NEWEST,
    limit: int = 50,
) -> list[Delivery]:
    """A webhook's deliveries, newest first. Raises `UnknownWebhook`."""
    await one(db, webhook, party=party)
    return [_delivery(row) for row in await db.rows(SQL["deliveries"], webhook, *before, state, limit)]


async def delivery(db: Database, delivery: Id, *, party: Id | None) -> Delivery:
    """One delivery. Raises `UnknownDelivery`."""
    row = await db.row(SQL["delivery"], delivery, party)
    if row is None:
        raise UnknownDelivery(f"No delivery {delivery}.", field="delivery")
    return _delivery(row)


async def resend(db: Database, clock: Clock, delivery_id: Id, *, party: Id | None) -> Delivery:
    """Send a delivery again that is over, with the whole schedule before it, whatever else waits.

    The event's id, and so `webhook-id`, is the same as before. Raises `UnknownDelivery`, `DeliveryWaiting`.
    """
    await delivery(db, delivery_id, party=party)
    if not await db.write(SQL["resend"], delivery_id, clock.now()):
        raise DeliveryWaiting()
    return await delivery(db, delivery_id, party=party)


def _webhook(row: asyncpg.Record) -> Webhook:
    return Webhook(
        id=row["id"],
        party=row["party"],
        url=row["url"],
        types=tuple(row["types"]),
        state=WebhookState(row["state"]),
        failing_since=row["failing_since"],
        made=row["made"],
    )


def _delivery(row: asyncpg.Record) -> Delivery:
    return Delivery(
        id=row["id"],
        webhook=row["webhook"],
        event=row["event"],
        type=row["type"],
        subject=row["subject"],
        position=Position(row["xid"], row["ordinal"]),
        state=DeliveryState(row["state"]),
        due=row["due"],
        tries=row["tries"],
        tried=row["tried"],
        status=row["status"],
        answer=row["answer"],
    )
