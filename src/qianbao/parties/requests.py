"""What is asked for when somebody joins, checked and brought to one form before it is written. Pure."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import msgspec

from qianbao.ids import Id
from qianbao.parties import names
from qianbao.parties.brands import Brands, Identification
from qianbao.parties.errors import PartyMalformed
from qianbao.parties.models import CityTier, KycClass

RATE_BP_MAX = 1_000
"""A merchant pays at most ten per cent of a payment."""
RATE_BP = 60
"""What a merchant pays unless it is agreed otherwise: 0.6 %."""
BIRTH_YEAR_MIN = 1900
BIRTH_YEAR_MAX = 2100


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """A person who joins. The id is the caller's to derive, so that a repeat meets itself."""

    id: Id
    name: str
    birth_year: int | None = None
    city: str | None = None
    phone: str | None = None
    kyc_class: KycClass = KycClass.I


class NewWallet(msgspec.Struct, frozen=True, kw_only=True):
    """A wallet to open. Of a brand with account numbers one is drawn unless it is given; of a brand
    with handles the handle must be given."""

    id: Id
    person: Id
    brand: str
    account_number: str | None = None
    handle: str | None = None


class NewMerchant(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant who signs up, once for all brands."""

    id: Id
    name: str
    mcc: str
    owner: Id | None = None
    rate_bp: int = RATE_BP
    settlement_bank: str | None = None
    settlement_account: str | None = None
    """The full number; only its last four characters are kept."""


class NewStore(msgspec.Struct, frozen=True, kw_only=True):
    """A store of a merchant; degrees by WGS 84, both or neither."""

    id: Id
    merchant: Id
    name: str
    city: str
    city_tier: CityTier
    longitude: float | None = None
    latitude: float | None = None


class NewTill(msgspec.Struct, frozen=True, kw_only=True):
    """A till of a store."""

    id: Id
    store: Id
    name: str


@lru_cache(maxsize=1024)
def _mcc(text: str) -> str:
    return names.mcc(text)


def person(asked: NewPerson) -> NewPerson:
    """The person in one form. Raises `PartyMalformed`."""
    year = asked.birth_year
    if year is not None and not BIRTH_YEAR_MIN <= year <= BIRTH_YEAR_MAX:
        raise PartyMalformed("", field="birth_year", expected=f"a year, {BIRTH_YEAR_MIN} to {BIRTH_YEAR_MAX}")
    return msgspec.structs.replace(
        asked,
        name=names.label(asked.name, field="name"),
        city=None if asked.city is None else names.label(asked.city, field="city"),
        phone=None if asked.phone is None else names.phone(asked.phone),
    )


def wallet(asked: NewWallet, brands: Brands, random: Callable[[int], bytes]) -> NewWallet:
    """The wallet in one form, its account number drawn where its brand has them and none is given.
    Raises `UnknownBrand`, `PartyMalformed`."""
    if brands.get(asked.brand).identification is Identification.HANDLE:
        if asked.handle is None or asked.account_number is not None:
            raise PartyMalformed(
                "People of this brand go by handle.", field="handle", expected=names.HANDLE_FORM
            )
        return msgspec.structs.replace(asked, handle=names.handle(asked.handle)[0])
    if asked.handle is not None:
        raise PartyMalformed(
            "People of this brand go by account number.", field="handle", expected="no handle for this brand"
        )
    given = asked.account_number
    number = names.draw_account_number(random) if given is None else names.account_number(given)
    return msgspec.structs.replace(asked, account_number=number)


def merchant(asked: NewMerchant) -> NewMerchant:
    """The merchant in one form, its bank account masked. Raises `PartyMalformed`, `UnknownMcc`."""
    if not 0 <= asked.rate_bp <= RATE_BP_MAX:
        raise PartyMalformed("", field="rate_bp", expected=f"0 to {RATE_BP_MAX} basis points")
    if (asked.settlement_bank is None) != (asked.settlement_account is None):
        raise PartyMalformed("", field="settlement_account", expected="a bank and an account, or neither")
    bank, account = asked.settlement_bank, asked.settlement_account
    return msgspec.structs.replace(
        asked,
        name=names.label(asked.name, field="name"),
        mcc=_mcc(asked.mcc),
        settlement_bank=None if bank is None else names.label(bank, field="settlement_bank"),
        settlement_account=None if account is None else names.bank_account_masked(account),
    )


def store(asked: NewStore) -> NewStore:
    """The store in one form. Raises `PartyMalformed`."""
    place = (asked.longitude, asked.latitude)
    if (place[0] is None) != (place[1] is None):
        raise PartyMalformed("", field="latitude", expected="longitude and latitude, or neither")
    if place[0] is not None and not -180 <= place[0] <= 180:
        raise PartyMalformed("", field="longitude", expected="degrees, -180 to 180")
    if place[1] is not None and not -90 <= place[1] <= 90:
        raise PartyMalformed("", field="latitude", expected="degrees, -90 to 90")
    return msgspec.structs.replace(
        asked, name=names.label(asked.name, field="name"), city=names.label(asked.city, field="city")
    )


def till(asked: NewTill) -> NewTill:
    """The till in one form. Raises `PartyMalformed`."""
    return msgspec.structs.replace(asked, name=names.label(asked.name, field="name", size_max=32))
