"""Look, plan, commit, for social payments; and what the ledger's refusals mean in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal

import msgspec

from qianbao.credentials.models import Caller
from qianbao.errors import OutcomeUnknown, QianbaoError, Unavailable
from qianbao.ids import Id
from qianbao.journal import LedgerRefused, Plan, Receipt, Spend, Stale
from qianbao.journal.errors import AccountClosed, AccountsSame, PinlessAmountExceeded, PinlessCountExceeded
from qianbao.parties.chart import TransferCode
from qianbao.payments.room import Payments
from qianbao.payments.trade.errors import PayerFrozen, PinRequired
from qianbao.payments.trade.models import Command, Payer
from qianbao.social.errors import PayeeFrozen, PaysOwnWallet, SocialBusy

REPLANS_MAX: Final = 8
"""How often a command looks again before its caller is told to come later."""

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


Look = Callable[[int], Awaitable[tuple[Money | None, Plan]]]
"""What stands now, and the plan made on it; the argument counts the looks from 0. Without money risk has no
say."""


async def settle(
    caller: Caller, room: Payments, command: Command, look: Look, *, usual: TransferCode, ask: str
) -> Receipt:
    """Commit what `look` plans, durably. Raises what planning, risk or the ledger refuses, `SocialBusy`.

    A repeat is answered by the commit's claim; only where planning refuses is the receipt looked up here.
    `ask` is the path at which an unknown outcome can be asked for, with `{}` for the event's subject.
    """
    for turn in range(REPLANS_MAX):
        plan: Plan | None = None
        try:
            try:
                money, plan = await look(turn)
                if money is not None:
                    await room.allow(caller, plan, money)
            except Unavailable:
                raise
            except QianbaoError:
                if first := await room.journal.receipt(command.id, command.digest):
                    return first
                raise
            match await room.journal.commit(plan):
                case Stale():
                    continue
                case receipt:
                    return receipt
        except OutcomeUnknown as lost:
            if plan is not None:
                lost.ask = lost.ask or ask.format(plan.event.subject)
            raise
        except LedgerRefused as refused:
            raise meaning(refused, plan, usual=usual) from refused
    raise SocialBusy()


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
