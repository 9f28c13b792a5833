"""Codes: the payer's, shown at a till; the merchant's, printed or told at a counter."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import Amount, IdempotencyKey, PartsDep, allowed, answered, anybody, command
from qianbao.api.fields import Body
from qianbao.api.problems import problems
from qianbao.api.routes.paying import PAYMENT
from qianbao.api.routes.trades import TILL_ROLES, TradeAnswer
from qianbao.clock import rfc3339
from qianbao.credentials import errors as credential_errors
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id
from qianbao.parties.errors import MerchantUnknown, StoreUnknown, WalletUnknown
from qianbao.payments.code import service as code_service
from qianbao.payments.code.models import CodeMalformed, CodeUnknown
from qianbao.payments.counter import service as counter
from qianbao.payments.counter.models import (
    Counter,
    CounterAmount,
    CounterKind,
    CounterMalformed,
    CounterUnknown,
    link,
)
from qianbao.payments.qr import payload
from qianbao.payments.qr import service as qr
from qianbao.payments.trade import errors

router = APIRouter(tags=["codes"])

Person = Annotated[Caller, allowed(Role.PERSON)]
Shop = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.TRADES_WRITE)]
ShopReader = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.TRADES_READ)]
Digits = Annotated[str, Path(pattern="^[1-9][0-9]{17}$", description="18 digits")]
CODE_FORM = "^([a-z2-7]{24}|[1-9][0-9]{7})$"
Token = Annotated[str, Path(pattern=CODE_FORM, description="From the QR code, or typed")]


class PayerCodeRequest(Body):
    """For which of the caller's wallets."""

    wallet: Id


class CodeView(BaseModel):
    """A new payer's code. It is shown once, here, and kept nowhere."""

    code: str
    """18 digits, for a QR code and a Code 128 bar code."""
    expires_at: str


class CodeStatus(BaseModel):
    """What became of the caller's own code."""

    state: str
    """`shown`, `used` or `expired`."""
    expires_at: str | None = None
    trade: TradeAnswer | None = None
    """The trade that used it; while it is `paying` it waits for the PIN."""


class CounterRequest(Body):
    """A code to print (`static_qr`, `amount_qr`), or a number to tell (`number`)."""

    kind: CounterKind
    store: Id | None = None
    amount: Amount | None = None
    subject: Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


class CounterView(BaseModel):
    """A merchant's code."""

    code: str
    kind: CounterKind
    link: str
    """The code as a link of this network."""
    payload: str
    """What the QR code holds: the code as an EMVCo merchant-presented payload."""
    merchant: Id
    merchant_name: str
    store: Id | None
    store_name: str | None
    amount: int | None
    subject: str


class CounterList(BaseModel):
    """A merchant's codes, newest first."""

    items: list[CounterView]


class CounterPaymentRequest(Body):
    """Pay at a counter. The amount is the payer's to say, unless the code has one."""

    wallet: Id
    code: Annotated[str, Field(pattern=CODE_FORM)]
    amount: Amount | None = None
    pin: Annotated[str, Field(pattern="^[0-9]{6}$")] | None = None
    note: Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


@router.post("/codes", status_code=201, responses=problems(WalletUnknown))
async def create_code(body: PayerCodeRequest, caller: Person, parts: PartsDep) -> CodeView:
    """A payer's code for one of the caller's wallets: good for a minute and for one payment."""
    shown = await code_service.issue(caller, parts.payments, wallet=body.wallet)
    return CodeView(code=shown.code, expires_at=rfc3339(shown.expires))


@router.get("/codes/{code}/status", responses=problems(CodeUnknown, CodeMalformed))
async def get_code_status(code: Digits, caller: Person, parts: PartsDep) -> CodeStatus:
    """What became of the caller's own code, and of the trade that used it."""
    return CodeStatus.model_validate(await code_service.status(caller, parts.payments, code))


@router.get("/codes/{code}", responses=problems(CounterUnknown), dependencies=[anybody()])
async def get_counter_code(code: Token, parts: PartsDep) -> CounterView:
    """Whom a scanned QR code or a typed number would pay."""
    return await _view(parts, await counter.read(parts.payments, code))


@router.post(
    "/counter-codes",
    status_code=201,
    responses=problems(CounterMalformed, errors.AmountOutOfRange, StoreUnknown, MerchantUnknown),
)
async def create_counter_code(body: CounterRequest, caller: Shop, parts: PartsDep) -> CounterView:
    """A new code of the merchant's, to print or to tell."""
    made = await counter.put_up(
        caller,
        parts.payments,
        kind=body.kind,
        store=body.store,
        amount=body.amount,
        subject=body.subject,
    )
    return await _view(parts, made)


@router.get("/counter-codes")
async def list_counter_codes(caller: ShopReader, parts: PartsDep) -> CounterList:
    """The merchant's codes that are not withdrawn, newest first."""
    found = await counter.of_merchant(caller, parts.payments)
    return CounterList(items=[await _view(parts, one) for one in found])


@router.delete("/counter-codes/{code}", status_code=204, responses=problems(CounterUnknown))
async def withdraw_counter_code(code: Token, caller: Shop, parts: PartsDep) -> None:
    """Withdraw a code: it cannot be paid any more."""
    await counter.withdraw(caller, parts.payments, token=code)


@router.post(
    "/counter-payments",
    status_code=201,
    responses=problems(
        CounterUnknown,
        CounterAmount,
        WalletUnknown,
        errors.AmountOutOfRange,
        errors.PinRequired,
        credential_errors.PinWrong,
        credential_errors.PinLocked,
        *PAYMENT,
    ),
)
async def pay_at_counter(
    body: CounterPaymentRequest,
    key: IdempotencyKey,
    caller: Person,
    parts: PartsDep,
    response: Response,
) -> TradeAnswer:
    """Pay at a counter whose code was scanned or whose number was typed: a new trade, paid, in one call."""
    receipt = await counter.pay_at(
        caller,
        parts.payments,
        command=command(caller, key),
        wallet=body.wallet,
        token=body.code,
        amount=body.amount,
        pin=body.pin,
        note=body.note,
    )
    return answered(receipt, response, TradeAnswer)


async def _view(parts: PartsDep, found: Counter) -> CounterView:
    merchant = await parts.parties.merchant(found.merchant)
    store = None if found.store is None else await parts.parties.store(found.store)
    return CounterView(
        code=found.token,
        kind=found.kind,
        link=link(found),
        payload=payload.encode(await qr.of_counter(parts.payments, found)),
        merchant=found.merchant,
        merchant_name=merchant.name,
        store=found.store,
        store_name=store.name if store else None,
        amount=found.amount,
        subject=found.subject,
    )
