"""Group collections as they stand in the database. Loads by id are gathered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg

from qianbao.db import Database, Gather, queries
from qianbao.ids import Id
from qianbao.payments.trade.store import NEWEST, Place
from qianbao.social.collection.models import Collection, CollectionState, Part, Split

_SQL: Final = queries(__package__ or "qianbao.social.collection")
PAGE_MAX: Final = 200


class Collections:
    """Reads of collections. Each raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._by_id: Gather[Id, Collection] = Gather(self._fetch)

    async def one(self, id: Id) -> Collection | None:
        """The collection of an id, or None."""
        return await self._by_id.one(id)

    async def of(self, ids: list[Id]) -> list[Collection]:
        """The collections of some ids, in their order; unknown ones left out."""
        return [found for found in await self._by_id.many(ids) if found]

    async def collected_by(self, person: Id, *, before: Place = NEWEST, limit: int = 50) -> list[Collection]:
        """What a person collects, newest first."""
        rows = await self.db.rows(_SQL["collections_of"], person, before[0], before[1], min(limit, PAGE_MAX))
        return await self.of([row["id"] for row in rows])

    async def asked_of(
        self, person: Id, *, before: Place = NEWEST, limit: int = 50
    ) -> list[tuple[Part, int]]:
        """What a person is asked for or has paid, newest first; and when they were asked (nanoseconds)."""
        rows = await self.db.rows(_SQL["parts_of"], person, before[0], before[1], min(limit, PAGE_MAX))
        return [(_part(row), row["asked"]) for row in rows]

    async def unpaid_of(self, person: Id, *, limit: int) -> list[Collection]:
        """The open collections that ask a person by name, who has not paid; the last asked first."""
        return await self.of([row["id"] for row in await self.db.rows(_SQL["unpaid_of"], person, limit)])

    async def part(self, collection: Id, person: Id) -> Part | None:
        """A person's part, or None."""
        row = await self.db.row(_SQL["part"], collection, person)
        return _part(row) if row else None

    async def parts(self, collection: Id, *, limit: int = 10_000) -> list[Part]:
        """All parts: the named in their order, in an open collection those who paid."""
        return [_part(row) for row in await self.db.rows(_SQL["parts"], collection, limit)]

    async def _fetch(self, ids: list[Id]) -> Mapping[Id, Collection]:
        return {row["id"]: _collection(row) for row in await self.db.rows(_SQL["collections"], ids)}


def _collection(row: asyncpg.Record) -> Collection:
    return Collection(
        id=row["id"],
        collector=row["collector"],
        person=row["person"],
        title=row["title"],
        split=Split(row["split"]),
        each=row["each"] or 0,
        people=row["people"],
        amount=row["amount"],
        currency=row["currency"],
        state=CollectionState(row["state"]),
        created=row["created"],
        paid=row["paid"],
        received=row["received"],
        ended=row["ended"] or 0,
        reminded=row["reminded"] or 0,
        reminders=row["reminders"],
    )


def _part(row: asyncpg.Record) -> Part:
    return Part(
        collection=row["collection"],
        person=row["person"],
        wallet=row["wallet"],
        amount=row["amount"],
        paid=row["paid"] or 0,
        place=row["place"],
    )
