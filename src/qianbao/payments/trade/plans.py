"""What a trade does, pure: a command and what is known give a plan, or a refusal. No I/O.

Amounts are minor units, times nanoseconds. Money of a payment is one linked chain: payer to merchant,
subsidies to merchant, merchant to fee, so a refusal of any leg refuses all.
"""

from __future__ import annotations

from msgspec.structs import replace

from qianbao.clock import SECOND, business_date
from qianbao.ids import Id
from qianbao.journal.models import Event, Plan, Transfer
from qianbao.parties.chart import TransferCode
from qianbao.payments.fees.plans import fee
from qianbao.payments.rules import Rules
from qianbao.payments.trade.chain import SUBSIDY_ACCOUNT, give_back, payment
from qianbao.payments.trade.errors import (
    AmountOutOfRange,
    CurrencyMismatch,
    ExpiresOutOfRange,
    TextTooLong,
    TradeAlreadyPaid,
    TradeClosed,
    TradeExpired,
    TradeNotPaying,
    TradeNotReversible,
    TradeWaitsForPayer,
)
from qianbao.payments.trade.models import (
    NEXT,
    OPEN,
    REFUNDABLE,
    Command,
    Payee,
    Payer,
    Scene,
    Trade,
    TradeMoved,
    TradeNew,
    TradeState,
    answer,
    facts,
    trade_id,
)

OUT_TRADE_NO_MAX, SUBJECT_MAX, ATTACH_MAX, TILL_MAX = 64, 128, 512, 32


def draft(
    command: Command,
    *,
    payee: Payee,
    out_trade_no: str,
    amount: int,
    scene: Scene,
    now: int,
    rules: Rules,
    currency: str = "CNY",
    subject: str = "",
    attach: str = "",
    subsidy: int = 0,
    expires_in_s: int = 0,
    till: str = "",
    cashier: Id | None = None,
) -> TradeNew:
    """An unpaid trade as it would be created; `subsidy` of it comes from the platform's budget.

    Raises AmountOutOfRange, CurrencyMismatch, TextTooLong, ExpiresOutOfRange.
    """
    if not 1 <= amount <= rules.amount_max:
        raise AmountOutOfRange(amount, rules.amount_max)
    if not 0 <= subsidy < amount:
        raise AmountOutOfRange(subsidy, amount - 1, field="subsidy")
    if currency != payee.currency:
        raise CurrencyMismatch(field="currency", expected=payee.currency)
    expires_in_s = expires_in_s or rules.expires_s
    if not rules.expires_s_min <= expires_in_s <= rules.expires_s_max:
        raise ExpiresOutOfRange(rules.expires_s_min, rules.expires_s_max)
    for name, text, low, high in (
        ("out_trade_no", out_trade_no, 1, OUT_TRADE_NO_MAX),
        ("subject", subject, 0, SUBJECT_MAX),
        ("attach", attach, 0, ATTACH_MAX),
        ("till", till, 0, TILL_MAX),
    ):
        if not low <= len(text) <= high or not text.isprintable():
            raise TextTooLong(name, low, high)
    return TradeNew(
        id=trade_id(payee.merchant, out_trade_no),
        state=TradeState.UNPAID,
        scene=scene,
        merchant=payee.merchant,
        store=payee.store,
        out_trade_no=out_trade_no,
        amount=amount,
        currency=currency,
        rate_bp=payee.rate_bp,
        subsidies=((SUBSIDY_ACCOUNT, subsidy),) if subsidy else (),
        subject=subject,
        attach=attach,
        mcc=payee.mcc,
        city=payee.city,
        till=till,
        cashier=cashier,
        command=command.id,
        created=now,
        expires=now + expires_in_s * SECOND,
    )


def same(trade: Trade, other: Trade) -> bool:
    """Whether two trades of one number ask for the same: then the first stands for both."""
    return (
        trade.merchant == other.merchant
        and trade.out_trade_no == other.out_trade_no
        and trade.amount == other.amount
        and trade.currency == other.currency
        and trade.own == other.own
        and trade.store == other.store
        and trade.subject == other.subject
        and trade.attach == other.attach
    )


def create(new: TradeNew, *, command: Command) -> Plan:
    """Keep a draft as an unpaid trade."""
    return _plan(command, new, "trade.created", step=new)


def pay(
    trade: Trade, *, command: Command, payer: Payer, now: int, pin: bool, scene: Scene | None = None
) -> Plan:
    """Pay a trade, new (a draft) or standing, in full from one wallet.

    `pin`: the payer's PIN was verified for this command; without it the payment counts against the payer's
    pinless day. Raises TradeAlreadyPaid, TradeClosed, TradeExpired, TradeWaitsForPayer.
    """
    payable(trade, payer=payer.wallet, now=now)
    after = replace(
        trade,
        version=trade.version + 1,
        state=TradeState.PAID,
        payer=payer.wallet,
        brand=payer.brand,
        scene=scene or trade.scene,
        paid=now,
        fee=fee(trade.amount, trade.rate_bp),
    )
    return change(command, trade, after, "trade.paid", transfers=payment(after, command=command.id, pin=pin))


def ask(trade: Trade, *, command: Command, payer: Payer, now: int) -> Plan:
    """Charge a trade to a wallet whose PIN is needed: it waits, `paying`, for `pay` by that payer.

    Raises TradeAlreadyPaid, TradeClosed, TradeExpired, TradeWaitsForPayer.
    """
    payable(trade, payer=None, now=now)
    after = replace(
        trade,
        version=trade.version + 1,
        state=TradeState.PAYING,
        payer=payer.wallet,
        brand=payer.brand,
        scene=Scene.OFFLINE_CODE,
    )
    return change(command, trade, after, "trade.paying")


