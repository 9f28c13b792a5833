"""What can be done with parties that stand: freeze, open again, raise a class, look a payee up.

`caller` is the id that commands are scoped to; whether this caller may do it is the door's question
(`credentials/` knows who is who).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qianbao.ids import Id, derive
from qianbao.journal import Journal, Plan, Receipt, Stale
from qianbao.ledger import Engine
from qianbao.parties import names, plans
from qianbao.parties.accounts import set_limits
from qianbao.parties.errors import (
    AlreadyFrozen,
    FrozenByHouse,
    NotFrozen,
    PartyBusy,
    PayeeUnknown,
    PersonUnknown,
)
from qianbao.parties.kyc import Kyc
from qianbao.parties.models import FrozenBy, KycClass, PartyKind, PartyState, Payee, Person
from qianbao.parties.plans import Party
from qianbao.parties.store import SQL, Parties

REPLANS_MAX: Final = 8


async def freeze(
    caller: Id,
    *,
    parties: Parties,
    journal: Journal,
    command: Id,
    kind: PartyKind,
    account: Id,
    by: FrozenBy,
    reason: str,
) -> Receipt:
    """Close a wallet or a merchant to all money, or a person to new wallets, durably; event `account.frozen`.

    Raises `AlreadyFrozen`, `PartyMalformed`, `PartyBusy`, and the party's `…Unknown`.
    """
    reason = names.label(reason, field="reason", size_max=200)

    def plan(party: Party) -> Plan:
        return plans.freeze(party, caller=caller, command=command, by=by, reason=reason)

    told = plans.content(account, "account.frozen", by, reason)
    return await _change(parties, journal, command, kind, account, plan, told)


async def unfreeze(
    caller: Id,
    *,
    parties: Parties,
    journal: Journal,
    command: Id,
    kind: PartyKind,
    account: Id,
    by: FrozenBy,
    reason: str,
) -> Receipt:
    """Open a frozen party again, durably; event `account.unfrozen`.

    Raises `NotFrozen`, `FrozenByHouse`, `WalletUnknown`, `MerchantUnknown`, `PartyMalformed`, `PartyBusy`.
    """
    reason = names.label(reason, field="reason", size_max=200)

    def plan(party: Party) -> Plan:
        return plans.unfreeze(party, caller=caller, command=command, by=by, reason=reason)

    told = plans.content(account, "account.unfrozen", by, reason)
    return await _change(parties, journal, command, kind, account, plan, told)


async def _change(
    parties: Parties,
    journal: Journal,
    command: Id,
    kind: PartyKind,
    account: Id,
    plan: Callable[[Party], Plan],
    content: int,
) -> Receipt:
    for _ in range(REPLANS_MAX):
        party = await _party(parties, kind, account)
        try:
            planned = plan(party)
        except (AlreadyFrozen, NotFrozen, FrozenByHouse):
            # A repeat is refused by its own effect: its first answer stands in the journal.
            if first := await journal.receipt(command, content):
                return first
            raise
        match await journal.commit(planned):
            case Stale():
                continue
            case receipt:
                return receipt
    raise PartyBusy()


async def _party(parties: Parties, kind: PartyKind, id: Id) -> Party:
    match kind:
        case PartyKind.PERSON:
            return await parties.person(id)
        case PartyKind.WALLET:
            return await parties.wallet(id)
        case PartyKind.MERCHANT:
            return await parties.merchant(id)


async def freeze_all_of(
    caller: Id, *, parties: Parties, journal: Journal, command: Id, person: Id, by: FrozenBy, reason: str
) -> list[Receipt]:
    """Freeze every wallet of a person that is not frozen so already (a lost phone). Safe to repeat."""
    receipts: list[Receipt] = []
    for wallet in await parties.wallets_of(person):
        if wallet.state is PartyState.FROZEN and (
            by is FrozenBy.HOLDER or wallet.frozen_by is FrozenBy.HOUSE
        ):
            continue
        try:
            receipt = await freeze(
                caller,
                parties=parties,
                journal=journal,
                command=derive(command, f"freeze:{wallet.id}:{wallet.version}"),
                kind=PartyKind.WALLET,
                account=wallet.id,
                by=by,
                reason=reason,
            )
        except AlreadyFrozen:
            continue  # somebody else was quicker: what was wanted holds
        receipts.append(receipt)
    return receipts


async def set_kyc_class(
    *, parties: Parties, ledger: Engine, kyc: Kyc, person: Id, kyc_class: KycClass
) -> Person:
    """Put a person into a class and their wallets' limits with it. Raises `PersonUnknown`.

    What the ledger enforces never exceeds what is recorded: the record falls after the limits and rises
    before them, each under the person's row lock. A repeat mends what a crash left between the two.
    """
    async with parties.db.transaction() as connection:
        row = await connection.fetchrow(SQL["kyc_class_locked"], person)
        if row is None:
            raise PersonUnknown()
        order = list(KycClass)
        if order.index(kyc_class) < order.index(KycClass(row["kyc_class"])):
            wallets = await connection.fetch(SQL["wallets_of_person"], person)
            await set_limits(ledger, [wallet["id"] for wallet in wallets], kyc.limits_of(kyc_class))
        await connection.fetch(SQL["set_kyc_class"], person, kyc_class)
    await apply_limits(parties=parties, ledger=ledger, kyc=kyc, person=person)
    return await parties.person(person)


async def apply_limits(*, parties: Parties, ledger: Engine, kyc: Kyc, person: Id) -> None:
    """Bring the limits of a person's wallets to the recorded class. Raises `PersonUnknown`."""
    async with parties.db.transaction() as connection:
        row = await connection.fetchrow(SQL["kyc_class_locked"], person)
        if row is None:
            raise PersonUnknown()
        wallets = await connection.fetch(SQL["wallets_of_person"], person)
        await set_limits(
            ledger, [wallet["id"] for wallet in wallets], kyc.limits_of(KycClass(row["kyc_class"]))
        )


async def find_payee(parties: Parties, identifier: str, *, brand: str | None = None) -> Payee:
    """Whom an account number, a handle or a phone pays, with the name masked. Of a phone's wallets it is the
    one of `brand`, or the first; only the phone is shown back, masked. Raises `PayeeUnknown`."""
    wallet = await parties.wallet_by_identifier(identifier)
    shown = wallet and (wallet.handle or wallet.account_number)
    if wallet is None and (number := names.phone_as_typed(identifier)):
        person = await parties.person_by_phone(number)
        wallets = await parties.wallets_of(person.id) if person else []
        wallet = next((one for one in wallets if one.brand == brand), wallets[0] if wallets else None)
        shown = names.phone_masked(number)
    if wallet is None:
        raise PayeeUnknown()
    return Payee(
        wallet=wallet.id,
        brand=wallet.brand,
        identifier=shown or "",
        name_masked=names.masked(wallet.name),
        state=wallet.state,
    )
