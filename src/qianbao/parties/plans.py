"""Freezing an account and opening it again, as plans. Pure.

A freeze is the ledger's own means: a pending transfer of nothing that closes the account's debit side
(`closing_debit`), so that every transfer of it is refused where the money moves; opening voids it.
"""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from qianbao.ids import Id, leg
from qianbao.journal import digest
from qianbao.journal.models import Event, Plan, Step, Transfer
from qianbao.ledger import TransferFlags
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.parties.errors import AlreadyFrozen, FrozenByHouse, NotFrozen
from qianbao.parties.models import (
    ACTIVE,
    NEXT,
    FrozenBy,
    Merchant,
    PartyKind,
    PartyState,
    Person,
    Standing,
    Wallet,
)

CONTROL = house_account(AccountCode.CONTROL)


class PartyStateStep(Step, frozen=True, kw_only=True, gc=False):
    """A party's standing changes."""

    kind: ClassVar[str] = "party_state"
    table: ClassVar[str] = "party"
    order: ClassVar[int] = 400

    party: Id
    seen_version: int
    state: PartyState
    frozen_by: FrozenBy | None
    closing: Id | None


Party: TypeAlias = Person | Wallet | Merchant


def kind_of(party: Party) -> PartyKind:
    """What a party is."""
    match party:
        case Person():
            return PartyKind.PERSON
        case Wallet():
            return PartyKind.WALLET
        case Merchant():
            return PartyKind.MERCHANT


def content(account: Id, told: str, by: FrozenBy, reason: str) -> int:
    """The digest of a freeze (`told`: account.frozen) or an opening (account.unfrozen)."""
    return digest(account, told, by, reason)


def freeze(party: Party, *, caller: Id, command: Id, by: FrozenBy, reason: str) -> Plan:
    """Close an account to all money, or bar a person from new wallets. The house may take a holder's
    freeze over, which moves nothing. Raises `AlreadyFrozen`.
    """
    before: Standing = (party.state, party.frozen_by)
    after: Standing = (PartyState.FROZEN, by)
    if after not in NEXT[before]:
        raise AlreadyFrozen()
    closing = None if isinstance(party, Person) else party.closing
    transfers: tuple[Transfer, ...] = ()
    if closing is None and not isinstance(party, Person):
        closing = leg(command, 1)
        close = Transfer(
            id=closing,
            debit=party.id,
            credit=CONTROL,
            amount=0,
            code=TransferCode.FREEZE,
            flags=int(TransferFlags.PENDING | TransferFlags.CLOSING_DEBIT),
        )
        transfers = (close,)
    return _plan(party, caller, command, transfers, after, closing, by, reason)


def unfreeze(party: Party, *, caller: Id, command: Id, by: FrozenBy, reason: str) -> Plan:
    """Open what is frozen again. Raises `NotFrozen`, and `FrozenByHouse` for a holder's try at
    what the house closed."""
    before: Standing = (party.state, party.frozen_by)
    if ACTIVE not in NEXT[before]:
        raise NotFrozen()
    if party.frozen_by is FrozenBy.HOUSE and by is not FrozenBy.HOUSE:
        raise FrozenByHouse()
    transfers: tuple[Transfer, ...] = ()
    if not isinstance(party, Person):
        assert party.closing is not None, "a frozen account has its closing transfer"
        void = Transfer(
            id=leg(command, 1),
            debit=party.id,
            credit=CONTROL,
            amount=0,
            code=TransferCode.FREEZE,
            flags=int(TransferFlags.VOID_PENDING_TRANSFER),
            pending_id=party.closing,
        )
        transfers = (void,)
    return _plan(party, caller, command, transfers, ACTIVE, None, by, reason)


def _plan(
    party: Party,
    caller: Id,
    command: Id,
    transfers: tuple[Transfer, ...],
    after: Standing,
    closing: Id | None,
    by: FrozenBy,
    reason: str,
) -> Plan:
    state, frozen_by = after
    told = "account.frozen" if state is PartyState.FROZEN else "account.unfrozen"
    kind = kind_of(party)
    return Plan(
        caller=caller,
        command=command,
        digest=content(party.id, told, by, reason),
        transfers=transfers,
        steps=(
            PartyStateStep(
                party=party.id,
                seen_version=party.version,
                state=state,
                frozen_by=frozen_by,
                closing=closing,
            ),
        ),
        event=Event(type=told, subject=party.id, data={"kind": kind, "by": by, "reason": reason}),
        result={"account": str(party.id), "kind": kind, "state": state},
    )
