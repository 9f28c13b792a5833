"""Who paid and where, as records know it: the payer's pseudonym, the store's tier and place.

Looked up once for each wallet and store and then remembered by the process. A store never changes; a
pseudonym only by an erasure, which the reader of events notices and has it forgotten here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final, TypeVar

import msgspec
from h3.api import basic_int as h3

from qianbao.clock import Clock
from qianbao.db import Database, queries
from qianbao.errors import NotFound
from qianbao.ids import Id, new
from qianbao.parties.store import Parties

SQL: Final = queries(__package__ or "")
RESOLUTION: Final = 8
"""H3: cells of about 0.7 square kilometres."""
REMEMBERED_MAX: Final = 200_000
"""Wallets, and stores, that one process remembers; then it begins anew."""


class Somebody(msgspec.Struct, frozen=True, gc=False):
    """A person as records know them."""

    pseudonym: Id
    salt: bytes


class Place(msgspec.Struct, frozen=True, gc=False):
    """A store as records know it."""

    tier: str = ""
    cell: int | None = None
    city: str = ""


NOWHERE: Final = Place()


class Known:
    """The look-ups of one process."""

    def __init__(
        self, db: Database, *, parties: Parties, clock: Clock, random: Callable[[int], bytes]
    ) -> None:
        self._db = db
        self._parties = parties
        self._clock = clock
        self._random = random
        self._by_wallet: dict[Id, Somebody] = {}
        self._places: dict[Id, Place] = {}

    async def payers(self, wallets: Collection[Id]) -> Mapping[Id, Somebody]:
        """The person of each wallet, a new pseudonym for one not seen before; a wallet that nobody holds is
        left out. Raises `DatabaseLost`, `OutcomeUnknown`."""
        if len(self._by_wallet) > REMEMBERED_MAX:
            self._by_wallet.clear()
        missing = [wallet for wallet in wallets if wallet not in self._by_wallet]
        found = await _each(self._parties.wallet, missing)
        holders = {wallet: one.person for wallet, one in found.items()}
        if holders:
            people = await self.people(set(holders.values()))
            self._by_wallet |= {wallet: people[person] for wallet, person in holders.items()}
        return {wallet: self._by_wallet[wallet] for wallet in wallets if wallet in self._by_wallet}

    def forget(self, pseudonyms: Collection[Id]) -> None:
        """No longer remember these: their key rows are destroyed."""
        self._by_wallet = {
            wallet: one for wallet, one in self._by_wallet.items() if one.pseudonym not in pseudonyms
        }

    async def find(self, person: Id) -> Id | None:
        """The pseudonym of a person of the network, if there is one. Raises `DatabaseLost`."""
        found = await self._rows([person])
        return found[person].pseudonym if person in found else None

    async def people(self, persons: Collection[Id]) -> Mapping[Id, Somebody]:
        """The key row of each of these people of the network, made where there is none."""
        found = await self._rows(persons)
        if missing := sorted(set(persons) - set(found)):
            known = await _each(self._parties.person, missing)
            born = [known[person].birth_year if person in known else None for person in missing]
            now = self._clock.now()
            # Nothing of the person or the time is in a pseudonym.
            drawn = [new(0, random=self._random) for _ in missing]
            salts = [self._random(16) for _ in missing]
            await self._db.write(SQL["people_make"], drawn, missing, salts, born, now)
            found |= await self._rows(missing)
        return found

    async def _rows(self, persons: Collection[Id]) -> dict[Id, Somebody]:
        rows = await self._db.rows(SQL["people_of"], list(persons))
        return {row["person"]: Somebody(row["pseudonym"], row["salt"]) for row in rows}

    async def places(self, stores: Collection[Id]) -> Mapping[Id, Place]:
        """Tier and cell of each store; a store that is unknown is nowhere. Raises `DatabaseLost`."""
        if len(self._places) > REMEMBERED_MAX:
            self._places.clear()
        missing = [store for store in stores if store not in self._places]
        for id, store in (await _each(self._parties.store, missing)).items():
            cell = None
            if store.latitude is not None and store.longitude is not None:
                cell = h3.latlng_to_cell(store.latitude, store.longitude, RESOLUTION)
            self._places[id] = Place(store.city_tier.value, cell, store.city)
        return {store: self._places.get(store, NOWHERE) for store in stores}


Party = TypeVar("Party")


async def _each(look: Callable[[Id], Awaitable[Party]], ids: Collection[Id]) -> dict[Id, Party]:
    """What is found of these, asked for at once, so that it is one query."""

    async def one(id: Id) -> Party | None:
        try:
            return await look(id)
        except NotFound:
            return None

    found = await asyncio.gather(*(one(id) for id in ids))
    return {id: party for id, party in zip(ids, found, strict=True) if party is not None}
