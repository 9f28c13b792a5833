"""A fact, as an event tells it; and why an event makes none."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from qianbao.ids import Id


class Kind(StrEnum):
    """What became known: a payment, or what amends it."""

    PAID = "paid"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    CORRECTED = "corrected"
    """The person's own word on the kind of a record."""


class Reason(StrEnum):
    """Why an event of a kind that is read makes no fact. Stable: what is mended is found by these."""

    DATA_MALFORMED = "data_malformed"
    """A member is missing or of another type than the event's schema says."""
    AMOUNTS_WRONG = "amounts_wrong"
    """The parts do not add up: more given or given back than the trade is for."""
    TIME_OUT_OF_RANGE = "time_out_of_range"
    """It is said to have happened after it was told, by more than a day, or before 1990."""
    PAYER_UNKNOWN = "payer_unknown"
    """No wallet of this network paid."""


class Payment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What an event says, before it is known whose it is. Amounts in minor units, times in nanoseconds."""

    kind: Kind
    trade: Id
    payer: Id
    """The wallet."""
    happened: int
    known: int
    amount: int
    own: int
    """Of `amount`, what the payer's wallet gave; the rest is subsidy."""
    refunded: int
    """Given back so far, all refunds together."""
    merchant: Id
    store: Id | None
    currency: str
    mcc: str
    scene: str
    brand: str
    city: str


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of `consumption_fact` and of the lake: a record as it stood when something became known."""

    seq: int
    record: Id
    """Derived from the trade with the person's salt: leads nowhere once the key row is gone."""
    person: Id
    """The pseudonym."""
    kind: Kind
    happened: int
    known: int
    day: date
    amount: int
    own: int
    refunded: int
    merchant: Id
    store: Id | None
    currency: str
    mcc: str
    category: str
    scene: str
    brand: str
    city: str
    tier: str
    cell: int | None


class Quarantined(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event that makes no fact, kept with the reason; it can be read again."""

    event: Id
    type: str
    reason: Reason
    detail: str
    data: str
    known: int
