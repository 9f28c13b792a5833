"""The parties as they stand in the database. Loads by id are gathered: those of one tick are one query."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

import asyncpg

from qianbao.db import Database, Gather, queries
from qianbao.errors import NotFound
from qianbao.ids import NONE, Id
from qianbao.parties import names
from qianbao.parties.errors import (
    MerchantUnknown,
    PartyMalformed,
    PersonUnknown,
    StoreUnknown,
    TillUnknown,
    WalletUnknown,
)
from qianbao.parties.models import (
    CityTier,
    FrozenBy,
    KycClass,
    Merchant,
    PartyState,
    Person,
    Store,
    Till,
    Wallet,
)

SQL = queries(__package__ or "qianbao.parties")
PAGE_MAX = 200
"""The most that one page of a list holds."""

Row = TypeVar("Row")


class Standing(NamedTuple):
    """Parties by their ids."""

    persons: dict[Id, Person]
    wallets: dict[Id, Wallet]
    merchants: dict[Id, Merchant]
    stores: dict[Id, Store]


class Parties:
    """Reads of people, wallets, merchants, stores and tills. Each raises `DatabaseLost` when it is away."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._persons = Gather(self._fetch("persons", _person))
        self._wallets = Gather(self._fetch("wallets", _wallet))
        self._merchants = Gather(self._fetch("merchants", _merchant))
        self._stores = Gather(self._fetch("stores", _store))
        self._tills = Gather(self._fetch("tills", _till))

    async def person(self, id: Id) -> Person:
        """The person of an id. Raises `PersonUnknown`."""
        return _known(await self._persons.one(id), PersonUnknown)

    async def wallet(self, id: Id) -> Wallet:
        """The wallet of an id. Raises `WalletUnknown`."""
        return _known(await self._wallets.one(id), WalletUnknown)

    async def merchant(self, id: Id) -> Merchant:
        """The merchant of an id. Raises `MerchantUnknown`."""
        return _known(await self._merchants.one(id), MerchantUnknown)

    async def store(self, id: Id) -> Store:
        """The store of an id. Raises `StoreUnknown`."""
        return _known(await self._stores.one(id), StoreUnknown)

    async def till(self, id: Id) -> Till:
        """The till of an id. Raises `TillUnknown`."""
        return _known(await self._tills.one(id), TillUnknown)

    async def standing(
        self,
        *,
        persons: Iterable[Id] = (),
        wallets: Iterable[Id] = (),
        merchants: Iterable[Id] = (),
        stores: Iterable[Id] = (),
    ) -> Standing:
        """Those of many that stand."""
        people, purses, shops, places = await asyncio.gather(
            self._persons.many(persons),
            self._wallets.many(wallets),
            self._merchants.many(merchants),
            self._stores.many(stores),
        )
        return Standing(
            persons={one.id: one for one in people if one},
            wallets={one.id: one for one in purses if one},
            merchants={one.id: one for one in shops if one},
            stores={one.id: one for one in places if one},
        )

    async def wallets_of(self, person: Id) -> list[Wallet]:
        """A person's wallets, in the order of their ids."""
        rows = await self.db.rows(SQL["wallets_of_person"], person)
        return [found for found in await self._wallets.many([row["id"] for row in rows]) if found]

    async def merchants_of(self, owner: Id) -> list[Merchant]:
        """The merchants that a person owns."""
        rows = await self.db.rows(SQL["merchants_of_owner"], owner)
        return [found for found in await self._merchants.many([row["id"] for row in rows]) if found]

    async def merchants(self, *, after: Id = NONE, limit: int = PAGE_MAX) -> list[Merchant]:
        """A page of all merchants, by id."""
        rows = await self.db.rows(SQL["merchants_page"], after, min(limit, PAGE_MAX))
        return [found for found in await self._merchants.many([row["id"] for row in rows]) if found]

    async def stores_of(self, merchant: Id, *, after: Id = NONE, limit: int = PAGE_MAX) -> list[Store]:
        """A page of a merchant's stores, by id."""
        rows = await self.db.rows(SQL["stores_of_merchant"], merchant, after, min(limit, PAGE_MAX))
        return [found for found in await self._stores.many([row["id"] for row in rows]) if found]

    async def tills_of(self, store: Id) -> list[Till]:
        """A store's tills, by name."""
        rows = await self.db.rows(SQL["tills_of_store"], store)
        return [found for found in await self._tills.many([row["id"] for row in rows]) if found]

    async def wallet_by_identifier(self, text: str) -> Wallet | None:
        """The wallet that an account number or a handle pays, or None, for text of neither form too."""
        number = key = None
        try:
            if text.strip().isdigit():
                number = names.account_number(text)
            else:
                _, key = names.handle(text)
        except PartyMalformed:
            return None
        row = await self.db.row(SQL["wallet_by_identifier"], number, key)
        return None if row is None else await self._wallets.one(row["id"])

    async def person_by_phone(self, text: str) -> Person | None:
        """The person of a phone number (E.164), or None, for text of another form too."""
        try:
            number = names.phone(text)
        except PartyMalformed:
            return None
        row = await self.db.row(SQL["person_by_phone"], number)
        return None if row is None else await self._persons.one(row["id"])

    def _fetch(
        self, query: str, read: Callable[[asyncpg.Record], Row]
    ) -> Callable[[list[Id]], Awaitable[Mapping[Id, Row]]]:
        async def fetch(ids: list[Id]) -> Mapping[Id, Row]:
            return {row["id"]: read(row) for row in await self.db.rows(SQL[query], ids)}

        return fetch


def _known(found: Row | None, unknown: type[NotFound]) -> Row:
    if found is None:
        raise unknown()
    return found


def _person(row: asyncpg.Record) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        birth_year=row["birth_year"],
        city=row["city"],
        phone=row["phone"],
        kyc_class=KycClass(row["kyc_class"]),
        state=PartyState(row["state"]),
        frozen_by=_frozen_by(row["frozen_by"]),
        version=row["version"],
        created_at=row["created_at"],
    )


def _frozen_by(value: Any) -> FrozenBy | None:
    return None if value is None else FrozenBy(value)


def _wallet(row: asyncpg.Record) -> Wallet:
    return Wallet(
        id=row["id"],
        person=row["person"],
        brand=row["brand"],
        account_number=row["account_number"],
        handle=row["handle"],
        name=row["name"],
        kyc_class=KycClass(row["kyc_class"]),
        state=PartyState(row["state"]),
        frozen_by=_frozen_by(row["frozen_by"]),
        closing=row["closing"],
        version=row["version"],
    )


def _merchant(row: asyncpg.Record) -> Merchant:
    return Merchant(
        id=row["id"],
        name=row["name"],
        owner=row["owner"],
        mcc=row["mcc"],
        rate_bp=row["rate_bp"],
        settlement_bank=row["settlement_bank"],
        settlement_account_masked=row["settlement_account_masked"],
        state=PartyState(row["state"]),
        frozen_by=_frozen_by(row["frozen_by"]),
        closing=row["closing"],
        version=row["version"],
        created_at=row["created_at"],
    )


def _store(row: asyncpg.Record) -> Store:
    return Store(
        id=row["id"],
        merchant=row["merchant"],
        name=row["name"],
        city=row["city"],
        city_tier=CityTier(row["city_tier"]),
        longitude=row["longitude"],
        latitude=row["latitude"],
        created_at=row["created_at"],
    )


def _till(row: asyncpg.Record) -> Till:
    return Till(id=row["id"], store=row["store"], merchant=row["merchant"], name=row["name"])
