"""Look, plan, commit; when another command came first, look again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

import msgspec

from qianbao.credentials.models import Caller
from qianbao.errors import OutcomeUnknown, QianbaoError, Unavailable
from qianbao.events.models import UNTOLD
from qianbao.ids import Id
from qianbao.journal import Event, LedgerRefused, Plan, Receipt, Stale
from qianbao.parties.chart import TransferCode
from qianbao.payments.refusals import meaning
from qianbao.payments.room import Payments
from qianbao.payments.trade.errors import TradeBusy
from qianbao.payments.trade.models import Command
from qianbao.risk.models import Payment

REPLANS_MAX: Final = 8
"""How often a command looks again before its caller is told to come later."""


class Stands(msgspec.Struct, frozen=True):
    """What is asked for stands already, by another command: there is nothing to do, and an answer to give."""

    trade: Id
    result: dict[str, Any]


Look = Callable[[int], Awaitable[tuple[Payment | None, Plan] | Stands]]
"""What stands now, and the plan made on it; the argument counts the looks from 0. Without a payment risk has
no say."""
Meaning = Callable[[LedgerRefused, Plan | None], QianbaoError]
"""What a refusal by the ledger means, in a plan where there is one."""


async def settle(
    caller: Caller, room: Payments, command: Command, look: Look, *, usual: TransferCode
) -> Receipt:
    """Commit what `look` plans for a trade, durably. Raises what planning, risk or the ledger refuses,
    `TradeBusy`. An unknown outcome says where to ask: at the trade."""
    means = partial(meaning, usual=usual)
    return await committed(caller, room, command, look, means=means, ask="/api/v1/trades/{}", busy=TradeBusy)


async def committed(
    caller: Caller,
    room: Payments,
    command: Command,
    look: Look,
    *,
    means: Meaning,
    ask: str,
    busy: Callable[[Id], QianbaoError],
) -> Receipt:
    """Commit what `look` plans, durably. Raises what planning, risk or the ledger refuses, and `busy`.

    A repeat is answered by the commit's claim; only where planning refuses (a full refund refuses its own
    repeat) is the receipt looked up here. Where all stands already, the answer is claimed like any other, so
    that the key is this content's from then on. `ask` is the path at which an unknown outcome can be asked
    for, with `{}` for the event's subject.
    """
    about = command.id
    for turn in range(REPLANS_MAX):
        plan: Plan | None = None
        try:
            try:
                found = await look(turn)
                if isinstance(found, Stands):
                    plan = claim(command, found)
                else:
                    payment, plan = found
                    if payment is not None:
                        await room.allow(caller, plan, payment)
                about = plan.event.subject
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
            raise means(refused, plan) from refused
    raise busy(about)


def claim(command: Command, stands: Stands) -> Plan:
    """Keep an answer under a command that changes nothing. Nothing is told."""
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        event=Event(type=UNTOLD, subject=stands.trade),
        result=stands.result,
    )
