"""From an event to what it says of consumption, pure."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from qianbao.clock import SECOND, nanoseconds
from qianbao.events.models import Told
from qianbao.ids import of_bytes
from qianbao.insight.records.models import Kind, Payment, Quarantined, Reason

KINDS: Final = {"trade.paid": Kind.PAID, "trade.refunded": Kind.REFUNDED, "trade.reversed": Kind.REVERSED}
"""The events that are read, by type."""
EARLIEST: Final = 631_152_000 * SECOND
AHEAD_MAX: Final = 86_400 * SECOND


class _Data(msgspec.Struct, gc=False):
    trade: UUID
    merchant: UUID
    amount: int
    currency: str
    scene: str
    payer: UUID | None = None
    paid_at: datetime | None = None
    paid_by_payer: int = 0
    refunded: int = 0
    store: UUID | None = None
    mcc: str = ""
    city: str = ""
    brand: str = ""
    occurred_at: datetime | None = None


_decode: Final = msgspec.json.Decoder(_Data).decode


def read(told: Told) -> Payment | Quarantined | None:
    """What an event says; None where it is not about consumption: another type, or never paid."""
    kind = KINDS.get(told.type)
    if kind is None:
        return None
    try:
        data = _decode(told.data)
    except (msgspec.DecodeError, UnicodeDecodeError) as broken:
        return _kept(told, Reason.DATA_MALFORMED, str(broken))
    if data.paid_at is None or data.payer is None:
        if kind is Kind.REVERSED:
            return None  # called off before it was paid
        return _kept(told, Reason.DATA_MALFORMED, "It says not who paid, or not when.")
    at = data.occurred_at or data.paid_at
    if at.tzinfo is None:
        return _kept(told, Reason.DATA_MALFORMED, "A time without its zone.")
    happened = nanoseconds(at)
    if not EARLIEST <= happened <= told.at + AHEAD_MAX:
        return _kept(told, Reason.TIME_OUT_OF_RANGE, at.isoformat())
    if not (0 <= data.paid_by_payer <= data.amount < 2**62 and 0 <= data.refunded <= data.amount > 0):
        detail = f"{data.paid_by_payer} and {data.refunded} of {data.amount}"
        return _kept(told, Reason.AMOUNTS_WRONG, detail)
    return Payment(
        kind=kind,
        trade=of_bytes(data.trade.bytes),
        payer=of_bytes(data.payer.bytes),
        happened=happened,
        known=told.at,
        amount=data.amount,
        own=data.paid_by_payer,
        refunded=data.refunded,
        merchant=of_bytes(data.merchant.bytes),
        store=of_bytes(data.store.bytes) if data.store else None,
        currency=data.currency,
        mcc=data.mcc,
        scene=data.scene,
        brand=data.brand,
        city=data.city,
    )


def payer_unknown(told: Told, payment: Payment) -> Quarantined:
    """The event of a payment whose wallet nobody holds."""
    return _kept(told, Reason.PAYER_UNKNOWN, str(payment.payer))


def _kept(told: Told, reason: Reason, detail: str) -> Quarantined:
    return Quarantined(
        event=told.id, type=told.type, reason=reason, detail=detail[:200], data=told.data, known=told.at
    )
