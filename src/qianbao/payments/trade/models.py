"""A trade, its states, and the steps that change its row."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

import msgspec

from qianbao.clock import rfc3339
from qianbao.ids import Id, derive
from qianbao.journal.models import Step


class TradeState(StrEnum):
    """Where a trade stands."""

    UNPAID = "unpaid"
    PAYING = "paying"
    """A till has charged it; the payer is asked for the PIN."""
    PAID = "paid"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CLOSED = "closed"
    """Never paid, and will not be: closed by the merchant, or its time ran out."""
    REVERSED = "reversed"
    """The till did not learn the outcome and called it off; whatever was paid went back in full."""
    FAILED = "failed"
    """The payer declined the charge."""


NEXT: Final[Mapping[TradeState, frozenset[TradeState]]] = {
    TradeState.UNPAID: frozenset(
        {TradeState.PAYING, TradeState.PAID, TradeState.CLOSED, TradeState.REVERSED}
    ),
    TradeState.PAYING: frozenset(
        {TradeState.PAID, TradeState.FAILED, TradeState.CLOSED, TradeState.REVERSED}
    ),
    TradeState.PAID: frozenset({TradeState.PARTLY_REFUNDED, TradeState.REFUNDED, TradeState.REVERSED}),
    TradeState.PARTLY_REFUNDED: frozenset({TradeState.PARTLY_REFUNDED, TradeState.REFUNDED}),
    TradeState.REFUNDED: frozenset(),
    TradeState.CLOSED: frozenset(),
    TradeState.REVERSED: frozenset(),
    TradeState.FAILED: frozenset(),
}
"""The state machine: from a state to those that may follow it."""

FIRST: Final = frozenset({TradeState.UNPAID, TradeState.PAYING, TradeState.PAID, TradeState.REVERSED})
"""States in which a trade may come into being. `REVERSED`: called off by a till before its charge arrived."""

OPEN: Final = frozenset({TradeState.UNPAID, TradeState.PAYING})
"""States in which no money has moved, and may still."""

REFUNDABLE: Final = frozenset({TradeState.PAID, TradeState.PARTLY_REFUNDED})


class Scene(StrEnum):
    """How payer and merchant met."""

    OFFLINE_CODE = "offline_code"
    """A till scanned the payer's code."""
    STATIC_QR = "static_qr"
    """The payer scanned a printed code."""
    NATIVE = "native"
    """The payer scanned a code made for this trade."""
    ONLINE = "online"
    """Within an app or a web page."""
    ACCOUNT_NUMBER = "account_number"
    """The payer typed the merchant's number."""


class Command(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who asks, under which id, and the digest of all that is asked."""

    caller: Id
    id: Id
    digest: int


class Payee(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The merchant, as a trade sees it: where the money goes and at what rate."""

    merchant: Id
    store: Id | None = None
    owner: Id | None = None
    """The person who owns it: who may not pay it."""
    mcc: str = ""
    """ISO 18245 category of the store."""
    city: str = ""
    rate_bp: int = 0
    currency: str = "CNY"


class Payer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The wallet that pays: its id is its ledger account."""

    wallet: Id
    brand: str = ""
    pinless_max: int = 0
    """The largest single payment without a PIN; the day's total and count stand on the ledger account."""


class Trade(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One payment of a merchant. Amounts in minor units, times in nanoseconds (0: not yet, or never)."""

    id: Id
    version: int = 1
    """Rises with every change of the row."""
    state: TradeState
    scene: Scene
    merchant: Id
    store: Id | None = None
    out_trade_no: str
    """The merchant's own number, once per merchant; the trade's id derives from it."""
    amount: int
    currency: str = "CNY"
    rate_bp: int = 0
    subsidies: tuple[tuple[Id, int], ...] = ()
    """(account, amount) of those who pay beside the payer."""
    subject: str = ""
    attach: str = ""
    """The merchant's own text, given back unread."""
    mcc: str = ""
    city: str = ""
    till: str = ""
    cashier: Id | None = None
    command: Id
    """The command that created it."""
    created: int
    expires: int = 0
    payer: Id | None = None
    """The wallet; known from the charge (paying) or the payment on."""
    brand: str = ""
    paid: int = 0
    closed: int = 0
    """When it was closed, reversed or declined."""
    fee: int = 0
    refunded: int = 0
    fee_returned: int = 0
    refunds: int = 0

    @property
    def own(self) -> int:
        """What the payer's own wallet gives."""
        return self.amount - sum(part for _, part in self.subsidies) if self.subsidies else self.amount

    @property
    def funding(self) -> tuple[tuple[Id, int], ...]:
        """(account, amount): the payer first, then those who subsidise. Needs a payer."""
        assert self.payer is not None
        return ((self.payer, self.own), *self.subsidies)


def trade_id(merchant: Id, out_trade_no: str) -> Id:
    """The id of a merchant's trade. It derives from the merchant's own number, so the primary key alone
    keeps the number unique, and a till that never got an answer can still name its trade."""
    return derive(merchant, out_trade_no)


class TradeNew(Step, Trade, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A new row. Stale when the trade's id, that is the merchant's number, is taken."""

    kind: ClassVar[str] = "trade_new"
    table: ClassVar[str] = "trade"
    order: ClassVar[int] = 800


class TradeMoved(Step, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A change of a row; what is left out stays as it is. Stale when the row has moved since `seen`."""

    kind: ClassVar[str] = "trade_moved"
    table: ClassVar[str] = "trade"
    order: ClassVar[int] = 800

    id: Id
    seen: int
    """The version on which the plan was made."""
    state: TradeState
    payer: Id | None = None
    brand: str | None = None
    scene: Scene | None = None
    paid: int | None = None
    closed: int | None = None
    fee: int | None = None
    refunded: int | None = None
    fee_returned: int | None = None
    refunds: int | None = None


def answer(trade: Trade) -> dict[str, Any]:
    """What a command on a trade answers: kept with its claim, given again to every repeat."""
    shown: dict[str, Any] = {
        "id": str(trade.id),
        "state": trade.state.value,
        "merchant": str(trade.merchant),
        "out_trade_no": trade.out_trade_no,
        "amount": trade.amount,
        "currency": trade.currency,
        "scene": trade.scene.value,
        "created_at": rfc3339(trade.created),
    }
    if trade.payer is not None:
        shown["payer"] = str(trade.payer)
    if trade.expires:
        shown["expires_at"] = rfc3339(trade.expires)
    if trade.paid:
        shown |= {"paid_at": rfc3339(trade.paid), "paid_by_payer": trade.own, "fee": trade.fee}
    if trade.refunded:
        shown |= {"refunded": trade.refunded, "fee_returned": trade.fee_returned}
    if trade.closed:
        shown["closed_at"] = rfc3339(trade.closed)
    return shown


def facts(trade: Trade, shown: dict[str, Any]) -> dict[str, Any]:
    """What an event tells of a trade, beside its `answer` (`shown`): all that receipts, webhooks and
    consumption records need."""
    told = shown.copy()
    told["trade"] = told.pop("id")
    if trade.store is not None:
        told["store"] = str(trade.store)
    if trade.mcc:
        told["mcc"] = trade.mcc
    if trade.city:
        told["city"] = trade.city
    if trade.brand:
        told["brand"] = trade.brand
    if trade.subject:
        told["subject"] = trade.subject
    if trade.attach:
        told["attach"] = trade.attach
    if trade.till:
        told["till"] = trade.till
    if trade.subsidies:
        told["subsidies"] = [{"account": str(account), "amount": part} for account, part in trade.subsidies]
    return told
