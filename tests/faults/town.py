"""A town for load: people with money and a signed-in session each, shops with an API key each.

Laid through the house's own services on the database of a running installation, so that thousands stand in a
second; the load itself then goes over HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from qianbao.api.parts import Parts, opened
from qianbao.config import Settings, load
from qianbao.credentials import api_keys
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.sessions import open_session
from qianbao.ids import Id, derive, of_int
from qianbao.ledger import Transfer
from qianbao.parties.chart import AccountCode, TransferCode, house_account
from qianbao.parties.models import CityTier, KycClass
from qianbao.parties.opening import open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewWallet
from tests.live import Live

CONFIG = """
[kyc.III]
day_max = 100000000000
year_max = 100000000000
static_day_max = 100000000000
pinless_each_max = 100000000
pinless_day_max = 100000000000
pinless_day_count_max = 1000000

[api]
key_per_s = 1000000
session_per_s = 1000000
address_per_s = 1000000
"""
"""Limits so wide that load meets none of them: how limits hold is tested where they are made."""

MONEY = 1_000_000_00
"""What each person begins with, minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A person: their wallet and a session's token."""

    person: Id
    wallet: Id
    cookie: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A merchant and its API key."""

    merchant: Id
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Who lives there."""

    people: tuple[Resident, ...]
    shops: tuple[Shop, ...]


def prepare(home: Path) -> None:
    """Write the settings for load into a home, before its first start."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / "config.toml").write_text(CONFIG)


def settings_of(live: Live) -> Settings:
    """The settings under which a second process joins a running installation."""
    return load({**live.environ, "QIANBAO_DATABASE_URL": live.running.database_url})


async def lay(live: Live, *, people: int, shops: int, seed: int) -> Town:
    """Let them join, sign them in and fund them. The same seed finds those who stand."""
    async with opened(settings_of(live), application="qianbao-town") as parts:
        return await lay_with(parts, people=people, shops=shops, seed=seed)


async def lay_with(parts: Parts, *, people: int, shops: int, seed: int) -> Town:
    """As `lay`, with parts that are open already."""
    scope = of_int(Random(seed).getrandbits(128))
    persons = [derive(scope, f"person {n}") for n in range(people)]
    wallets = [derive(scope, f"wallet {n}") for n in range(people)]
    merchants = [derive(scope, f"shop {n}") for n in range(shops)]
    await open_many(
        parties=parts.parties,
        ledger=parts.ledger,
        brands=parts.brands,
        kyc=parts.kyc,
        clock=parts.clock,
        people=[NewPerson(id=p, name=f"Load {n}", kyc_class=KycClass.III) for n, p in enumerate(persons)],
        wallets=[
            NewWallet(id=w, person=p, brand="lanhua", handle=f"load{seed}x{n}")
            for n, (w, p) in enumerate(zip(wallets, persons, strict=True))
        ],
        merchants=[NewMerchant(id=m, name=f"Shop {n}", mcc="5411") for n, m in enumerate(merchants)],
        stores=[
            NewStore(
                id=derive(m, "store"), merchant=m, name="Main", city="Hangzhou", city_tier=CityTier.NEW_FIRST
            )
            for m in merchants
        ],
    )
    await parts.ledger.create_transfers(
        [
            Transfer(
                id=derive(scope, f"money {n}").int,
                debit_account_id=house_account(AccountCode.CAPITAL).int,
                credit_account_id=wallet.int,
                amount=MONEY,
                ledger=156,
                code=TransferCode.CAPITAL,
            )
            for n, wallet in enumerate(wallets)
        ]
    )
    residents = [
        Resident(person=p, wallet=w, cookie=await _signed_in(parts, p))
        for w, p in zip(wallets, persons, strict=True)
    ]
    return Town(people=tuple(residents), shops=tuple([await _shop(parts, m) for m in merchants]))


async def _signed_in(parts: Parts, person: Id) -> str:
    signed = await open_session(
        parts.credentials, holder=person, role=Role.PERSON, device=None, device_name="load", person=person
    )
    return signed.token


async def _shop(parts: Parts, merchant: Id) -> Shop:
    owner = Caller(id=merchant, role=Role.OWNER, merchant=merchant)
    made = await api_keys.make(
        parts.credentials,
        owner,
        merchant=merchant,
        name="load",
        scopes=[Scope.TRADES_READ, Scope.TRADES_WRITE, Scope.REFUNDS_WRITE],
        live=False,
    )
    return Shop(merchant=merchant, key=made.secret)
