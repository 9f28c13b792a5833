"""Look, plan, commit, for social payments; and what the ledger's refusals mean in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final, Literal

import msgspec

from qianbao.credentials.models import Caller
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.journal import LedgerRefused, Plan, Receipt, Spend
from qianbao.journal.errors import AccountClosed, AccountsSame, PinlessAmountExceeded, PinlessCountExceeded
from qianbao.parties.chart import TransferCode
from qianbao.payments.commit import Look, committed
from qianbao.payments.room import Payments
from qianbao.payments.trade.errors import PayerFrozen, PinRequired
from qianbao.payments.trade.models import Command, Payer
from qianbao.social.errors import PayeeFrozen, PaysOwnWallet, SocialBusy

Party = Literal["payer", "payee", "house"]

SIDES: Final[Mapping[int, tuple[Party, Party]]] = {
    TransferCode.PERSONAL_PAYMENT: ("payer", "payee"),
    TransferCode.PERSONAL_PAYMENT_RETURNED: ("payer", "payee"),
    TransferCode.RED_PACKET_FUNDED: ("payer", "house"),
    TransferCode.RED_PACKET_GRABBED: ("house", "payee"),
    TransferCode.RED_PACKET_RETURNED: ("house", "payee"),
    TransferCode.COLLECTION: ("payer", "payee"),
}
"""Whose accounts a transfer debits and credits, by its code."""


class Money(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What moves, as risk sees it: who pays whom how much, in minor units."""

    payer: Id | None
    merchant: Id
    """Who is paid: here a person's wallet, or a packet."""
    amount: int


async def settle(
    caller: Caller, room: Payments, command: Command, look: Look, *, usual: TransferCode, ask: str
) -> Receipt:
    """Commit what `look` plans, durably. Raises what planning, risk or the ledger refuses, `SocialBusy`.

    `ask` is the path at which an unknown outcome can be asked for, with `{}` for the event's subject.
    """
    means = partial(meaning, usual=usual)
    return await committed(caller, room, command, look, means=means, ask=ask, busy=lambda _: SocialBusy())


def meaning(refused: LedgerRefused, plan: Plan | None, *, usual: TransferCode) -> QianbaoError:
    """What a refusal by the ledger means; `usual` is the refused transfer's code where no plan says it."""
    code = plan.transfers[refused.leg - 1].code if plan and refused.leg <= len(plan.transfers) else usual
    debit, credit = SIDES.get(code, ("house", "house"))
    meant: QianbaoError = refused
    match refused:
        case AccountClosed():
            closed = debit if refused.side == "debit" else credit
            if closed != "house":
                meant = PayerFrozen() if closed == "payer" else PayeeFrozen()
        case AccountsSame():
            meant = PaysOwnWallet()
        case PinlessAmountExceeded() | PinlessCountExceeded():
            meant = PinRequired(refused.detail)
        case _:
            pass
    meant.replayed = refused.replayed
    return meant


async def proved(caller: Caller, room: Payments, *, payer: Payer, amount: int, pin: str | None) -> None:
    """Verify the PIN where one is given. Raises `PinRequired` where this amount needs one, and what a wrong
    PIN raises."""
    if pin is None:
        if amount > payer.pinless_max:
            raise PinRequired(field="pin", expected="the payment PIN")
        return
    assert caller.person is not None
    await room.verify_pin(caller.person, pin)


def spending(*, pin: bool) -> Spend:
    """The spend windows in which a person's payment counts."""
    return Spend.LIMITED if pin else Spend.LIMITED | Spend.WITHOUT_PIN