def decline(trade: Trade, *, command: Command, now: int) -> Plan:
    """The payer says no to a charge that waits. Raises TradeNotPaying."""
    if trade.state is not TradeState.PAYING:
        raise TradeNotPaying(f"The trade is {trade.state}.")
    after = replace(trade, version=trade.version + 1, state=TradeState.FAILED, closed=now)
    return change(command, trade, after, "trade.failed")


def close(trade: Trade, *, command: Command, now: int) -> Plan:
    """Close a trade that is not paid, so that it never will be. Raises TradeAlreadyPaid, TradeClosed."""
    if trade.state in OPEN:
        after = replace(trade, version=trade.version + 1, state=TradeState.CLOSED, closed=now)
        return change(command, trade, after, "trade.closed")
    raise _over(trade)


def reverse(trade: Trade, *, command: Command, now: int) -> Plan:
    """Call a trade off: not paid, it is closed for good; paid, all goes back, the fee too.

    A paid trade only on the business day of its payment. Raises TradeNotReversible.
    """
    if trade.state in OPEN:
        after = replace(trade, version=trade.version + 1, state=TradeState.REVERSED, closed=now)
        return change(command, trade, after, "trade.reversed")
    if trade.state is not TradeState.PAID:
        raise TradeNotReversible(f"The trade is {trade.state}.")
    if business_date(now) != business_date(trade.paid):
        raise TradeNotReversible("The day of the payment is over; refund it.")
    after = replace(
        trade,
        version=trade.version + 1,
        state=TradeState.REVERSED,
        closed=now,
        refunded=trade.amount,
        fee_returned=trade.fee,
    )
    transfers = give_back(trade, after, command=command.id, code=TransferCode.REVERSAL)
    return change(command, trade, after, "trade.reversed", transfers=transfers)


def bury(
    command: Command, *, payee: Payee, out_trade_no: str, now: int, scene: Scene = Scene.OFFLINE_CODE
) -> Plan:
    """Call off a trade that has not arrived: its number is taken, so a late charge finds it reversed.

    Raises TextTooLong.
    """
    if not 1 <= len(out_trade_no) <= OUT_TRADE_NO_MAX or not out_trade_no.isprintable():
        raise TextTooLong("out_trade_no", 1, OUT_TRADE_NO_MAX)
    grave = TradeNew(
        id=trade_id(payee.merchant, out_trade_no),
        state=TradeState.REVERSED,
        scene=scene,
        merchant=payee.merchant,
        store=payee.store,
        out_trade_no=out_trade_no,
        amount=0,
        currency=payee.currency,
        command=command.id,
        created=now,
        closed=now,
    )
    return _plan(command, grave, "trade.reversed", step=grave)


def payable(trade: Trade, *, payer: Id | None, now: int) -> None:
    """Raises unless `payer` may pay the trade now. `None`: nobody in particular."""
    if trade.state not in OPEN:
        raise _over(trade)
    if trade.state is TradeState.PAYING and trade.payer != payer:
        raise TradeWaitsForPayer()
    if trade.expires and now >= trade.expires:
        raise TradeExpired()


def _over(trade: Trade) -> TradeAlreadyPaid | TradeClosed:
    if trade.state in REFUNDABLE or trade.state is TradeState.REFUNDED:
        return TradeAlreadyPaid(f"The trade is {trade.state}.")
    return TradeClosed(f"The trade is {trade.state}.")


def change(
    command: Command, before: Trade, after: Trade, told: str, *, transfers: tuple[Transfer, ...] = ()
) -> Plan:
    """The plan that takes a trade from one record to the next; a draft is created as `after`."""
    assert after.state in NEXT[before.state]
    if isinstance(before, TradeNew) and isinstance(after, TradeNew):
        # Created in the state it would move to: one row, one event.
        born = replace(after, version=1, expires=after.expires if after.state in OPEN else 0)
        return _plan(command, born, told, step=born, transfers=transfers)
    return _plan(command, after, told, step=moved(before, after), transfers=transfers)


def moved(before: Trade, after: Trade) -> TradeMoved:
    """The step from one row to the next: only what changed."""
    return TradeMoved(
        id=before.id,
        seen=before.version,
        state=after.state,
        payer=after.payer if after.payer != before.payer else None,
        brand=after.brand if after.brand != before.brand else None,
        scene=after.scene if after.scene is not before.scene else None,
        paid=after.paid if after.paid != before.paid else None,
        closed=after.closed if after.closed != before.closed else None,
        fee=after.fee if after.fee != before.fee else None,
        refunded=after.refunded if after.refunded != before.refunded else None,
        fee_returned=after.fee_returned if after.fee_returned != before.fee_returned else None,
        refunds=after.refunds if after.refunds != before.refunds else None,
    )


def _plan(
    command: Command,
    trade: Trade,
    told: str,
    *,
    step: TradeNew | TradeMoved,
    transfers: tuple[Transfer, ...] = (),
) -> Plan:
    answered = answer(trade)
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        transfers=transfers,
        steps=(step,),
        event=Event(type=told, subject=trade.id, data=facts(trade, answered)),
        result=answered,
    )
