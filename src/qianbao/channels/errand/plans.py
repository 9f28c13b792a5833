"""Top-ups and withdrawals, planned. Pure: what is asked and known → a plan."""

from __future__ import annotations

from typing import ClassVar, Final

from qianbao.channels.bank import Decision, Done
from qianbao.channels.banks import bank_account
from qianbao.channels.errand.models import Direction, Errand, ErrandState
from qianbao.ids import NONE, Id, derive, leg
from qianbao.journal import Event, Plan, Step, Transfer, digest
from qianbao.ledger import TransferFlags
from qianbao.money import Currency
from qianbao.parties.chart import TransferCode

_CODES: Final = {Direction.TOPUP: TransferCode.TOPUP, Direction.WITHDRAWAL: TransferCode.WITHDRAWAL}


class ErrandNew(Step, frozen=True, kw_only=True, gc=False):
    """A new row."""

    kind: ClassVar[str] = "errand_new"
    table: ClassVar[str] = "errand"
    order: ClassVar[int] = 700

    id: Id
    direction: Direction
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


class ErrandOver(Step, frozen=True, kw_only=True, gc=False):
    """Its end. Stale when it is over already."""

    kind: ClassVar[str] = "errand_over"
    table: ClassVar[str] = "errand"
    order: ClassVar[int] = 700

    id: Id
    state: ErrandState
    ended: int
    bank_reference: str | None
    reason: str | None


def content(errand: Errand) -> int:
    """The digest of the request."""
    return digest(errand.direction.value, errand.account, errand.card, errand.amount, errand.currency)


def begin(errand: Errand, *, caller: Id, due: int) -> Plan:
    """Keep the request. A withdrawal's money is set aside, so that it cannot be spent twice, without a time
    limit until the bank has decided; a top-up moves nothing before. `due`: when it is looked after (ns)."""
    step = ErrandNew(
        id=errand.id,
        direction=errand.direction,
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
    aside = _transfer(errand, id=_aside(errand), flags=TransferFlags.PENDING)
    return Plan(
        caller=caller,
        command=errand.id,
        digest=content(errand),
        transfers=(aside,) if errand.direction is Direction.WITHDRAWAL else (),
        steps=(step,),
        event=_told(errand, "requested"),
        result={"id": str(errand.id)},
    )


def end(errand: Errand, decision: Decision, *, now: int) -> Plan:
    """What the bank's decision means for the books: the money moves or, declined, does not.

    Its command derives from the errand and the number of tries the books have refused, so the same
    decision, however often and from wherever it is heard, is one command.
    """
    command = derive(errand.id, f"over:{errand.attempt}")
    if isinstance(decision, Done):
        state, reference, reason = ErrandState.DONE, decision.bank_reference, None
        told = _told(errand, "done", bank_reference=reference)
    else:
        state, reference, reason = ErrandState.FAILED, None, decision.reason.value
        told = _told(errand, "failed", reason=reason)
    return Plan(
        caller=errand.account,
        command=command,
        digest=digest(errand.id, state),
        transfers=_moved(errand, id=leg(command, 1), done=state is ErrandState.DONE),
        steps=(ErrandOver(id=errand.id, state=state, ended=now, bank_reference=reference, reason=reason),),
        event=told,
    )


def _moved(errand: Errand, *, id: Id, done: bool) -> tuple[Transfer, ...]:
    match errand.direction, done:
        case Direction.TOPUP, True:
            return (_transfer(errand, id=id),)
        case Direction.TOPUP, _:
            return ()
        case Direction.WITHDRAWAL, True:
            flags = TransferFlags.POST_PENDING_TRANSFER
        case Direction.WITHDRAWAL, _:
            flags = TransferFlags.VOID_PENDING_TRANSFER
    return (_transfer(errand, id=id, flags=flags, pending=_aside(errand)),)


def _aside(errand: Errand) -> Id:
    return leg(errand.id, 1)


def _transfer(errand: Errand, *, id: Id, flags: int = 0, pending: Id = NONE) -> Transfer:
    bank, account = bank_account(errand.bank), errand.account
    debit, credit = (bank, account) if errand.direction is Direction.TOPUP else (account, bank)
    return Transfer(
        id=id,
        debit=debit,
        credit=credit,
        amount=errand.amount,
        code=_CODES[errand.direction],
        ledger=Currency.of(errand.currency).number,
        flags=flags,
        pending_id=pending,
        user_data_128=errand.id,
    )


def _told(errand: Errand, what: str, **more: str) -> Event:
    return Event(type=f"{errand.direction}.{what}", subject=errand.id, data=errand.facts() | more)
