"""The use case of the subsidy budget: an operator funds it. It cannot be overdrawn."""

from __future__ import annotations

from typing import Final

from qianbao.credentials.models import Caller
from qianbao.ids import Id, leg
from qianbao.journal import Event, Plan, Receipt, Stale, Transfer, digest
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.payments.room import Payments
from qianbao.payments.trade.errors import TradeBusy

BUDGET: Final = house_account(AccountCode.SUBSIDY)
_CAPITAL: Final = house_account(AccountCode.CAPITAL)


def plan(caller: Caller, *, command: Id, amount: int) -> Plan:
    """Move `amount` minor units of the house's capital into the budget."""
    told = {"account": str(BUDGET), "amount": amount, "currency": "CNY", "funded_by": str(caller.id)}
    return Plan(
        caller=caller.id,
        command=command,
        digest=digest("fund subsidies", amount),
        transfers=(
            Transfer(
                id=leg(command, 1),
                debit=_CAPITAL,
                credit=BUDGET,
                amount=amount,
                code=TransferCode.CAPITAL,
                user_data_128=command,
            ),
        ),
        event=Event(type="subsidy_budget.funded", subject=BUDGET, data=told),
        result=told,
    )


async def fund(caller: Caller, room: Payments, *, command: Id, amount: int) -> Receipt:
    """Fund the budget, durably. Raises what the journal raises; nothing here can be stale."""
    match await room.journal.commit(plan(caller, command=command, amount=amount)):
        case Stale():
            raise TradeBusy(command)
        case receipt:
            return receipt
