"""Withdrawals, planned. Pure: what is asked and known → a plan."""

from __future__ import annotations

from typing import ClassVar

from qianbao.channels.bank import Decision, Done
from qianbao.channels.banks import bank_account
from qianbao.channels.errand import Errand, ErrandState
from qianbao.ids import NONE, Id, derive, leg
from qianbao.journal import Event, Plan, Step, Transfer, digest
from qianbao.ledger import TransferFlags
from qianbao.money import Currency
from qianbao.parties.chart import TransferCode

WHAT = "withdrawal"


class WithdrawalNew(Step, frozen=True, kw_only=True, gc=False):
    """A new row."""

    kind: ClassVar[str] = "withdrawal_new"
    table: ClassVar[str] = "withdrawal"
    order: ClassVar[int] = 710

    id: Id
    account: Id
    merchant: bool
    card: Id
    bank: str
    simulated: bool
    token: str
    amount: int
    currency: str
    due: int
    created: int
    valid_until: int


class WithdrawalOver(Step, frozen=True, kw_only=True, gc=False):
    """Its end. Stale when it is over already."""

    kind: ClassVar[str] = "withdrawal_over"
    table: ClassVar[str] = "withdrawal"
    order: ClassVar[int] = 710

    id: Id
    state: ErrandState
    ended: int
    bank_reference: str | None
    reason: str | None


def content(account: Id, card: Id, amount: int, currency: str) -> int:
    """The digest of the request."""
    return digest(WHAT, account, card, amount, currency)


def _transfer(errand: Errand, *, id: Id, flags: TransferFlags, pending: Id = NONE) -> Transfer:
    return Transfer(
        id=id,
        debit=errand.account,
        credit=bank_account(errand.bank),
        amount=errand.amount,
        code=TransferCode.WITHDRAWAL,
        ledger=Currency.of(errand.currency).number,
        flags=flags,
        pending_id=pending,
        user_data_128=errand.id,
    )


def begin(errand: Errand, *, caller: Id, due: int) -> Plan:
    """Keep the request and set the money aside, so that it cannot be spent twice. It stays so, without a
    time limit, until the bank has decided. `due`: when it is looked after (ns)."""
    step = WithdrawalNew(
        id=errand.id,
        account=errand.account,
        merchant=errand.merchant,
        card=errand.card,
        bank=errand.bank,
        simulated=errand.simulated,
        token=errand.token,
        amount=errand.amount,
        currency=errand.currency,
        due=due,
        created=errand.created,
        valid_until=errand.valid_until,
    )
    return Plan(
        caller=caller,
        command=errand.id,
        digest=content(errand.account, errand.card, errand.amount, errand.currency),
        transfers=(_transfer(errand, id=leg(errand.id, 1), flags=TransferFlags.PENDING),),
        steps=(step,),
        event=Event(type="withdrawal.requested", subject=errand.id, data=errand.facts(WHAT)),
        result={"id": str(errand.id)},
    )


def end(errand: Errand, decision: Decision, *, now: int) -> Plan:
    """What the bank's decision means for the books: what was set aside leaves, or comes back.

    Its command derives from the withdrawal and the number of tries the books have refused, so the same
    decision, however often and from wherever it is heard, is one command.
    """
    command = derive(errand.id, f"over:{errand.attempt}")
    if isinstance(decision, Done):
        flags, state = TransferFlags.POST_PENDING_TRANSFER, ErrandState.DONE
        reference, reason = decision.bank_reference, None
        told = Event(
            type="withdrawal.done", subject=errand.id, data=errand.facts(WHAT) | {"bank_reference": reference}
        )
    else:
        flags, state = TransferFlags.VOID_PENDING_TRANSFER, ErrandState.FAILED
        reference, reason = None, decision.reason.value
        told = Event(
            type="withdrawal.failed", subject=errand.id, data=errand.facts(WHAT) | {"reason": reason}
        )
    return Plan(
        caller=errand.account,
        command=command,
        digest=digest(errand.id, state),
        transfers=(_transfer(errand, id=leg(command, 1), flags=flags, pending=leg(errand.id, 1)),),
        steps=(
            WithdrawalOver(id=errand.id, state=state, ended=now, bank_reference=reference, reason=reason),
        ),
        event=told,
    )
