"""What a refund does, pure. Amounts are minor units."""

from __future__ import annotations

from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.ids import Id
from qianbao.journal.models import Event, Plan
from qianbao.parties.chart import TransferCode
from qianbao.payments.fees.plans import fee_returned
from qianbao.payments.refund.models import (
    RefundAmountInvalid,
    RefundNew,
    RefundsTooMany,
    RefundTooLarge,
    RefundTooLate,
    shown,
)
from qianbao.payments.rules import DAY_S, Rules
from qianbao.payments.trade.chain import give_back
from qianbao.payments.trade.errors import TextTooLong, TradeNotPaid
from qianbao.payments.trade.models import (
    NEXT,
    REFUNDABLE,
    Command,
    Trade,
    TradeState,
    answer,
    facts,
)
from qianbao.payments.trade.plans import moved

OUT_REFUND_NO_MAX, REASON_MAX = 64, 128


def refund(
    trade: Trade,
    *,
    command: Command,
    out_refund_no: str,
    amount: int,
    reason: str,
    now: int,
    rules: Rules,
    cashier: Id | None = None,
    approved_by: Id | None = None,
) -> Plan:
    """Give `amount` of a paid trade back to those who funded it, and its part of the fee to the merchant.

    The payer's own money first, then subsidies, so refunds in any pieces add up to exactly what each put
    in; the fee left is always the fee of the amount left. Raises RefundAmountInvalid, TextTooLong,
    TradeNotPaid, RefundsTooMany, RefundTooLate, and RefundTooLarge unless 1 <= amount <= paid - refunded.
    """
    if amount < 1:
        raise RefundAmountInvalid(f"{amount} is no amount.", field="amount", expected="1 minor unit or more")
    for name, text, low, high in (
        ("out_refund_no", out_refund_no, 1, OUT_REFUND_NO_MAX),
        ("reason", reason, 0, REASON_MAX),
    ):
        if not low <= len(text) <= high or not text.isprintable():
            raise TextTooLong(name, low, high)
    if trade.state is TradeState.REFUNDED:
        raise RefundTooLarge(trade.id, asked=amount, refundable=0)
    if trade.state not in REFUNDABLE:
        raise TradeNotPaid(f"The trade is {trade.state}.")
    after = trade.refunded + amount
    if after > trade.amount:
        raise RefundTooLarge(trade.id, asked=amount, refundable=trade.amount - trade.refunded)
    if trade.refunds >= rules.refunds_max:
        raise RefundsTooMany(expected=f"at most {rules.refunds_max} refunds of one trade")
    if now > trade.paid + rules.refund_days * DAY_S * SECOND:
        raise RefundTooLate(expected=f"within {rules.refund_days} days of the payment")

    state = TradeState.REFUNDED if after == trade.amount else TradeState.PARTLY_REFUNDED
    assert state in NEXT[trade.state]
    refunded = replace(
        trade,
        version=trade.version + 1,
        state=state,
        refunded=after,
        fee_returned=fee_returned(trade.amount, trade.rate_bp, refunded=after),
        refunds=trade.refunds + 1,
    )
    given = RefundNew(
        id=command.id,
        trade=trade.id,
        merchant=trade.merchant,
        out_refund_no=out_refund_no,
        amount=amount,
        fee_returned=refunded.fee_returned - trade.fee_returned,
        reason=reason,
        at=now,
        cashier=cashier,
        approved_by=approved_by,
    )
    told = answer(refunded)
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        transfers=give_back(trade, refunded, command=command.id, code=TransferCode.REFUND),
        steps=(moved(trade, refunded), given),
        event=Event(type="trade.refunded", subject=trade.id, data=facts(refunded, told) | shown(given)),
        result=told | shown(given),
    )
