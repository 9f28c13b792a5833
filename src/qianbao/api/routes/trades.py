"""Trades once they stand: read, list, close, reverse, decline. Creating and paying: `paying.py`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import (
    EVERY_ROLE,
    CursorText,
    IdempotencyKey,
    PageSize,
    PartsDep,
    allowed,
    answered,
    command,
    cursor_made,
    cursor_read,
)
from qianbao.api.fields import Body
from qianbao.api.problems import problems
from qianbao.clock import nanoseconds
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.events.models import CursorMalformed
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.parties.errors import MerchantUnknown, WalletUnknown
from qianbao.payments.refund import models as refund_models
from qianbao.payments.trade import ending, errors, reading, service
from qianbao.payments.trade.models import Scene, Trade, TradeState, answer

router = APIRouter(tags=["trades"])

TILL_ROLES = (Role.CASHIER, Role.SUPERVISOR, Role.OWNER)
Till = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.TRADES_WRITE)]
Reader = Annotated[Caller, allowed(*EVERY_ROLE, scope=Scope.TRADES_READ)]
Person = Annotated[Caller, allowed(Role.PERSON)]
Number = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]


class TradeAnswer(BaseModel):
    """A trade. Amounts are minor units of its currency."""

    id: Id
    state: TradeState
    merchant: Id
    out_trade_no: str
    """The merchant's own number."""
    amount: int
    currency: str
    scene: Scene
    created_at: str
    payer: Id | None = None
    """The wallet that pays or paid."""
    expires_at: str | None = None
    paid_at: str | None = None
    paid_by_payer: int | None = None
    """Of the amount, what came from the payer's own wallet."""
    fee: int | None = None
    refunded: int = 0
    fee_returned: int = 0
    closed_at: str | None = None


class TradeInFull(TradeAnswer):
    """A trade with all that its creator said."""

    store: Id | None
    brand: str | None
    mcc: str | None
    city: str | None
    till: str | None
    subject: str
    attach: str | None
    """The merchant's own text; hidden from payers."""
    refunds: int


class TradeList(BaseModel):
    """Trades, newest first."""

    items: list[TradeInFull]
    next_cursor: str | None


class NumberRequest(Body):
    """A trade by the merchant's own number."""

    out_trade_no: Number


def in_full(trade: Trade, caller: Caller) -> TradeInFull:
    """A trade as the caller may see it."""
    more: dict[str, Any] = {
        name: getattr(trade, name) or None for name in ("store", "brand", "mcc", "city", "till")
    }
    return TradeInFull(
        **answer(trade),
        **more,
        subject=trade.subject,
        attach=None if caller.role is Role.PERSON else trade.attach,
        refunds=trade.refunds,
    )


@router.get("/trades/{trade_id}", responses=problems(errors.TradeNotFound))
async def get_trade(trade_id: Id, caller: Reader, parts: PartsDep) -> TradeInFull:
    """A trade: its merchant's, its payer's and the house's to see, and anybody's who might pay it."""
    return in_full(await reading.one(caller, parts.payments, trade_id), caller)


@router.get(
    "/trades",
    responses=problems(errors.TradeNotFound, MerchantUnknown, WalletUnknown, CursorMalformed),
)
async def list_trades(
    caller: Reader,
    parts: PartsDep,
    wallet: Annotated[
        Id | None, Query(description="For a person: one of their wallets; none, all of them")
    ] = None,
    merchant: Annotated[Id | None, Query(description="For the house: whose trades")] = None,
    store: Id | None = None,
    state: TradeState | None = None,
    since: Annotated[AwareDatetime | None, Query(description="Created then or later")] = None,
    out_trade_no: Annotated[Number | None, Query(description="The merchant's own number")] = None,
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> TradeList:
    """A merchant's trades (by number: one), or what a person paid, from one wallet or all; newest first."""
    room = parts.payments
    if caller.role is Role.PERSON:
        until = cursor_read(cursor, tuple[int])
        mine = await reading.of_payer(
            caller,
            room,
            wallet,
            until=max(1, until[0]) if until else None,
            limit=limit,
        )
        made = None if mine.next is None else cursor_made(mine.next)
        return TradeList(items=[in_full(one, caller) for one in mine.trades], next_cursor=made)
    if out_trade_no is not None:
        one = await reading.of_number(caller, room, out_trade_no)
        return TradeList(items=[in_full(one, caller)], next_cursor=None)
    page = await reading.of_merchant(
        caller,
        room,
        merchant=merchant,
        store=store,
        state=state,
        since=0 if since is None else max(0, nanoseconds(since)),
        before=cursor_read(cursor, tuple[int, Id]) or reading.NEWEST,
        limit=limit,
    )
    made = None if page.next is None else cursor_made(page.next[0], str(page.next[1]))
    return TradeList(items=[in_full(one, caller) for one in page.trades], next_cursor=made)


@router.post(
    "/trades/{trade_id}/close",
    responses=problems(
        errors.TradeNotFound, errors.TradeAlreadyPaid, errors.TradeClosed, errors.TradeBusy, CommandReused
    ),
)
async def close_trade(
    trade_id: Id, key: IdempotencyKey, caller: Till, parts: PartsDep, response: Response
) -> TradeAnswer:
    """Close an unpaid trade, so that it never will be paid."""
    receipt = await ending.close(caller, parts.payments, command=command(caller, key), trade=trade_id)
    return answered(receipt, response, TradeAnswer)


REVERSAL = (
    errors.TradeNotReversible,
    errors.MerchantFrozen,
    errors.PayerFrozen,
    errors.TradeBusy,
    refund_models.MerchantNotEnough,
    CommandReused,
)


@router.post("/trades/{trade_id}/reverse", responses=problems(errors.TradeNotFound, *REVERSAL))
async def reverse_trade(
    trade_id: Id, key: IdempotencyKey, caller: Till, parts: PartsDep, response: Response
) -> TradeAnswer:
    """Call a trade off whose outcome is unknown: unpaid, it is closed for good; paid today, all goes back."""
    receipt = await ending.reverse(caller, parts.payments, command=command(caller, key), trade=trade_id)
    return answered(receipt, response, TradeAnswer)


@router.post("/code-payments/reverse", responses=problems(errors.TextTooLong, MerchantUnknown, *REVERSAL))
async def reverse_code_payment(
    body: NumberRequest, key: IdempotencyKey, caller: Till, parts: PartsDep, response: Response
) -> TradeAnswer:
    """Call a charge off by the merchant's own number, when no answer came. A charge that has not arrived yet
    will find its number taken and take nothing."""
    receipt = await ending.reverse_number(
        caller, parts.payments, command=command(caller, key), out_trade_no=body.out_trade_no
    )
    return answered(receipt, response, TradeAnswer)


@router.post(
    "/trades/{trade_id}/decline",
    responses=problems(errors.TradeNotFound, errors.TradeNotPaying, errors.TradeBusy, CommandReused),
)
async def decline_trade(
    trade_id: Id, key: IdempotencyKey, caller: Person, parts: PartsDep, response: Response
) -> TradeAnswer:
    """Say no to a charge that waits for the PIN."""
    receipt = await service.decline(caller, parts.payments, command=command(caller, key), trade=trade_id)
    return answered(receipt, response, TradeAnswer)
