"""A trade's whole story. Amounts in minor units, moments in nanoseconds."""

from __future__ import annotations

from typing import Any

import msgspec

from qianbao.ids import Id
from qianbao.payments.refund.models import Refund
from qianbao.payments.trade.models import Trade


class Name(msgspec.Struct, frozen=True, kw_only=True):
    """Whom or what an id stands for."""

    id: Id
    kind: str
    """`wallet`, `merchant`, `person`, `staff`, `operator`, a house account's code, or `unknown`."""
    name: str
    """Of a person: masked."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger transfer of the trade."""

    id: Id
    code: str
    debit: Name
    credit: Name
    amount: int
    currency: str
    at: int
    pending: bool


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A command on the trade: its event, or its refusal."""

    id: Id
    type: str
    at: int
    """The moment it became durable."""
    caller: Name
    refused: str | None
    """The code of the error, where it was refused. Nothing moved then."""
    data: dict[str, Any]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery of one of its events to a webhook."""

    id: Id
    webhook: Id
    url: str
    event: Id
    type: str
    state: str
    tries: int
    tried_at: int | None
    status: int | None
    answer: str | None
    next_try_at: int | None


class Trail(msgspec.Struct, frozen=True, kw_only=True):
    """A trade and everything that happened to it."""

    trade: Trade
    merchant: Name
    payer: Name | None
    store: str | None
    refunds: tuple[Refund, ...]
    transfers: tuple[Move, ...]
    events: tuple[Told, ...]
    whole: bool
    """Whether all its events were found: as many as its version says."""
    deliveries: tuple[Sent, ...]
