"""A network with its simulated banks, and people and merchants with linked cards."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import cast

import pytest

from qianbao.channels import service
from qianbao.channels.bank import Instruction
from qianbao.channels.banks import Banks, bank_account, open_banks
from qianbao.channels.card import service as cards
from qianbao.channels.card.models import Card, draw_number
from qianbao.channels.errand.models import Errand
from qianbao.channels.errand.rail import Rail
from qianbao.channels.rules import Rules
from qianbao.channels.simulator.bank import SimulatedBank, simulated_banks
from qianbao.channels.simulator.behaviour import NORMAL, Behaviour, behave
from qianbao.clock import ManualClock, SystemClock
from qianbao.credentials.models import Caller, Role
from qianbao.db import Database
from qianbao.ids import Id, derive
from qianbao.journal import Journal
from qianbao.ledger.postgres import PostgresEngine
from qianbao.parties.accounts import open_house
from qianbao.parties.models import Merchant, Wallet
from qianbao.parties.store import Parties
from tests.parties.conftest import Network

RULES = Rules(bank_timeout_s=1, valid_s=60)
BANK = "lotus"


@dataclass
class Town(Network):
    """The network of the parties' tests with its banks and rails."""

    banks: Banks = field(default_factory=lambda: Banks(()))
    seeds: itertools.count[int] = field(default_factory=itertools.count)

    def rail(self) -> Rail:
        """A process's way to the banks."""
        return Rail(db=self.db, journal=self.journal, clock=self.clock, banks=self.banks, rules=RULES)

    @property
    def bank(self) -> SimulatedBank:
        """The bank whose cards people have here."""
        return cast(SimulatedBank, self.banks.get(BANK))

    async def behave(self, behaviour: Behaviour = NORMAL) -> None:
        """Let the bank behave so."""
        await behave(self.db, BANK, behaviour)

    async def card(self, owner: Id, holder: str = "张小明") -> Card:
        """A new card of this owner."""
        seed = next(self.seeds)
        number = draw_number(lambda size: derive(owner, f"card {seed}").bytes[:size])
        return await cards.link(
            owner,
            holder,
            db=self.db,
            clock=self.clock,
            banks=self.banks,
            rules=RULES,
            bank=BANK,
            number=number,
        )

    async def person_with_card(self) -> tuple[Caller, Wallet, Card]:
        """A person, their wallet, their card."""
        wallet = await self.wallet()
        caller = Caller(id=wallet.person, role=Role.PERSON, person=wallet.person)
        return caller, wallet, await self.card(wallet.person)

    async def merchant_with_card(self) -> tuple[Caller, Merchant, Card]:
        """A merchant's owner, the merchant, its bank account."""
        merchant = await self.merchant()
        caller = Caller(id=merchant.id, role=Role.OWNER, merchant=merchant.id)
        return caller, merchant, await self.card(merchant.id)

    async def topup(
        self, who: tuple[Caller, Wallet, Card], amount: int, *, key: str = "k", rail: Rail | None = None
    ) -> Errand:
        """Top up, as the API does."""
        caller, wallet, card = who
        errand, _ = await service.topup(
            caller,
            rail=rail or self.rail(),
            parties=self.parties,
            command=derive(caller.id, key),
            wallet=wallet.id,
            card=card.id,
            amount=amount,
        )
        return errand

    async def withdraw(
        self,
        who: tuple[Caller, Wallet | Merchant, Card],
        amount: int,
        *,
        key: str = "w",
        rail: Rail | None = None,
    ) -> Errand:
        """Withdraw, as the API does."""
        caller, party, card = who
        errand, _ = await service.withdraw(
            caller,
            rail=rail or self.rail(),
            parties=self.parties,
            command=derive(caller.id, key),
            account=party.id,
            card=card.id,
            amount=amount,
        )
        return errand

    async def balance(self, account: Id) -> int:
        """What can be spent from an account."""
        [found] = await self.ledger.lookup_accounts([account.int])
        return found.credits_posted - found.debits_posted - found.debits_pending

    async def held(self) -> int:
        """What the house holds at the bank, by its own books."""
        [found] = await self.ledger.lookup_accounts([bank_account(BANK).int])
        return found.debits_posted - found.credits_posted

    async def at_bank(self, card: Card) -> int:
        """What the bank has on the card, by the bank's books."""
        balance = await self.bank.books.balance(card.token)
        assert balance is not None
        return balance

    async def events(self, errand: Errand) -> list[str]:
        """What was told of it, in order."""
        rows = await self.db.rows(
            "SELECT type FROM command WHERE subject = $1 AND outcome = 0 ORDER BY xid, ordinal", errand.id
        )
        return [row["type"] for row in rows]

    def expired(self, errand: Errand) -> Instruction:
        """The errand's instruction, as of a time when the bank takes it no more."""
        return replace(errand.instruction, valid_until=self.clock.now() - 1)


@pytest.fixture(scope="module")
async def opened(db: Database) -> AsyncIterator[Town]:
    """A town in a fresh database."""
    clock = ManualClock(SystemClock().now())
    ledger = PostgresEngine(db, clock=clock)
    await open_house(ledger)
    banks = simulated_banks(RULES, db=db, clock=clock)
    await open_banks(ledger, banks)
    journal = Journal(db, clock=clock)
    yield Town(db=db, journal=journal, ledger=ledger, parties=Parties(db), clock=clock, banks=banks)
    for bank in banks:
        await cast(SimulatedBank, bank).close()
    await journal.close()


@pytest.fixture
async def town(opened: Town) -> Town:
    """The town, its banks behaving normally."""
    await opened.behave()
    return opened
