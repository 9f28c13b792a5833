"""Signing up: a person with a first wallet, or a shop alone, and signed in at once.

The secret is kept before the rows that need it, so a start that is lost half-way leaves nobody who stands
and cannot come in.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from qianbao import ids
from qianbao.credentials import forms, password, sessions, staff
from qianbao.credentials.models import Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import SignedIn
from qianbao.credentials.throttle import Place
from qianbao.ids import Id
from qianbao.ledger import Engine
from qianbao.parties.brands import Brands
from qianbao.parties.kyc import Kyc
from qianbao.parties.models import CityTier, KycClass
from qianbao.parties.opening import Opened, open_many
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewTill, NewWallet

SIGN_UPS_PERIOD_S = 3600
FIRST_TILL = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """What joining needs beside this room's own parts."""

    ledger: Engine
    brands: Brands
    kyc: Kyc


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """A shop that signs up: the merchant and its first store."""

    name: str
    mcc: str
    store_name: str
    city: str
    city_tier: CityTier
    longitude: float | None = None
    latitude: float | None = None
    settlement_bank: str | None = None
    settlement_account: str | None = None


async def join_person(
    parts: Credentials,
    doors: Doors,
    place: Place,
    *,
    name: str,
    phone: str,
    secret: str,
    brand: str,
    handle: str | None = None,
    birth_year: int | None = None,
    city: str | None = None,
) -> tuple[Opened, SignedIn]:
    """Let a person join with a first wallet, in class I until they are known better, and sign them in.

    Raises `TooManyTries`, `PasswordWeak`, and what `open_many` refuses.
    """
    await _count(parts, place)
    secret = forms.password(secret, known=(phone, handle or ""))
    now = parts.clock.now()
    id, wallet = (ids.new(now, random=parts.random) for _ in range(2))
    await password.set_password(parts, id, secret)
    opened = await open_many(
        parties=parts.parties,
        ledger=doors.ledger,
        brands=doors.brands,
        kyc=doors.kyc,
        clock=parts.clock,
        random=parts.random,
        people=[
            NewPerson(id=id, name=name, phone=phone, birth_year=birth_year, city=city, kyc_class=KycClass.I)
        ],
        wallets=[NewWallet(id=wallet, person=id, brand=brand, handle=handle)],
    )
    signed = await sessions.open_session(
        parts, holder=id, role=Role.PERSON, person=id, device=None, device_name=place.device_name
    )
    return opened, signed


async def join_shop(
    parts: Credentials, doors: Doors, place: Place, *, shop: Shop, login: str, secret: str
) -> tuple[Opened, SignedIn]:
    """Let a shop join alone, with a store, a till and an owner's login, and sign the owner in.

    Raises `TooManyTries`, `PasswordWeak`, `LoginTaken`, `CredentialMalformed`, and what `open_many` refuses.
    """
    await _count(parts, place)
    now = parts.clock.now()
    owner = ids.new(now, random=parts.random)
    forms.password(secret, known=(forms.login(login)[0],))
    await staff.login_free(parts, login, but=owner)
    opened = await open_shop(parts, doors, id=ids.new(now, random=parts.random), owner=None, shop=shop)
    merchant = opened.merchants[0]
    await staff.add_owner(parts, id=owner, merchant=merchant.id, login=login, name=shop.name, secret=secret)
    signed = await sessions.open_session(
        parts,
        holder=owner,
        role=Role.OWNER,
        merchant=merchant.id,
        device=None,
        device_name=place.device_name,
    )
    return opened, signed


async def open_shop(parts: Credentials, doors: Doors, *, id: Id, owner: Id | None, shop: Shop) -> Opened:
    """Let a merchant with its first store and till stand; all ids derive from `id`, so a repeat finds them.

    Raises what `open_many` refuses.
    """
    store = ids.derive(id, "store")
    return await open_many(
        parties=parts.parties,
        ledger=doors.ledger,
        brands=doors.brands,
        kyc=doors.kyc,
        clock=parts.clock,
        merchants=[
            NewMerchant(
                id=id,
                name=shop.name,
                mcc=shop.mcc,
                owner=owner,
                settlement_bank=shop.settlement_bank,
                settlement_account=shop.settlement_account,
            )
        ],
        stores=[
            NewStore(
                id=store,
                merchant=id,
                name=shop.store_name,
                city=shop.city,
                city_tier=shop.city_tier,
                longitude=shop.longitude,
                latitude=shop.latitude,
            )
        ],
        tills=[NewTill(id=ids.derive(id, "till"), store=store, name=FIRST_TILL)],
    )


async def _count(parts: Credentials, place: Place) -> None:
    if not place.loopback:
        await parts.rates.demand(
            f"sign-up:address:{place.address}", parts.rules.sign_ups_max, SIGN_UPS_PERIOD_S
        )
