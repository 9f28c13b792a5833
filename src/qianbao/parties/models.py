"""Who takes part: people, their wallets, merchants, their stores and tills. Frozen records.

A wallet's and a merchant's id is also the id of its ledger account.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec

from qianbao.ids import Id


class KycClass(StrEnum):
    """How well a person is known (China's classes of payment account). The limits rise with it."""

    I = "I"  # noqa: E741 - the class's own name
    II = "II"
    III = "III"


class PartyKind(StrEnum):
    """What a party is."""

    PERSON = "person"
    WALLET = "wallet"
    MERCHANT = "merchant"


class PartyState(StrEnum):
    """Whether a party may move money."""

    ACTIVE = "active"
    FROZEN = "frozen"


class FrozenBy(StrEnum):
    """Who froze an account, and so who may open it again: the holder opens only what the holder froze."""

    HOLDER = "holder"
    HOUSE = "house"


Standing = tuple[PartyState, FrozenBy | None]
ACTIVE: Final[Standing] = (PartyState.ACTIVE, None)
LOST: Final[Standing] = (PartyState.FROZEN, FrozenBy.HOLDER)
BARRED: Final[Standing] = (PartyState.FROZEN, FrozenBy.HOUSE)

NEXT: Final[Mapping[Standing, frozenset[Standing]]] = {
    ACTIVE: frozenset({LOST, BARRED}),
    LOST: frozenset({ACTIVE, BARRED}),
    BARRED: frozenset({ACTIVE}),
}
"""The state machine of an account: the house may take a holder's freeze over, never the other way round."""


class CityTier(StrEnum):
    """The tier of a city as Chinese retail counts them: first, new first, second … fifth."""

    FIRST = "1"
    NEW_FIRST = "new1"
    SECOND = "2"
    THIRD = "3"
    FOURTH = "4"
    FIFTH = "5"


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One person. `phone` is E.164 and unique in the network."""

    id: Id
    name: str
    birth_year: int | None
    city: str | None
    phone: str | None
    kyc_class: KycClass
    state: PartyState
    """Frozen by the house: no further wallet is opened. Their wallets are frozen each by itself."""
    frozen_by: FrozenBy | None
    version: int
    created_at: int
    """Nanoseconds."""


class Wallet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A person's wallet of one brand; `id` is its ledger account's id.

    It is paid by `account_number` (5 to 11 digits) or by `handle`, whichever its brand uses.
    """

    id: Id
    person: Id
    brand: str
    account_number: str | None
    handle: str | None
    name: str
    """The person's name, unmasked: for the holder and the house alone."""
    kyc_class: KycClass
    state: PartyState
    frozen_by: FrozenBy | None
    closing: Id | None
    """The pending transfer that keeps the frozen account closed."""
    version: int


class Merchant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A merchant: signed up once, paid by every brand; `id` is its ledger account's id."""

    id: Id
    name: str
    owner: Id | None
    """The person who owns it, or None for a merchant that signed up by itself."""
    mcc: str
    """Merchant category code, ISO 18245."""
    rate_bp: int
    """What the merchant pays of each payment, in basis points."""
    settlement_bank: str | None
    settlement_account_masked: str | None
    """The last four digits alone: the full number is never kept here."""
    state: PartyState
    frozen_by: FrozenBy | None
    closing: Id | None
    version: int
    created_at: int


class Store(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A place where a merchant sells. `longitude` and `latitude` in degrees, WGS 84."""

    id: Id
    merchant: Id
    name: str
    city: str
    city_tier: CityTier
    longitude: float | None
    latitude: float | None
    created_at: int


class Till(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A till of a store; `name` is unique within the store, and what wrong code guesses count against."""

    id: Id
    store: Id
    merchant: Id
    name: str


class Payee(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an account number or a handle would pay, the name masked so that nobody is looked up by it."""

    wallet: Id
    brand: str
    identifier: str
    name_masked: str
    state: PartyState
