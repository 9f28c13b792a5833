"""Use case: a merchant gives money of a trade back."""

from __future__ import annotations

from qianbao.credentials.models import Caller
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.payments.commit import Stands, settle
from qianbao.payments.refund import plans
from qianbao.payments.refund.models import OutRefundNoUsed, Refund, RefundNotFound, shown
from qianbao.payments.room import Payments
from qianbao.payments.trade.ending import merchants_trade
from qianbao.payments.trade.models import Command, Trade, answer


async def refund(
    caller: Caller,
    room: Payments,
    *,
    command: Id,
    trade: Id,
    out_refund_no: str,
    amount: int,
    reason: str = "",
    approved_by: Id | None = None,
) -> Receipt:
    """Refund `amount` minor units of a trade, durably. The same number with the same content is the same
    refund. `approved_by`: the supervisor who agreed, proved at the door.

    Raises `TradeNotFound`, `OutRefundNoUsed`, what `plans.refund` refuses, `merchant_not_enough`,
    `payer_frozen`, `merchant_frozen`.
    """
    asked = Command(
        caller=caller.id, id=command, digest=digest("refund", trade, out_refund_no, amount, reason)
    )

    async def look(turn: int) -> tuple[Trade, Plan] | Stands:
        stands = await merchants_trade(caller, room, trade)
        refused: QianbaoError | None = None
        try:
            plan = plans.refund(
                stands,
                command=asked,
                out_refund_no=out_refund_no,
                amount=amount,
                reason=reason,
                now=room.clock.now(),
                rules=room.rules,
                cashier=caller.id,
                approved_by=approved_by,
            )
            if not turn:
                return stands, plan
        except QianbaoError as no:
            refused, plan = no, None
        # It is refused, or stale: perhaps because this very refund stands.
        given = await room.refunds.of_number(stands.merchant, out_refund_no)
        if given is not None and given.id != command:
            if (given.trade, given.amount, given.reason) != (trade, amount, reason):
                raise OutRefundNoUsed(out_refund_no)
            return Stands(stands.id, answer(stands) | shown(given))
        if plan is None:
            assert refused is not None
            raise refused
        return stands, plan

    return await settle(caller, room, asked, look, usual=TransferCode.REFUND)


async def refunds_of(caller: Caller, room: Payments, trade: Id) -> list[Refund]:
    """A trade's refunds, oldest first. Raises `TradeNotFound`."""
    await merchants_trade(caller, room, trade)
    return await room.refunds.of_trade(trade)


async def find(caller: Caller, room: Payments, out_refund_no: str) -> Refund:
    """A merchant's refund by its own number. Raises `RefundNotFound`, `TradeNotFound` (of another store)."""
    found = await room.refunds.of_number(caller.merchant, out_refund_no) if caller.merchant else None
    if found is None:
        raise RefundNotFound()
    await merchants_trade(caller, room, found.trade)
    return found
