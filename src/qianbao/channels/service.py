"""Top up a wallet, withdraw from one, pay out a merchant's takings: who may, how much, what came of it."""

from __future__ import annotations

from typing import Final

from qianbao.channels.card import service as cards
from qianbao.channels.card.models import Card, CardState
from qianbao.channels.errand import plans
from qianbao.channels.errand.models import Direction, Errand, ErrandState
from qianbao.channels.errand.rail import GRACE_S, Rail
from qianbao.channels.errors import (
    AmountOutOfBounds,
    BankDeclined,
    CardNotLinked,
    TopupUnknown,
    WithdrawalUnknown,
)
from qianbao.clock import SECOND
from qianbao.credentials.models import Caller, Role
from qianbao.errors import OutcomeUnknown
from qianbao.ids import Id
from qianbao.journal import Receipt
from qianbao.money import Currency, UnknownCurrency
from qianbao.parties.errors import WalletUnknown
from qianbao.parties.store import Parties

SEES_ALL: Final = frozenset({Role.OPERATOR, Role.AUDITOR})


async def topup(
    caller: Caller,
    *,
    rail: Rail,
    parties: Parties,
    command: Id,
    wallet: Id,
    card: Id,
    amount: int,
    currency: str = Currency.CNY.letters,
) -> tuple[Errand, Receipt]:
    """Bring `amount` from one of the caller's cards into one of their wallets.

    Comes back with the top-up as it stands now: done, failed, or still to be decided (see `outcome`). A
    repeat of the command does nothing twice. Raises `WalletUnknown`, `CardUnknown`, `CardNotLinked`,
    `AmountOutOfBounds`, `UnknownCurrency`, `CommandReused`, `OutcomeUnknown`.
    """
    await own_wallet(caller, parties, wallet)
    assert caller.person is not None
    found = await cards.one(rail.db, card, owner=caller.person)
    rules = rail.rules
    return await _run(
        caller,
        rail,
        command,
        _errand(Direction.TOPUP, command, rail, wallet, found, amount, currency),
        bounds=(rules.topup_min, rules.topup_max),
        linked=found.state is CardState.LINKED,
    )


async def withdraw(
    caller: Caller,
    *,
    rail: Rail,
    parties: Parties,
    command: Id,
    account: Id,
    card: Id,
    amount: int,
    currency: str = Currency.CNY.letters,
) -> tuple[Errand, Receipt]:
    """Pay `amount` out of the caller's wallet, or of their merchant's takings, to a linked account.

    The money is set aside first. Comes back as `topup` does; raises `NotEnough` too.
    """
    merchant = caller.merchant == account and caller.role is Role.OWNER
    if not merchant:
        await own_wallet(caller, parties, account)
    owner = account if merchant else caller.person
    assert owner is not None
    found = await cards.one(rail.db, card, owner=owner)
    rules = rail.rules
    return await _run(
        caller,
        rail,
        command,
        _errand(Direction.WITHDRAWAL, command, rail, account, found, amount, currency, merchant=merchant),
        bounds=(rules.withdrawal_min, rules.payout_max if merchant else rules.withdrawal_max),
        linked=found.state is CardState.LINKED,
    )


def outcome(errand: Errand, *, ask: str) -> Errand:
    """The errand, if it is done. Raises `BankDeclined`, or `OutcomeUnknown` with the path `ask`."""
    match errand.state:
        case ErrandState.DONE:
            return errand
        case ErrandState.FAILED:
            raise BankDeclined(f"The bank has declined: {errand.reason}.", ask=ask)
        case ErrandState.ACCEPTED:
            raise OutcomeUnknown(
                "The bank has done it; the account is frozen, so it is booked when that ends.",
                retry_after_s=60,
                ask=ask,
            )
        case _:
            raise OutcomeUnknown("The bank has not said yet what it did.", retry_after_s=5, ask=ask)


async def one(caller: Caller, rail: Rail, parties: Parties, direction: Direction, errand: Id) -> Errand:
    """A top-up or withdrawal of the caller's. Raises `TopupUnknown`, `WithdrawalUnknown`."""
    unknown = TopupUnknown if direction is Direction.TOPUP else WithdrawalUnknown
    found = await rail.one(errand)
    if found is None or found.direction is not direction:
        raise unknown()
    try:
        await may_see(caller, parties, found.account)
    except WalletUnknown:
        raise unknown() from None
    return found


async def may_see(caller: Caller, parties: Parties, account: Id) -> None:
    """Whether the caller may read what concerns this account. Raises `WalletUnknown`."""
    if caller.role in SEES_ALL or caller.merchant == account:
        return
    await own_wallet(caller, parties, account)


async def own_wallet(caller: Caller, parties: Parties, wallet: Id) -> None:
    """Whether the wallet is the caller's own. Raises `WalletUnknown`."""
    if caller.role is not Role.PERSON or (await parties.wallet(wallet)).person != caller.person:
        raise WalletUnknown()


def _errand(
    direction: Direction,
    command: Id,
    rail: Rail,
    account: Id,
    card: Card,
    amount: int,
    currency: str,
    *,
    merchant: bool = False,
) -> Errand:
    now = rail.clock.now()
    return Errand(
        id=command,
        direction=direction,
        account=account,
        merchant=merchant,
        card=card.id,
        bank=card.bank,
        simulated=card.simulated,
        token=card.token,
        amount=amount,
        currency=currency,
        state=ErrandState.REQUESTED,
        created=now,
        valid_until=now + rail.rules.valid_s * SECOND,
    )


async def _run(
    caller: Caller, rail: Rail, command: Id, errand: Errand, *, bounds: tuple[int, int], linked: bool
) -> tuple[Errand, Receipt]:
    least, most = bounds
    if errand.currency != Currency.CNY.letters:
        raise UnknownCurrency(errand.currency)
    if not least <= errand.amount <= most:
        raise AmountOutOfBounds(field="amount", expected=f"{least} to {most} minor units")
    receipt: Receipt | None = None
    if not linked:
        receipt = await rail.journal.receipt(command, plans.content(errand))
        if receipt is None:
            raise CardNotLinked(field="card")
    if receipt is None:
        due = errand.created + (rail.rules.bank_timeout_s + GRACE_S) * SECOND
        committed = await rail.journal.commit(plans.begin(errand, caller=caller.id, due=due))
        assert isinstance(committed, Receipt), "a new errand has nothing that could have moved"
        receipt = committed
    stands = await rail.one(command)
    assert stands is not None
    if stands.state is ErrandState.REQUESTED:
        stands = await rail.take_to_bank(stands)
    return stands, receipt
