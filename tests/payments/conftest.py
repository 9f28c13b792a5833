"""A small town: two people with a wallet each, a shop with a counter, a budget for subsidies, real books."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from qianbao.clock import SECOND, ManualClock
from qianbao.config import Settings
from qianbao.credentials.errors import PinWrong
from qianbao.credentials.keyring import open_keyring
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.rate import Rates
from qianbao.db import Database, connect
from qianbao.ids import Id, derive, of_int
from qianbao.journal import Event, Journal, Plan, Receipt, Transfer, digest
from qianbao.ledger.postgres import PostgresEngine
from qianbao.parties import brands as brands_of
from qianbao.parties import kyc as kyc_of
from qianbao.parties.accounts import open_house
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.parties.models import CityTier, KycClass
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewWallet
from qianbao.parties.store import Parties
from qianbao.payments.room import Payments, opened
from qianbao.payments.trade.models import TradeState
from qianbao.risk import Gate, RiskRules

NOON = 1_795_060_800 * SECOND
"""A moment in the middle of a business day."""
PIN = "246810"
TEST_ROOT = of_int(0x7E57 << 8)
RICH = 2_000_00
"""What a new wallet of these tests holds."""


async def verify_pin(_person: Id, pin: str) -> None:
    """Everybody's PIN here is the same; how PINs are kept is tested in `tests/credentials`."""
    if pin != PIN:
        raise PinWrong()


@dataclass
class Town:
    """The room and its people. Every `someone` is new, so tests do not share balances or limits."""

    db: Database
    room: Payments
    other: Payments
    """The same, as a second server process would have it."""
    clock: ManualClock
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def key(self) -> Id:
        """A command id nobody has used."""
        return derive(TEST_ROOT, f"key {next(self.numbers)}")

    def number(self) -> str:
        """A merchant's number nobody has used."""
        return f"N{next(self.numbers)}"

    async def someone(self, money: int = RICH, *, kyc: KycClass = KycClass.III) -> tuple[Caller, Id]:
        """A new person, signed in, and the id of their wallet with money in it."""
        person, wallet = self.key(), self.key()
        await open_many(
            parties=self.room.parties,
            ledger=self.room.ledger,
            brands=brands_of.load(NO_SETTINGS),
            kyc=kyc_of.load(NO_SETTINGS),
            clock=self.clock,
            people=[NewPerson(id=person, name="李雷", kyc_class=kyc)],
            wallets=[NewWallet(id=wallet, person=person, brand="zhuque")],
        )
        if money:
            await self.give(wallet, money)
        return Caller(id=person, role=Role.PERSON, person=person), wallet

    async def shop(self, *, rate_bp: int = 60, owner: Id | None = None) -> Caller:
        """A new merchant's own program, which may do everything a merchant can."""
        merchant, store = self.key(), self.key()
        await open_many(
            parties=self.room.parties,
            ledger=self.room.ledger,
            brands=brands_of.load(NO_SETTINGS),
            kyc=kyc_of.load(NO_SETTINGS),
            clock=self.clock,
            merchants=[NewMerchant(id=merchant, name="Noodles", mcc="5812", rate_bp=rate_bp, owner=owner)],
            stores=[
                NewStore(
                    id=store, merchant=merchant, name="One", city="Hangzhou", city_tier=CityTier.NEW_FIRST
                )
            ],
        )
        return Caller(
            id=merchant,
            role=Role.OWNER,
            merchant=merchant,
            store=store,
            till=f"till {next(self.numbers)}",
            scopes=frozenset(Scope),
        )

    async def give(self, account: Id, amount: int) -> None:
        """Move money from the house's capital to an account."""
        await self.move(house_account(AccountCode.CAPITAL), account, amount)

    async def move(self, debit: Id, credit: Id, amount: int) -> None:
        """A bare transfer, as other rooms make them."""
        command = self.key()
        transfer = Transfer(id=command, debit=debit, credit=credit, amount=amount, code=TransferCode.CAPITAL)
        moved = await self.room.journal.commit(
            Plan(
                caller=TEST_ROOT,
                command=command,
                digest=digest(amount),
                transfers=(transfer,),
                event=Event(type="test.moved", subject=credit),
            )
        )
        assert isinstance(moved, Receipt)

    async def balance(self, account: Id) -> int:
        """What an account may spend."""
        (found,) = await self.room.ledger.lookup_accounts([account.int])
        return found.credits_posted - found.debits_posted - found.debits_pending

    async def state(self, trade: Id) -> TradeState:
        """Where a trade stands."""
        found = await self.room.trades.one(trade)
        assert found is not None
        return found.state


TIER = CityTier.NEW_FIRST
NO_SETTINGS = Settings(home=Path("/nonexistent"), tables={})


@pytest.fixture(scope="module")
async def town(db: Database) -> AsyncIterator[Town]:
    """The town on a fresh database, with two journals as two server processes have them."""
    clock = ManualClock(NOON)
    with tempfile.TemporaryDirectory() as home:
        async with room_on(db, clock, Path(home)) as room:
            second = await connect(db.url)
            async with room_on(second, clock, Path(home)) as other:
                town = Town(db=db, room=room, other=other, clock=clock)
                await open_house(room.ledger)
                await town.give(house_account(AccountCode.SUBSIDY), 1_000_000_00)
                yield town
            await second.close()


@contextlib.asynccontextmanager
async def room_on(
    db: Database, clock: ManualClock, home: Path, **settings: dict[str, Any]
) -> AsyncGenerator[Payments]:
    """The payments room of one server process."""
    journal = Journal(db, clock=clock)
    yield opened(
        db,
        settings=Settings(home=home, tables=settings),
        journal=journal,
        ledger=PostgresEngine(db, clock=clock),
        parties=Parties(db),
        brands=brands_of.load(NO_SETTINGS),
        kyc=kyc_of.load(NO_SETTINGS),
        keyring=open_keyring(home),
        rates=Rates(db, clock=clock),
        verify_pin=verify_pin,
        allow=Gate(RiskRules(), clock=clock).allow,
        clock=clock,
    )
    await journal.close()
