"""A network of parties on a real database: ledger, journal, brands and limits as installed by default."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from qianbao import ids
from qianbao.clock import SECOND, ManualClock
from qianbao.config import Settings
from qianbao.db import Database
from qianbao.ids import Id
from qianbao.journal import Journal, Plan, Receipt, Spend, Stale, Transfer
from qianbao.journal.models import Event
from qianbao.ledger import Engine
from qianbao.ledger.postgres import PostgresEngine
from qianbao.parties import brands, kyc
from qianbao.parties.accounts import open_house
from qianbao.parties.brands import Brands
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.parties.kyc import Kyc
from qianbao.parties.models import KycClass, Merchant, Person, Wallet
from qianbao.parties.opening import Opened, open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewTill, NewWallet
from qianbao.parties.store import Parties

SETTINGS = Settings(home=Path("/nowhere"), tables={})
CAPITAL = house_account(AccountCode.CAPITAL)


@dataclass
class Network:
    """What a test opens parties with."""

    db: Database
    journal: Journal
    ledger: Engine
    parties: Parties
    clock: ManualClock
    brands: Brands = field(default_factory=lambda: brands.load(SETTINGS))
    kyc: Kyc = field(default_factory=lambda: kyc.load(SETTINGS))

    def id(self) -> Id:
        """A new id."""
        return ids.new(self.clock.now())

    async def open(
        self,
        *,
        people: Sequence[NewPerson] = (),
        wallets: Sequence[NewWallet] = (),
        merchants: Sequence[NewMerchant] = (),
        stores: Sequence[NewStore] = (),
        tills: Sequence[NewTill] = (),
    ) -> Opened:
        """`open_many` on this network."""
        return await open_many(
            parties=self.parties,
            ledger=self.ledger,
            brands=self.brands,
            kyc=self.kyc,
            clock=self.clock,
            people=people,
            wallets=wallets,
            merchants=merchants,
            stores=stores,
            tills=tills,
        )

    async def person(
        self, kyc_class: KycClass = KycClass.I, *, name: str = "张小明", phone: str | None = None
    ) -> Person:
        """A person who has joined."""
        new = NewPerson(id=self.id(), name=name, kyc_class=kyc_class, phone=phone)
        return (await self.open(people=[new])).people[0]

    async def wallet(self, kyc_class: KycClass = KycClass.I, *, person: Person | None = None) -> Wallet:
        """A wallet that is paid by account number."""
        person = person or await self.person(kyc_class)
        new = NewWallet(id=self.id(), person=person.id, brand="zhuque")
        return (await self.open(wallets=[new])).wallets[0]

    async def merchant(self, name: str = "Corner shop", *, owner: Id | None = None) -> Merchant:
        """A merchant who has signed up."""
        new = NewMerchant(id=self.id(), name=name, mcc="5411", owner=owner)
        return (await self.open(merchants=[new])).merchants[0]

    async def move(
        self,
        debit: Id,
        credit: Id,
        amount: int,
        *,
        spend: Spend = Spend.LIMITED,
        journal: Journal | None = None,
    ) -> Receipt | Stale:
        """Pay, as any room would."""
        command = self.id()
        command = ids.derive(command, "move")
        return await (journal or self.journal).commit(
            Plan(
                caller=debit,
                command=command,
                digest=0,
                transfers=(
                    Transfer(
                        id=ids.leg(command, 1),
                        debit=debit,
                        credit=credit,
                        amount=amount,
                        code=TransferCode.PAYMENT,
                        spend=spend,
                    ),
                ),
                event=Event(type="trade.paid", subject=debit),
            )
        )

    async def fund(self, wallet: Wallet, amount: int) -> None:
        """Put money into a wallet, from nowhere but the house's capital."""
        await self.move(CAPITAL, wallet.id, amount, spend=Spend.NOTHING)

    async def spent(self, account: Id) -> int:
        """What has gone out of an account."""
        return (await self.ledger.lookup_accounts([account.int]))[0].debits_posted


@pytest.fixture(scope="module")
async def network(db: Database) -> AsyncIterator[Network]:
    """A network in a fresh database, its clock standing."""
    clock = ManualClock(1_800_000_000 * SECOND)
    ledger = PostgresEngine(db, clock=clock)
    await open_house(ledger)
    journal = Journal(db, clock=clock)
    yield Network(db=db, journal=journal, ledger=ledger, parties=Parties(db), clock=clock)
    await journal.close()
