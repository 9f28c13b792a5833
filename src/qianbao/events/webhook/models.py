"""Webhooks: addresses of merchants' (or the operator's) own programs that are told events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qianbao.errors import Conflict, Invalid, NotFound, Refused
from qianbao.events.models import Position
from qianbao.ids import Id


class UnknownWebhook(NotFound):
    """There is no such webhook, or it is not the caller's."""

    code = "unknown_webhook"


class UnknownDelivery(NotFound):
    """There is no such delivery, or it is not of the caller's webhooks."""

    code = "unknown_delivery"


class UrlRefused(Invalid):
    """The address cannot be used for a webhook: it is malformed, not https, or not public."""

    code = "webhook_url_refused"


class TooManyWebhooks(Refused):
    """This party has as many webhooks as one party may have."""

    code = "too_many_webhooks"


class DeliveryWaiting(Conflict):
    """The delivery is still waiting for its next try; there is nothing to send again."""

    code = "delivery_waiting"


class WebhookState(StrEnum):
    """Whether a webhook is told events, and why not. Only its owner leads it back to ON."""

    ON = "on"
    OFF = "off"
    """Its owner has switched it off."""
    FAILING = "failing"
    """Switched off because nothing was acknowledged for `schedule.GIVE_UP_S`."""
    GONE = "gone"
    """Switched off because the address answered 410 Gone."""


NEXT_WEBHOOK: Final[Mapping[WebhookState, frozenset[WebhookState]]] = {
    WebhookState.ON: frozenset({WebhookState.OFF, WebhookState.FAILING, WebhookState.GONE}),
    WebhookState.OFF: frozenset({WebhookState.ON}),
    WebhookState.FAILING: frozenset({WebhookState.ON, WebhookState.OFF}),
    WebhookState.GONE: frozenset({WebhookState.ON, WebhookState.OFF}),
}


class DeliveryState(StrEnum):
    """What has become of one event for one webhook."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    """Acknowledged: the address answered 2xx."""
    FAILED = "failed"
    """Every try of the schedule has failed. It can be sent again."""


NEXT_DELIVERY: Final[Mapping[DeliveryState, frozenset[DeliveryState]]] = {
    DeliveryState.WAITING: frozenset({DeliveryState.DELIVERED, DeliveryState.FAILED}),
    DeliveryState.DELIVERED: frozenset({DeliveryState.WAITING}),
    DeliveryState.FAILED: frozenset({DeliveryState.WAITING}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address, what it is told, and how it fares. Its secret is shown once, when it is made."""

    id: Id
    party: Id | None
    """The merchant it belongs to; None: the operator's, told everything."""
    url: str
    types: tuple[str, ...]
    state: WebhookState
    failing_since: int | None
    """Nanoseconds."""
    made: int
    """Nanoseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event for one webhook: how often it was tried and what came back."""

    id: Id
    webhook: Id
    event: Id
    type: str
    subject: Id
    position: Position
    state: DeliveryState
    due: int | None
    """Nanoseconds: when it is tried next. None while an earlier event of its subject waits."""
    tries: int
    tried: int | None
    """Nanoseconds."""
    status: int | None
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchedOff:
    """Told (as the event `webhook.disabled`) when the network has switched a webhook off."""

    webhook: Id
    party: Id | None
    url: str
    state: WebhookState
    failing_since: int | None
