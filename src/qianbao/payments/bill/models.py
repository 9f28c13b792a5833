"""A line of a person's bills, what may be asked for, and a receipt."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from qianbao.ids import Id
from qianbao.insight.records.categories import Category
from qianbao.parties.chart import TransferCode
from qianbao.payments.refund.models import Refund
from qianbao.payments.trade.models import Trade, TradeState


class BillKind(StrEnum):
    """What a wallet's owner calls a bill, by the ledger's names; freezes and the like are none."""

    TOPUP = "topup"
    WITHDRAWAL = "withdrawal"
    PAYMENT = "payment"
    REFUND = "refund"
    REVERSAL = "reversal"
    PERSONAL_PAYMENT = "personal_payment"
    PERSONAL_PAYMENT_RETURNED = "personal_payment_returned"
    RED_PACKET_FUNDED = "red_packet_funded"
    RED_PACKET_GRABBED = "red_packet_grabbed"
    RED_PACKET_RETURNED = "red_packet_returned"
    COLLECTION = "collection"


KIND_OF: Final[dict[int, BillKind]] = {TransferCode[kind.name]: kind for kind in BillKind}
OF_TRADES: Final = frozenset({BillKind.PAYMENT, BillKind.REFUND, BillKind.REVERSAL})
TO_PEOPLE: Final = frozenset(
    {BillKind.PERSONAL_PAYMENT, BillKind.PERSONAL_PAYMENT_RETURNED, BillKind.COLLECTION}
)


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """Money that moved on one of a person's wallets."""

    id: Id
    """The transfer's."""
    kind: BillKind
    wallet: Id
    amount: int
    """Minor units; negative where it left the wallet."""
    currency: str
    at: int
    """Nanoseconds."""
    about: Id | None = None
    """The trade, top-up, withdrawal, personal payment, red packet or collection."""
    name: str = ""
    """The merchant's; a person's is masked. Empty: nobody's (a bank, a red packet)."""
    category: Category | None = None
    """Of a payment to a merchant."""
    subject: str = ""
    state: TradeState | None = None
    """Of the trade."""
    refunded: int = 0
    """Of the trade, minor units."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which bills. What is left out stands for any."""

    wallet: Id | None = None
    kinds: frozenset[BillKind] = frozenset(BillKind)
    text: str = ""
    """In the name, in the subject, or an amount as it is written."""
    since: int = 0
    until: int = 0
    """Nanoseconds, inclusive; 0: no bound."""


class BillPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the bills, newest first. `next`: up to which moment the next part reads; None: the end."""

    bills: list[Bill]
    next: int | None = None


class BillReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A trade as its payer sees it, with whom it was and what went back."""

    trade: Trade
    merchant_name: str
    store_name: str
    category: Category
    refunds: list[Refund]
