"""A square: the payments' town with the social room on it, as two server processes have it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qianbao.clock import ManualClock
from qianbao.config import Settings
from qianbao.credentials.models import Caller
from qianbao.credentials.rate import Rates
from qianbao.db import Database, connect
from qianbao.ids import Id, parse
from qianbao.parties import brands as brands_of
from qianbao.parties import kyc as kyc_of
from qianbao.parties.accounts import open_house
from qianbao.parties.models import KycClass
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewWallet
from qianbao.payments.room import Payments
from qianbao.social.packet import service as packets
from qianbao.social.packet.models import RedPacketKind
from qianbao.social.room import Social, opened
from tests.payments.conftest import NO_SETTINGS, NOON, PIN, RICH, Town, room_on

__all__ = ["NOON", "PIN", "RICH", "Square"]


@dataclass
class Square:
    """The social room twice, and the town's people."""

    town: Town
    room: Social
    other: Social

    @property
    def clock(self) -> ManualClock:
        """The clock of both."""
        return self.town.clock

    @property
    def db(self) -> Database:
        """The database of both."""
        return self.town.db

    def key(self) -> Id:
        """A command id nobody has used."""
        return self.town.key()

    async def someone(self, money: int = RICH, *, kyc: KycClass = KycClass.III) -> tuple[Caller, Id]:
        """A new person, signed in, and their wallet with money in it."""
        return await self.town.someone(money, kyc=kyc)

    async def second_wallet(self, person: Caller, brand: str = "lanhua") -> Id:
        """Another wallet of the person's, of another brand."""
        wallet = self.key()
        await open_many(
            parties=self.town.room.parties,
            ledger=self.town.room.ledger,
            brands=brands_of.load(NO_SETTINGS),
            kyc=kyc_of.load(NO_SETTINGS),
            clock=self.clock,
            wallets=[NewWallet(id=wallet, person=person.id, brand=brand, handle=f"h{wallet.hex[:12]}")],
        )
        return wallet

    async def balance(self, account: Id) -> int:
        """What an account may spend."""
        return await self.town.balance(account)

    async def packet(
        self,
        amount: int,
        count: int,
        kind: RedPacketKind = RedPacketKind.LUCKY,
        *,
        room: Social | None = None,
    ) -> tuple[Id, Caller, Id]:
        """A packet that somebody new has sent, the sender and their wallet."""
        sender, wallet = await self.someone(RICH + amount)
        receipt = await packets.fund(
            sender,
            room or self.room,
            command=self.key(),
            wallet=wallet,
            kind=kind,
            amount=amount,
            count=count,
            wish="恭喜发财",
            pin=PIN,
        )
        return parse(receipt.result["id"]), sender, wallet


def social_on(db: Database, payments: Payments, **social: Any) -> Social:
    """The social room of one server process."""
    return opened(
        db,
        settings=Settings(home=Path("/nonexistent"), tables={"social": social}),
        payments=payments,
        rates=Rates(db, clock=payments.clock),
    )


@contextlib.asynccontextmanager
async def laid_on(db: Database) -> AsyncGenerator[Square]:
    """A square on a fresh database."""
    clock = ManualClock(NOON)
    with tempfile.TemporaryDirectory() as home:
        second = await connect(db.url)
        async with (
            room_on(db, clock, Path(home)) as one,
            room_on(second, clock, Path(home)) as two,
        ):
            town = Town(db=db, room=one, other=two, clock=clock)
            await open_house(one.ledger)
            yield Square(town=town, room=social_on(db, one), other=social_on(second, two))
        await second.close()


@pytest.fixture(scope="module")
async def square(db: Database) -> AsyncIterator[Square]:
    """The square of a module's tests."""
    async with laid_on(db) as made:
        yield made
