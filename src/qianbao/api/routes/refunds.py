"""Refunds of trades: give money back, list them, find one by its number."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import Amount, IdempotencyKey, PartsDep, allowed, answered, command
from qianbao.api.fields import Body
from qianbao.api.problems import problems
from qianbao.api.routes.trades import TILL_ROLES, Number, TradeAnswer
from qianbao.credentials.models import Caller, Scope
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.payments.refund import models as refund_models
from qianbao.payments.refund import service as refund
from qianbao.payments.trade import errors

router = APIRouter(tags=["trades"])

Refunder = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.REFUNDS_WRITE)]
ShopReader = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.TRADES_READ)]


class RefundRequest(Body):
    """What goes back, and the merchant's own number for it."""

    amount: Amount
    out_refund_no: Number
    reason: Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""


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


class RefundList(BaseModel):
    """Refunds, oldest first."""

    items: list[RefundView]


def _refund(one: refund_models.Refund) -> RefundView:
    return RefundView(trade=one.trade, **refund_models.shown(one))


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
    ),
)
async def refund_trade(
    trade_id: Id,
    body: RefundRequest,
    key: IdempotencyKey,
    caller: Refunder,
    parts: PartsDep,
    response: Response,
) -> RefundAnswer:
    """Give money of a paid trade back, in one piece or many, never more than was paid."""
    receipt = await refund.refund(
        caller,
        parts.payments,
        command=command(caller, key),
        trade=trade_id,
        out_refund_no=body.out_refund_no,
        amount=body.amount,
        reason=body.reason,
    )
    return answered(receipt, response, RefundAnswer)


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
