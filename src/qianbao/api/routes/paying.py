"""The hot routes: create a trade, pay it, charge a payer's code. Bare ASGI and msgspec (see `api/hot.py`)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter
from msgspec import Meta

from qianbao.api.deps import Allowed
from qianbao.api.hot import HotRoute
from qianbao.api.parts import Parts
from qianbao.credentials import errors as credential_errors
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id
from qianbao.journal import CommandReused, Receipt
from qianbao.money import AMOUNT_MAX
from qianbao.parties.errors import StoreUnknown, WalletUnknown
from qianbao.payments.code import service as code
from qianbao.payments.code.guesses import TooManyGuesses
from qianbao.payments.code.models import CodeExpired, CodeMalformed, CodeUnknown, CodeUsed
from qianbao.payments.trade import errors as trade_errors
from qianbao.payments.trade import models as trade_models
from qianbao.payments.trade import service as trade

Amount = Annotated[int, Meta(ge=1, le=AMOUNT_MAX, description="Minor units", examples=[28_16])]
Letters = Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217", examples=["CNY"])]
OutTradeNo = Annotated[
    str, Meta(min_length=1, max_length=64, pattern=r"^[ -~]+$", description="The merchant's own number")
]
Subject = Annotated[str, Meta(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
Attach = Annotated[str, Meta(max_length=512, pattern=r"^[^\x00-\x1f\x7f]*$")]


class TradeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A trade to be paid. `subsidy` of it comes from the platform's budget (scope `subsidies:grant`)."""

    out_trade_no: OutTradeNo
    amount: Amount
    currency: Letters = "CNY"
    scene: trade_models.Scene = trade_models.Scene.NATIVE
    store: UUID | None = None
    subject: Subject = ""
    attach: Attach = ""
    subsidy: Annotated[int, Meta(ge=0, le=AMOUNT_MAX)] = 0
    expires_in_s: Annotated[int, Meta(ge=0, le=604_800, description="0: two hours")] = 0


class PayRequest(msgspec.Struct, frozen=True, kw_only=True):
    """From which of the caller's wallets; the PIN where the amount or the day's totals need it."""

    wallet: UUID
    pin: Annotated[str, Meta(pattern="^[0-9]{6}$")] | None = None


class CodeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A payer's code as scanned, and what it is charged for."""

    code: Annotated[str, Meta(pattern="^[0-9]{18}$", examples=["131234567890123456"])]
    out_trade_no: OutTradeNo
    amount: Amount
    currency: Letters = "CNY"
    store: UUID | None = None
    subject: Subject = ""
    attach: Attach = ""


class TradeView(msgspec.Struct, frozen=True, kw_only=True):
    """A trade as its commands answer."""

    id: UUID
    state: trade_models.TradeState
    merchant: UUID
    out_trade_no: str
    amount: int
    currency: str
    scene: trade_models.Scene
    created_at: str
    payer: UUID | msgspec.UnsetType = msgspec.UNSET
    expires_at: str | msgspec.UnsetType = msgspec.UNSET
    paid_at: str | msgspec.UnsetType = msgspec.UNSET
    paid_by_payer: int | msgspec.UnsetType = msgspec.UNSET
    fee: int | msgspec.UnsetType = msgspec.UNSET
    refunded: int | msgspec.UnsetType = msgspec.UNSET
    fee_returned: int | msgspec.UnsetType = msgspec.UNSET
    closed_at: str | msgspec.UnsetType = msgspec.UNSET


async def _create(parts: Parts, caller: Caller, _id: Id | None, asked: TradeRequest, command: Id) -> Receipt:
    return await trade.prepay(
        caller,
        parts.payments,
        command=command,
        out_trade_no=asked.out_trade_no,
        amount=asked.amount,
        scene=asked.scene,
        currency=asked.currency,
        store=asked.store,
        subject=asked.subject,
        attach=asked.attach,
        subsidy=asked.subsidy,
        expires_in_s=asked.expires_in_s,
    )


async def _pay(parts: Parts, caller: Caller, id: Id | None, asked: PayRequest, command: Id) -> Receipt:
    assert id is not None
    return await trade.pay(
        caller, parts.payments, command=command, trade=id, wallet=asked.wallet, pin=asked.pin
    )


async def _charge(parts: Parts, caller: Caller, _id: Id | None, asked: CodeRequest, command: Id) -> Receipt:
    return await code.charge(
        caller,
        parts.payments,
        command=command,
        code=asked.code,
        out_trade_no=asked.out_trade_no,
        amount=asked.amount,
        currency=asked.currency,
        store=asked.store,
        subject=asked.subject,
        attach=asked.attach,
    )


TILL = Allowed((Role.CASHIER, Role.SUPERVISOR, Role.OWNER), Scope.TRADES_WRITE)
"""Who takes payments for a merchant."""
DRAFT = (
    trade_errors.AmountOutOfRange,
    trade_errors.CurrencyMismatch,
    trade_errors.ExpiresOutOfRange,
    trade_errors.OutTradeNoUsed,
    StoreUnknown,
    CommandReused,
)
PAYMENT = (
    trade_errors.PaysItself,
    trade_errors.PayerFrozen,
    trade_errors.MerchantFrozen,
    trade_errors.TradeBusy,
    trade_errors.TradeClosed,
    trade_errors.TradeAlreadyPaid,
    trade_errors.TradeExpired,
    CommandReused,
)

router = APIRouter()
hot = (
    HotRoute(
        path="/api/v1/trades",
        body=TradeRequest,
        answer=TradeView,
        guard=TILL,
        handle=_create,
        errors=(*DRAFT, trade_errors.SubsidyNotGranted),
        summary="Create a trade to be paid",
        tags=("trades",),
    ),
    HotRoute(
        path="/api/v1/trades/{trade_id}/pay",
        body=PayRequest,
        answer=TradeView,
        guard=Allowed((Role.PERSON,), None),
        handle=_pay,
        errors=(
            trade_errors.TradeNotFound,
            WalletUnknown,
            *PAYMENT,
            trade_errors.PinRequired,
            credential_errors.PinWrong,
            credential_errors.PinLocked,
        ),
        summary="Pay a trade, or confirm a charge that waits for the PIN",
        tags=("trades",),
    ),
    HotRoute(
        path="/api/v1/code-payments",
        body=CodeRequest,
        answer=TradeView,
        guard=TILL,
        handle=_charge,
        errors=(*DRAFT, *PAYMENT, CodeMalformed, CodeUnknown, CodeUsed, CodeExpired, TooManyGuesses),
        summary="Charge a payer's code: a new trade, paid, in one call",
        tags=("trades",),
    ),
)
