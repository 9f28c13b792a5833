"""What was sought and what was found."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from qianbao.errors import Invalid
from qianbao.ids import Id


class SearchTooShort(Invalid):
    """A search needs two characters or more."""

    code = "search_too_short"


class Matched(StrEnum):
    """What of the found thing is what was sought."""

    ID = "id"
    NUMBER = "number"
    """A merchant's own number of a trade or a refund."""
    PHONE = "phone"
    ACCOUNT = "account"
    """An account number or a handle."""
    NAME = "name"
    AMOUNT = "amount"


class Thing(StrEnum):
    """What was found."""

    TRADE = "trade"
    REFUND = "refund"
    MERCHANT = "merchant"
    STORE = "store"
    TILL = "till"
    WALLET = "wallet"
    PERSON = "person"
    EVENT = "event"
    TRANSFER = "transfer"
    DELIVERY = "delivery"
    WEBHOOK = "webhook"
    HOUSE_ACCOUNT = "house_account"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was found."""

    kind: Thing
    id: Id
    matched: Matched
    title: str
    """A name (of a person: masked; of a trade: its merchant's), an event's type."""
    detail: str = ""
    trade: Id | None = None
    """The trade whose page tells more."""
    state: str | None = None
    amount: int | None = None
    """Minor units."""
    currency: str | None = None
    at: int | None = None
    """Nanoseconds."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a search found, the surest first."""

    hits: tuple[Hit, ...]
    more: bool
    """Whether there is more than is shown, or a part took too long and was left out: say more."""
