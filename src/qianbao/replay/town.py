"""Who the payers and merchants of a file are: its keys become people, wallets, merchants and stores.

Ids derive from the source and the key, so the same key is the same party in every run of the source.
"""

from __future__ import annotations

import unicodedata
from typing import Final, Protocol

from qianbao.ids import Id, derive
from qianbao.parties.brands import Brand, Brands, Identification
from qianbao.parties.models import KycClass
from qianbao.parties.requests import NewMerchant, NewPerson, NewStore, NewWallet
from qianbao.replay.models import TEXT_MAX, Record
from qianbao.replay.places import city

MCC_UNKNOWN: Final = "5999"
"""Miscellaneous retail: the category of a merchant whose records name none."""


class Town(Protocol):
    """How the keys of a source become parties. The id must derive from the key alone."""

    def wallet_id(self, payer: str) -> Id:
        """The wallet that pays for the payer of that key."""
        ...

    def merchant_id(self, record: Record) -> Id:
        """The merchant that takes the record's payment."""
        ...

    def store_id(self, record: Record) -> Id:
        """The store where it happened."""
        ...

    def person(self, payer: str) -> tuple[NewPerson, NewWallet]:
        """Who joins when the key is seen for the first time."""
        ...

    def merchant(self, record: Record) -> NewMerchant:
        """The merchant that signs up with its first record."""
        ...

    def store(self, record: Record) -> NewStore:
        """The store that opens with its first record."""
        ...


class FileTown:
    """Parties as a file names them: by their keys. People are of class III, their brands drawn from all."""

    def __init__(self, source: Id, brands: Brands) -> None:
        self._source = source
        self._brands = brands.all

    def wallet_id(self, payer: str) -> Id:
        """Derived from the key."""
        return derive(self._source, f"wallet:{payer}")

    def merchant_id(self, record: Record) -> Id:
        """Derived from the key."""
        return derive(self._source, f"merchant:{record.merchant}")

    def store_id(self, record: Record) -> Id:
        """Derived from the merchant's and the store's key."""
        return derive(self.merchant_id(record), f"store:{record.store}")

    def person(self, payer: str) -> tuple[NewPerson, NewWallet]:
        """A person named by the key."""
        person = derive(self._source, f"person:{payer}")
        brand = self._brands[person.bytes[0] % len(self._brands)]
        return (
            NewPerson(id=person, name=label(payer), kyc_class=KycClass.III),
            wallet(self.wallet_id(payer), person, brand),
        )

    def merchant(self, record: Record) -> NewMerchant:
        """A merchant named by the record, or by its key."""
        name = label(record.name or record.merchant)
        return NewMerchant(id=self.merchant_id(record), name=name, mcc=record.mcc or MCC_UNKNOWN)

    def store(self, record: Record) -> NewStore:
        """A store in the record's city."""
        place = city(record.city)
        return NewStore(
            id=self.store_id(record),
            merchant=self.merchant_id(record),
            name=label(record.store),
            city=label(place.name),
            city_tier=place.tier,
            longitude=place.longitude,
            latitude=place.latitude,
        )


def wallet(id: Id, person: Id, brand: Brand) -> NewWallet:
    """A wallet of a brand: with an account number that is drawn, or a handle made of its id."""
    if brand.identification is Identification.HANDLE:
        return NewWallet(id=id, person=person, brand=brand.key, handle=f"u{id.hex[:16]}")
    return NewWallet(id=id, person=person, brand=brand.key)


def label(text: str) -> str:
    """The text as a party may be named: without invisible characters, and not empty."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) not in ("Cc", "Cf", "Cs"))
    return unicodedata.normalize("NFC", seen).strip()[:TEXT_MAX].strip() or "—"
