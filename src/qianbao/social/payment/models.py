"""A personal payment, its states, and the steps that change its row."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

import msgspec

from qianbao.clock import rfc3339
from qianbao.ids import Id
from qianbao.journal.models import Step


class PersonalPaymentState(StrEnum):
    """Where a personal payment stands. The money is the payee's from the first moment on."""

    SENT = "sent"
    RETURN_ASKED = "return_asked"
    """The payer says that it went to the wrong person; the payee is asked to give it back."""
    RETURN_DECLINED = "return_declined"
    """The payee keeps it."""
    RETURNED = "returned"
    """The payee gave it back in full."""


NEXT: Final[Mapping[PersonalPaymentState, frozenset[PersonalPaymentState]]] = {
    PersonalPaymentState.SENT: frozenset({PersonalPaymentState.RETURN_ASKED, PersonalPaymentState.RETURNED}),
    PersonalPaymentState.RETURN_ASKED: frozenset(
        {PersonalPaymentState.RETURN_DECLINED, PersonalPaymentState.RETURNED}
    ),
    PersonalPaymentState.RETURN_DECLINED: frozenset({PersonalPaymentState.RETURNED}),
    PersonalPaymentState.RETURNED: frozenset(),
}
"""The state machine: from a state to those that may follow it."""


class PersonalPayment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Money from one person's wallet to another's. Amounts in minor units, times in nanoseconds (0: not)."""

    id: Id
    """Its command's."""
    payer: Id
    payee: Id
    payer_person: Id
    payee_person: Id
    amount: int
    currency: str = "CNY"
    note: str = ""
    state: PersonalPaymentState = PersonalPaymentState.SENT
    at: int
    version: int = 1
    asked: int = 0
    ended: int = 0
    reason: str = ""
    """Why the payer asks for it back."""


class PersonalPaymentNew(Step, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A new row. Never stale."""

    kind: ClassVar[str] = "personal_payment_new"
    table: ClassVar[str] = "personal_payment"
    order: ClassVar[int] = 840

    id: Id
    payer: Id
    payee: Id
    payer_person: Id
    payee_person: Id
    amount: int
    at: int
    state: str
    currency: str = "CNY"
    note: str = ""


class PersonalPaymentMoved(Step, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A change of a row; what is left out stays as it is. Stale when the row has moved since `seen`."""

    kind: ClassVar[str] = "personal_payment_moved"
    table: ClassVar[str] = "personal_payment"
    order: ClassVar[int] = 840

    id: Id
    seen: int
    """The version on which the plan was made."""
    state: PersonalPaymentState
    asked: int | None = None
    ended: int | None = None
    reason: str | None = None


def answer(payment: PersonalPayment) -> dict[str, Any]:
    """What a command on a personal payment answers and tells."""
    shown: dict[str, Any] = {
        "id": str(payment.id),
        "state": payment.state.value,
        "payer": str(payment.payer),
        "payee": str(payment.payee),
        "amount": payment.amount,
        "currency": payment.currency,
        "note": payment.note,
        "sent_at": rfc3339(payment.at),
    }
    if payment.asked:
        shown |= {"asked_at": rfc3339(payment.asked), "reason": payment.reason}
    if payment.ended:
        shown["ended_at"] = rfc3339(payment.ended)
    return shown
