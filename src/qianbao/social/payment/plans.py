"""What a personal payment does, pure. Amounts are minor units, times nanoseconds."""

from __future__ import annotations

from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.ids import Id, leg
from qianbao.journal.models import Event, Plan, Transfer
from qianbao.money import Currency
from qianbao.parties.chart import TransferCode
from qianbao.payments.trade.errors import AmountOutOfRange, TextTooLong
from qianbao.payments.trade.models import Command
from qianbao.social.commit import spending
from qianbao.social.errors import PaysOwnWallet
from qianbao.social.payment.errors import ReturnNotPossible, ReturnTooLate
from qianbao.social.payment.models import (
    NEXT,
    PersonalPayment,
    PersonalPaymentMoved,
    PersonalPaymentNew,
    PersonalPaymentState,
    answer,
)
from qianbao.social.rules import DAY_S, Rules

NOTE_MAX, REASON_MAX = 128, 128


def send(
    command: Command,
    *,
    payer: Id,
    payee: Id,
    payer_person: Id,
    payee_person: Id,
    amount: int,
    note: str,
    now: int,
    pin: bool,
    rules: Rules,
) -> Plan:
    """Pay `amount` from one wallet to another, at once and for good.

    `pin`: the payer's PIN was verified; without it the payment counts against the payer's pinless day.
    Raises AmountOutOfRange, TextTooLong, PaysOwnWallet.
    """
    if not 1 <= amount <= rules.personal_max:
        raise AmountOutOfRange(amount, rules.personal_max)
    if payer == payee:
        raise PaysOwnWallet()
    checked("note", note, NOTE_MAX)
    payment = PersonalPayment(
        id=command.id,
        payer=payer,
        payee=payee,
        payer_person=payer_person,
        payee_person=payee_person,
        amount=amount,
        note=note,
        at=now,
    )
    step = PersonalPaymentNew(
        id=payment.id,
        payer=payer,
        payee=payee,
        payer_person=payer_person,
        payee_person=payee_person,
        amount=amount,
        at=now,
        state=payment.state,
        note=note,
    )
    moved = Transfer(
        id=leg(command.id, 1),
        debit=payer,
        credit=payee,
        amount=amount,
        code=TransferCode.PERSONAL_PAYMENT,
        ledger=Currency.of(payment.currency).number,
        user_data_128=payment.id,
        spend=spending(pin=pin),
    )
    return _plan(command, payment, "personal_payment.sent", step, moved)


def ask_back(payment: PersonalPayment, *, command: Command, reason: str, now: int, rules: Rules) -> Plan:
    """The payer asks for it back. Raises ReturnNotPossible, ReturnTooLate, TextTooLong."""
    checked("reason", reason, REASON_MAX)
    if now > payment.at + rules.return_days * DAY_S * SECOND:
        raise ReturnTooLate(expected=f"within {rules.return_days} days of the payment")
    after = _next(payment, PersonalPaymentState.RETURN_ASKED, asked=now, reason=reason)
    step = PersonalPaymentMoved(
        id=payment.id, seen=payment.version, state=after.state, asked=now, reason=reason
    )
    return _plan(command, after, "personal_payment.return_asked", step)


def decline(payment: PersonalPayment, *, command: Command, now: int) -> Plan:
    """The payee keeps it. Raises ReturnNotPossible."""
    after = _next(payment, PersonalPaymentState.RETURN_DECLINED, ended=now)
    step = PersonalPaymentMoved(id=payment.id, seen=payment.version, state=after.state, ended=now)
    return _plan(command, after, "personal_payment.return_declined", step)


def give_back(payment: PersonalPayment, *, command: Command, now: int, pin: bool) -> Plan:
    """The payee gives all of it back, asked or not. Raises ReturnNotPossible.

    It is no spending of theirs, so of the windows only that of payments without a PIN counts it.
    """
    after = _next(payment, PersonalPaymentState.RETURNED, ended=now)
    step = PersonalPaymentMoved(id=payment.id, seen=payment.version, state=after.state, ended=now)
    moved = Transfer(
        id=leg(command.id, 1),
        debit=payment.payee,
        credit=payment.payer,
        amount=payment.amount,
        code=TransferCode.PERSONAL_PAYMENT_RETURNED,
        ledger=Currency.of(payment.currency).number,
        user_data_128=payment.id,
        spend=spending(pin=pin) & ~spending(pin=True),
    )
    return _plan(command, after, "personal_payment.returned", step, moved)


def checked(name: str, text: str, size_max: int, *, size_min: int = 0) -> None:
    """Raises TextTooLong unless a text is printable and of a length that is kept."""
    if not size_min <= len(text) <= size_max or not text.isprintable():
        raise TextTooLong(name, size_min, size_max)


def _next(
    payment: PersonalPayment,
    state: PersonalPaymentState,
    *,
    asked: int = 0,
    ended: int = 0,
    reason: str = "",
) -> PersonalPayment:
    if state not in NEXT[payment.state]:
        raise ReturnNotPossible(f"The payment is {payment.state}.")
    return replace(
        payment,
        state=state,
        version=payment.version + 1,
        asked=asked or payment.asked,
        ended=ended or payment.ended,
        reason=reason or payment.reason,
    )


def _plan(
    command: Command,
    payment: PersonalPayment,
    told: str,
    step: PersonalPaymentNew | PersonalPaymentMoved,
    *transfers: Transfer,
) -> Plan:
    shown = answer(payment)
    data = {"payment": shown["id"], **shown}
    del data["id"]
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        transfers=transfers,
        steps=(step,),
        event=Event(type=told, subject=payment.id, data=data),
        result=shown,
    )
