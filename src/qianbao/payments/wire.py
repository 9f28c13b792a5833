"""Requests and answers of the hot routes, for bare msgspec doors. Amounts are minor units."""

from __future__ import annotations

from typing import Annotated

import msgspec

from qianbao.ids import Id
from qianbao.money import AMOUNT_MAX
from qianbao.payments.code.models import CODE
from qianbao.payments.trade.models import Scene, Trade, TradeState, answer

Amount = Annotated[int, msgspec.Meta(ge=1, le=AMOUNT_MAX, description="Minor units")]
Number = Annotated[
    str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$", description="Yours, once")
]
Line = Annotated[str, msgspec.Meta(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Attach = Annotated[
    str,
    msgspec.Meta(max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$", description="Given back to you unread"),
]
CurrencyLetters = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
Pin = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$", description="The payment PIN")]


class TradeRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A trade to create."""

    out_trade_no: Number
    amount: Amount
    currency: CurrencyLetters = "CNY"
    scene: Scene = Scene.NATIVE
    store: Id | None = None
    subject: Line = ""
    attach: Attach = ""
    subsidy: Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MAX)] = 0
    """How much of the amount the platform pays; needs the scope `subsidies:grant`."""
    expires_in_s: Annotated[int, msgspec.Meta(ge=0, le=7 * 86_400)] = 0
    """0: the house's default."""


class PayRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pay a trade, or confirm a charge that waits for the PIN."""

    wallet: Id
    pin: Pin | None = None


class CodePaymentRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Charge a payer's code."""

    code: Annotated[str, msgspec.Meta(pattern=f"^{CODE.pattern}$", description="18 digits")]
    out_trade_no: Number
    amount: Amount
    currency: CurrencyLetters = "CNY"
    store: Id | None = None
    subject: Line = ""
    attach: Attach = ""


class TradeView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A trade as its merchant and its payer see it. Moments are RFC 3339."""

    id: Id
    state: TradeState
    scene: Scene
    merchant: Id
    out_trade_no: str
    amount: int
    currency: str
    created_at: str
    payer: Id | None = None
    """The wallet that pays or paid."""
    expires_at: str | None = None
    paid_at: str | None = None
    paid_by_payer: int | None = None
    """Of the amount, what came from the payer's own wallet."""
    fee: int | None = None
    refunded: int | None = None
    fee_returned: int | None = None
    closed_at: str | None = None


class TradeDetails(TradeView, frozen=True, kw_only=True, omit_defaults=True):
    """A trade with all that its creator said."""

    store: Id | None = None
    brand: str | None = None
    mcc: str | None = None
    city: str | None = None
    till: str | None = None
    subject: str | None = None
    attach: str | None = None
    refunds: int = 0


def view(trade: Trade) -> TradeView:
    """A trade as commands answer it (`Receipt.result` has the same shape)."""
    return msgspec.convert(answer(trade), TradeView)


def details(trade: Trade) -> TradeDetails:
    """A trade in full, for reading."""
    return msgspec.convert(
        answer(trade)
        | {
            "store": trade.store,
            "brand": trade.brand or None,
            "mcc": trade.mcc or None,
            "city": trade.city or None,
            "till": trade.till or None,
            "subject": trade.subject or None,
            "attach": trade.attach or None,
            "refunds": trade.refunds,
        },
        TradeDetails,
    )
