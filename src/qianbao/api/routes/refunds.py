"""Refunds of trades: give money back, list them, find one by its number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from qianbao.api import audit
from qianbao.api.deps import Amount, IdempotencyKey, PartsDep, allowed, answered, command
from qianbao.api.fields import Body, Login, Pin
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.routes.trades import TILL_ROLES, Number, TradeAnswer
from qianbao.credentials.approval import approve
from qianbao.credentials.errors import ApprovalNeeded, ApprovalRefused, PinLocked
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.rate import TooManyTries
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.payments.refund import models as refund_models
from qianbao.payments.refund import service as refund
from qianbao.payments.trade import ending, errors

router = APIRouter(tags=["trades"])

Refunder = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.REFUNDS_WRITE)]
ShopReader = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.TRADES_READ)]


class Approval(Body):
    """A supervisor of the store, who agrees with their PIN."""

    login: Login
    pin: Pin


class RefundRequest(Body):
    """What goes back, and the merchant's own number for it. A cashier needs a supervisor's approval."""

    amount: Amount
    out_refund_no: Number
    reason: Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    approval: Approval | None = None


class RefundAnswer(TradeAnswer):
    """The trade after the refund, and the refund."""

    refund: Id
    out_refund_no: str
    refund_amount: int
    refund_fee_returned: int
    """What of the fee came back to the merchant with this refund."""
    reason: str
    refunded_at: str


class RefundView(BaseModel):
    """One refund of a trade."""

    refund: Id
    trade: Id
    out_refund_no: str
    refund_amount: int
    refund_fee_returned: int
    reason: str
    refunded_at: str
    cashier: Id | None
    """Who gave it back at a till."""
    approved_by: Id | None
    """The supervisor who agreed."""


class RefundList(BaseModel):
    """Refunds, oldest first."""

    items: list[RefundView]


def _refund(one: refund_models.Refund) -> RefundView:
    return RefundView(
        trade=one.trade, cashier=one.cashier, approved_by=one.approved_by, **refund_models.shown(one)
    )


@router.post(
    "/trades/{trade_id}/refunds",
    status_code=201,
    responses=problems(
        errors.TradeNotFound,
        errors.TradeNotPaid,
        errors.TradeBusy,
        errors.PayerFrozen,
        errors.MerchantFrozen,
        refund_models.RefundTooLarge,
        refund_models.RefundsTooMany,
        refund_models.RefundTooLate,
        refund_models.OutRefundNoUsed,
        refund_models.MerchantNotEnough,
        CommandReused,
        ApprovalNeeded,
        ApprovalRefused,
        PinLocked,
        TooManyTries,
    ),
)
async def refund_trade(
    trade_id: Id,
    body: RefundRequest,
    key: IdempotencyKey,
    caller: Refunder,
    parts: PartsDep,
    request: Request,
    response: Response,
) -> RefundAnswer:
    """Give money of a paid trade back, in one piece or many, never more than was paid. A cashier sends a
    supervisor's approval along."""
    await ending.merchants_trade(caller, parts.payments, trade_id)
    approved_by = await _approved(request, parts, caller, body.approval)
    receipt = await refund.refund(
        caller,
        parts.payments,
        command=command(caller, key),
        trade=trade_id,
        out_refund_no=body.out_refund_no,
        amount=body.amount,
        reason=body.reason,
        approved_by=approved_by,
    )
    return answered(receipt, response, RefundAnswer)


async def _approved(request: Request, parts: Parts, caller: Caller, approval: Approval | None) -> Id | None:
    if approval is not None:
        supervisor = await approve(parts.credentials, caller, login=approval.login, pin=approval.pin)
        await audit.approved(request, parts, supervisor)
        return supervisor.id
    if caller.role is Role.CASHIER:
        raise ApprovalNeeded(field="approval", expected="a supervisor's login and PIN")
    return None


@router.get("/trades/{trade_id}/refunds", responses=problems(errors.TradeNotFound))
async def list_refunds(trade_id: Id, caller: ShopReader, parts: PartsDep) -> RefundList:
    """A trade's refunds, oldest first."""
    found = await refund.refunds_of(caller, parts.payments, trade_id)
    return RefundList(items=[_refund(one) for one in found])


@router.get("/refunds", responses=problems(refund_models.RefundNotFound))
async def get_refund(
    out_refund_no: Annotated[Number, Query(description="The merchant's own number")],
    caller: ShopReader,
    parts: PartsDep,
) -> RefundView:
    """A refund by the merchant's own number."""
    return _refund(await refund.find(caller, parts.payments, out_refund_no))
