"""Use cases that end a trade: close, reverse (called off with unknown outcome), expire."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from qianbao.clock import SECOND
from qianbao.credentials.models import Caller, Role
from qianbao.ids import NONE, Id, derive, of_int
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.payments.commit import Stands, settle
from qianbao.payments.room import Payments
from qianbao.payments.trade import plans
from qianbao.payments.trade.errors import TradeNotFound, TradeNotReversible
from qianbao.payments.trade.models import OPEN, Command, Trade, TradeState, answer, trade_id
from qianbao.payments.trade.service import payee_of

SWEEPER: Final = of_int(0x7166_104B_0000_7000_8000_0000_0000_0002)
"""The caller of the house's own commands that close what ran out."""


async def close(caller: Caller, room: Payments, *, command: Id, trade: Id) -> Receipt:
    """A merchant closes an unpaid trade. Raises `TradeNotFound`, `TradeAlreadyPaid`, `TradeClosed`."""
    asked = Command(caller=caller.id, id=command, digest=digest("close", trade))

    async def look(_turn: int) -> tuple[Trade, Plan]:
        stands = await merchants_trade(caller, room, trade)
        return stands, plans.close(stands, command=asked, now=room.clock.now())

    return await settle(caller, room, asked, look, usual=TransferCode.PAYMENT)


async def reverse(caller: Caller, room: Payments, *, command: Id, trade: Id) -> Receipt:
    """A till that does not know the outcome calls a trade off: unpaid, it is closed for good; paid today, all
    goes back. Called off before: the same again. Raises `TradeNotFound`, `TradeNotReversible`,
    `merchant_not_enough`.
    """
    asked = Command(caller=caller.id, id=command, digest=digest("reverse", trade))

    async def look(_turn: int) -> tuple[Trade, Plan] | Stands:
        stands = await merchants_trade(caller, room, trade)
        if stands.state is TradeState.REVERSED:
            return Stands(stands.id, answer(stands))
        now = room.clock.now()
        _in_time(caller, room, stands, now)
        return stands, plans.reverse(stands, command=asked, now=now)

    return await settle(caller, room, asked, look, usual=TransferCode.REVERSAL)


def _in_time(caller: Caller, room: Payments, stands: Trade, now: int) -> None:
    """A cashier calls off what was paid a moment ago, as its outcome was unknown; later it is a refund, and a
    supervisor's to agree to. Raises `TradeNotReversible`."""
    late = stands.state is TradeState.PAID and now > stands.paid + room.rules.cashier_reverse_s * SECOND
    if late and caller.role is Role.CASHIER:
        raise TradeNotReversible("It was paid some time ago: refund it, with a supervisor's approval.")


async def reverse_number(caller: Caller, room: Payments, *, command: Id, out_trade_no: str) -> Receipt:
    """As `reverse`, by the merchant's own number, for a till that never got an answer. A number that has not
    arrived is taken, so that a charge that is still on its way finds it reversed."""
    payee = await payee_of(caller, room, None)
    trade = trade_id(payee.merchant, out_trade_no)
    asked = Command(caller=caller.id, id=command, digest=digest("reverse", trade))

    async def look(_turn: int) -> tuple[Trade, Plan] | Stands:
        now = room.clock.now()
        stands = await room.trades.one(trade)
        if stands is not None and not at_home(caller, stands):
            raise TradeNotFound()
        if stands is None:
            plan = plans.bury(asked, payee=payee, out_trade_no=out_trade_no, now=now)
            grave = plan.steps[0]
            assert isinstance(grave, Trade)
            return grave, plan
        if stands.state is TradeState.REVERSED:
            return Stands(stands.id, answer(stands))
        _in_time(caller, room, stands, now)
        return stands, plans.reverse(stands, command=asked, now=now)

    return await settle(caller, room, asked, look, usual=TransferCode.REVERSAL)


async def merchants_trade(caller: Caller, room: Payments, trade: Id) -> Trade:
    """A trade of the merchant for whom the caller acts, and of the store, where the caller stands in one.

    Raises `TradeNotFound`, for another's too.
    """
    stands = await room.trades.one(trade)
    if stands is None or stands.merchant != caller.merchant or not at_home(caller, stands):
        raise TradeNotFound()
    return stands


def at_home(caller: Caller, trade: Trade) -> bool:
    """Whether a trade is of the caller's own store, where the caller stands in one."""
    return caller.store is None or trade.store is None or trade.store == caller.store


class Swept(msgspec.Struct, frozen=True):
    """What one sweep did."""

    closed: int
    more: bool
    """Whether more may wait."""


async def expire(room: Payments, *, limit: int = 500) -> Swept:
    """Close up to `limit` trades whose time to be paid is over, durably; for the worker, again and again.

    Several processes may sweep at once: each closing is one command. Raises `DatabaseLost`,
    `OutcomeUnknown`: then the mark stays, and the next sweep does it again.
    """
    now = room.clock.now()
    # A trade cannot be made behind the mark, for it may be paid for a minute at least; a clock that was set
    # back may stand behind it.
    mark = await room.trades.mark()
    if mark[0] > now:
        mark = (now, NONE)
    page = await room.trades.ran_out(mark, now, limit)
    closed = await asyncio.gather(*(_close(room, id) for id, _, open in page if open))
    if page:
        id, at, _ = page[-1]
        await room.trades.marked((at, id))
    return Swept(closed=sum(closed), more=len(page) == limit)


async def _close(room: Payments, trade: Id) -> bool:
    asked = Command(caller=SWEEPER, id=derive(trade, "expire"), digest=digest("expire", trade))
    stands = await room.trades.one(trade)
    while stands is not None and stands.state in OPEN:
        plan = plans.close(stands, command=asked, now=room.clock.now())
        match await room.journal.commit(plan):
            case Receipt() as receipt:
                return not receipt.replayed
            case _:
                stands = await room.trades.one(trade)
    return False
