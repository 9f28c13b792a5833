"""Credentials on a real database, with an authenticator in software. Argon2 is cheap here, not absent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qianbao import ids
from qianbao.clock import SECOND, ManualClock
from qianbao.config import Settings
from qianbao.credentials import operators, password, sign_in, staff
from qianbao.credentials.challenges import RelyingParty, relying_party
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials, open_credentials
from qianbao.credentials.records import SignedIn
from qianbao.credentials.throttle import Place
from qianbao.db import Database, connect
from qianbao.ids import Id
from qianbao.journal import Journal
from qianbao.ledger import Engine
from qianbao.ledger.postgres import PostgresEngine
from qianbao.parties import brands, kyc
from qianbao.parties.accounts import open_house
from qianbao.parties.models import CityTier, Merchant, Person, Store, Wallet
from qianbao.parties.opening import Opened, open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewWallet
from qianbao.parties.store import Parties

SECRET = "correct horse battery"
PIN = "802931"
HERE = Place(address="127.0.0.1", loopback=True, device_name="Test phone")
AWAY = Place(address="198.51.100.7", device_name="Other phone")
CHEAP = {"argon2_time": 1, "argon2_memory_kib": 64}


@dataclass
class Desk:
    """What a test signs people in with."""

    settings: Settings
    db: Database
    clock: ManualClock
    parts: Credentials
    journal: Journal
    ledger: Engine
    party: RelyingParty
    phones: int = 0

    def id(self) -> Id:
        """A new id."""
        return ids.new(self.clock.now())

    async def again(self) -> Credentials:
        """The room opened once more, as another server process opens it: own pool, own memory."""
        other = await connect(self.db.url)
        return open_credentials(self.settings, db=other, clock=self.clock, parties=Parties(other))

    async def _open(
        self,
        people: list[NewPerson] | None = None,
        wallets: list[NewWallet] | None = None,
        merchants: list[NewMerchant] | None = None,
        stores: list[NewStore] | None = None,
    ) -> Opened:
        return await open_many(
            parties=self.parts.parties,
            ledger=self.ledger,
            brands=brands.load(self.settings),
            kyc=kyc.load(self.settings),
            clock=self.clock,
            people=people or [],
            wallets=wallets or [],
            merchants=merchants or [],
            stores=stores or [],
        )

    async def person(self) -> Person:
        """A person with a phone number and the password `SECRET`."""
        self.phones += 1
        new = NewPerson(id=self.id(), name="张小明", birth_year=1990, phone=f"+8613900{self.phones:06}")
        found = (await self._open(people=[new])).people[0]
        await password.set_password(self.parts, found.id, SECRET)
        return found

    async def wallet(self, person: Person) -> Wallet:
        """A wallet with an account number."""
        return (
            await self._open(wallets=[NewWallet(id=self.id(), person=person.id, brand="zhuque")])
        ).wallets[0]

    async def shop(self, owner: Id | None = None) -> tuple[Merchant, Store]:
        """A merchant with a store."""
        merchant = NewMerchant(id=self.id(), name="Noodles", mcc="5812", owner=owner)
        store = NewStore(
            id=self.id(), merchant=merchant.id, name="North gate", city="成都", city_tier=CityTier.NEW_FIRST
        )
        opened = await self._open(merchants=[merchant], stores=[store])
        return opened.merchants[0], opened.stores[0]

    async def signed_in(self, person: Person, place: Place = HERE) -> SignedIn:
        """The person signed in by phone number and password."""
        assert person.phone
        return await sign_in.person(self.parts, place, identifier=person.phone, secret=SECRET)

    async def caller(self, signed: SignedIn) -> Caller:
        """Whom a session's token belongs to."""
        return await self.parts.authenticator.authenticate(signed.token)

    async def owner(self) -> tuple[Caller, Merchant, Store]:
        """The owner of a merchant that signed up by itself, signed in."""
        merchant, store = await self.shop()
        login = f"owner{store.id.hex[-8:]}"
        await staff.add_owner(
            self.parts, id=self.id(), merchant=merchant.id, login=login, name="Owner", secret=SECRET
        )
        signed = await sign_in.owner(self.parts, HERE, login=login, secret=SECRET)
        return await self.caller(signed), merchant, store

    async def operator(self, role: Role = Role.OPERATOR) -> Caller:
        """Somebody of the house, signed in."""
        login = f"op{self.id().hex[-8:]}"
        await operators.add_operator(self.parts, login=login, name="Op", secret=SECRET, role=role)
        return await self.caller(await sign_in.house(self.parts, HERE, login=login, secret=SECRET))


@pytest.fixture(scope="module")
async def desk(db: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Credentials in a fresh database, the clock standing."""
    home: Path = tmp_path_factory.mktemp("home")
    tables: dict[str, Any] = {"credentials": CHEAP}
    settings = Settings(home=home, tables=tables)
    clock = ManualClock(1_800_000_000 * SECOND)
    ledger = PostgresEngine(db, clock=clock)
    await open_house(ledger)
    journal = Journal(db, clock=clock)
    parts = open_credentials(settings, db=db, clock=clock, parties=Parties(db))
    yield Desk(
        settings=settings,
        db=db,
        clock=clock,
        parts=parts,
        journal=journal,
        ledger=ledger,
        party=relying_party(settings),
    )
    parts.close()
    await journal.close()
