"""Top-ups, planned. Pure: what is asked and known → a plan."""

from __future__ import annotations

from typing import ClassVar

from qianbao.channels.bank import Decision, Done
from qianbao.channels.banks import bank_account
from qianbao.channels.errand import Errand, ErrandState
from qianbao.ids import Id, derive, leg
from qianbao.journal import Event, Plan, Step, Transfer, digest
from qianbao.money import Currency
from qianbao.parties.chart import TransferCode

WHAT = "topup"


class TopupNew(Step, frozen=True, kw_only=True, gc=False):
    """A new row."""

    kind: ClassVar[str] = "topup_new"
    table: ClassVar[str] = "topup"
    order: ClassVar[int] = 700

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


class TopupOver(Step, frozen=True, kw_only=True, gc=False):
    """Its end. Stale when it is over already."""

    kind: ClassVar[str] = "topup_over"
    table: ClassVar[str] = "topup"
    order: ClassVar[int] = 700

    id: Id
    state: ErrandState
    ended: int
    bank_reference: str | None
    reason: str | None


def content(account: Id, card: Id, amount: int, currency: str) -> int:
    """The digest of the request."""
    return digest(WHAT, account, card, amount, currency)


def begin(errand: Errand, *, caller: Id, due: int) -> Plan:
    """Keep the request; no money moves before the bank has decided. `due`: when it is looked after (ns)."""
    step = TopupNew(
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
        steps=(step,),
        event=Event(type="topup.requested", subject=errand.id, data=errand.facts(WHAT)),
        result={"id": str(errand.id)},
    )


def end(errand: Errand, decision: Decision, *, now: int) -> Plan:
    """What the bank's decision means for the books: the money into the wallet, or nothing.

    Its command derives from the top-up and the number of tries the books have refused, so the same
    decision, however often and from wherever it is heard, is one command.
    """
    command = derive(errand.id, f"over:{errand.attempt}")
    if isinstance(decision, Done):
        credit = Transfer(
            id=leg(command, 1),
            debit=bank_account(errand.bank),
            credit=errand.account,
            amount=errand.amount,
            code=TransferCode.TOPUP,
            ledger=Currency.of(errand.currency).number,
            user_data_128=errand.id,
        )
        transfers, state, reference, reason = (credit,), ErrandState.DONE, decision.bank_reference, None
        told = Event(
            type="topup.done", subject=errand.id, data=errand.facts(WHAT) | {"bank_reference": reference}
        )
    else:
        transfers, state, reference, reason = (), ErrandState.FAILED, None, decision.reason.value
        told = Event(type="topup.failed", subject=errand.id, data=errand.facts(WHAT) | {"reason": reason})
    return Plan(
        caller=errand.account,
        command=command,
        digest=digest(errand.id, state),
        transfers=transfers,
        steps=(TopupOver(id=errand.id, state=state, ended=now, bank_reference=reference, reason=reason),),
        event=told,
    )
