"""Use cases: take behaviour, read it for a purpose, and try again what was kept aside.

Every way in ends here. Rows and the reasons of those kept aside are written in one transaction, so whoever is
killed sends the same rows again, and each is there once.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from qianbao.clock import SECOND, Clock, nanoseconds
from qianbao.db import Database, queries
from qianbao.errors import NotFound
from qianbao.ids import NONE, Id, derive
from qianbao.insight.behaviour import schemas
from qianbao.insight.behaviour.errors import PeopleMoved, QuarantinedUnknown
from qianbao.insight.behaviour.models import Counts, Kind, Quarantined, Raw, Reason, Refusal
from qianbao.insight.behaviour.schemas import Edge, Refused, Row
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.known import SQL as PEOPLE
from qianbao.insight.records.known import Known
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import SQL as READS
from qianbao.insight.rights.reads.store import Reads
from qianbao.parties.store import Parties

SQL: Final = queries(__package__ or "")
BATCH: Final = 1_000
"""Rows in one transaction at most."""
DAY: Final = 86_400 * SECOND
AGAIN_MAX: Final = 3
KEEP: Final = {
    Kind.ORDERS: SQL["orders_keep"],
    Kind.EVENTS: SQL["events_keep"],
    Kind.EDGES: SQL["edges_keep"],
}
SAME: Final = {
    Kind.ORDERS: SQL["orders_same"],
    Kind.EVENTS: SQL["events_same"],
    Kind.EDGES: SQL["edges_same"],
}
READ: Final = {
    Kind.ORDERS: SQL["orders_read"],
    Kind.EVENTS: SQL["events_read"],
    Kind.EDGES: SQL["edges_read"],
}

UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
Key = tuple[str, int]


class Behaviours:
    """Other behaviour, as one process takes and reads it. Raises `DatabaseLost`, `OutcomeUnknown`.

    `retention_days`: for how long it is read for a purpose.
    """

    def __init__(
        self,
        db: Database,
        *,
        known: Known,
        parties: Parties,
        reads: Reads,
        clock: Clock,
        retention_days: Mapping[Purpose, int],
    ) -> None:
        self._db = db
        self._known = known
        self._parties = parties
        self._reads = reads
        self._clock = clock
        self._retention_days = retention_days

    async def take(self, kind: Kind, raws: Sequence[Raw]) -> Counts:
        """Take rows; what cannot be taken is kept aside with its reason. Raises `PeopleMoved`."""
        total, refusals = Counts(), list[Refusal]()
        for begin in range(0, len(raws), BATCH):
            took = await self._batch(kind, raws[begin : begin + BATCH])
            total += took
            refusals += [msgspec.structs.replace(one, row=begin + one.row) for one in took.refusals]
        assert total.rows == total.kept + total.repeated + total.quarantined == len(raws)
        return msgspec.structs.replace(total, refusals=tuple(refusals))

    async def read(self, kind: Kind, purpose: Purpose, *, until: int | None = None) -> list[dict[str, Any]]:
        """Rows as they were known by a moment (ns; now), of those who let theirs be read; edges if both do.

        The reading is in the log before it is handed on. Raises `ReadUnwritten`.
        """
        rule, now = REGISTER[purpose], self._clock.now()
        since = max(now - self._retention_days[purpose] * DAY, 0)
        last = now if until is None else until
        rows = await self._db.rows(READ[kind], last, purpose.value, rule.unsaid, since)
        may = await self._db.row(READS["reads_may"], purpose.value, rule.unsaid)
        assert may is not None
        await self._reads.all(purpose, Data.BEHAVIOUR, began=now, people=may["people"], rows=len(rows))
        return [dict(row) for row in rows]

    async def aside(
        self, kind: str | None = None, *, after: tuple[int, Id] = (-1, NONE), limit: int = 100
    ) -> list[Quarantined]:
        """What is kept aside, oldest first; `payments`: events of the outbox that make no record."""
        rows = await self._db.rows(SQL["aside_list"], kind, *after, limit)
        return [Quarantined(**dict(row)) for row in rows]

    async def one(self, id: Id) -> Quarantined:
        """One row that is kept aside. Raises `QuarantinedUnknown`."""
        row = await self._db.row(SQL["aside_one"], id)
        if row is None:
            raise QuarantinedUnknown(f"{id}")
        return Quarantined(**dict(row))

    async def again(self, id: Id, *, mended: str | None = None) -> Counts:
        """Try a row again, as it is or mended (JSON); taken, it is kept aside no more.

        Raises `QuarantinedUnknown`, also for an event of the outbox; `PeopleMoved`.
        """
        row = await self.one(id)
        if row.kind not in set(Kind):
            raise QuarantinedUnknown(f"{id} is an event of the outbox.")
        broken = row.detail if mended is None and row.reason == Reason.BROKEN else ""
        raw = Raw(row.data if mended is None else mended, broken)
        return await self._batch(Kind(row.kind), [raw], instead=id)

    async def all_again(self) -> Counts:
        """Try every row again that is kept aside. Raises `PeopleMoved`."""
        total, after = Counts(), (-1, NONE)
        while page := await self.aside(after=after, limit=BATCH):
            after = (page[-1].known, page[-1].id)
            for one in page:
                if one.kind in set(Kind):
                    total += await self.again(one.id)
        return total

    async def _batch(self, kind: Kind, raws: Sequence[Raw], *, instead: Id | None = None) -> Counts:
        for _ in range(AGAIN_MAX):
            took = await self._once(kind, raws, instead)
            if took is not None:
                return took
        raise PeopleMoved()

    async def _once(self, kind: Kind, raws: Sequence[Raw], instead: Id | None) -> Counts | None:
        now = self._clock.now()
        read = [schemas.read(kind, raw, now=now) for raw in raws]
        found = await self._people(
            {name for row in read if isinstance(row, Row) for name in schemas.names_of(row)}
        )
        refused: dict[int, Refused] = {}
        first: dict[Key, dict[str, Any]] = {}
        places: dict[Key, list[int]] = {}
        for place, row in enumerate(read):
            laid = row if isinstance(row, Refused) else _laid(row, found, now)
            if isinstance(laid, Refused):
                refused[place] = laid
                continue
            key = (laid["id"], laid["version"])
            if first.setdefault(key, laid) != laid:
                refused[place] = _changed(laid, read[place])
            else:
                places.setdefault(key, []).append(place)
        people = sorted({one[side] for one in first.values() for side in ("person", "other") if side in one})
        # In one order, so that two who bring the same rows wait for one another.
        told = msgspec.json.encode([first[key] for key in sorted(first)]).decode()
        async with self._db.transaction() as connection:
            held = await connection.fetch(PEOPLE["people_hold"], people)
            if len(held) < len(people):
                return None  # somebody has just been erased: they are looked up again
            kept = {(row["id"], row["version"]) for row in await connection.fetch(KEEP[kind], told)}
            same = {(row["id"], row["version"]) for row in await connection.fetch(SAME[kind], told)}
            for key, laid in first.items():
                if key not in same:
                    refused |= {place: _changed(laid, read[place]) for place in places[key]}
            aside = {place: _aside(kind, raws[place], why, now) for place, why in refused.items()}
            if instead is not None:
                if not refused:  # else what is kept aside stays as it is
                    await connection.execute(SQL["aside_gone"], [instead])
            elif aside:
                rows = list({one.id: one for one in aside.values()}.values())
                await connection.execute(SQL["aside_keep"], msgspec.json.encode(rows).decode())
        fresh = len(kept)
        return Counts(
            rows=len(raws),
            kept=fresh,
            repeated=sum(len(places[key]) for key in same) - fresh,
            quarantined=len(refused),
            refusals=tuple(
                Refusal(
                    row=place, quarantined=instead or aside[place].id, reason=why.reason, detail=why.detail
                )
                for place, why in sorted(refused.items())
            ),
        )

    async def _people(self, names: Collection[str]) -> Mapping[str, Id]:
        """The pseudonym of everybody who is known by one of these names."""
        ordered = sorted(names)
        found = await asyncio.gather(*(self._person(name) for name in ordered))
        persons = {name: person for name, person in zip(ordered, found, strict=True) if person}
        people = await self._known.people(set(persons.values()))
        return {name: people[person].pseudonym for name, person in persons.items()}

    async def _person(self, name: str) -> Id | None:
        if UUID.fullmatch(name):
            try:
                return (await self._parties.person(Id(name))).id
            except NotFound:
                return None
        wallet = await self._parties.wallet_by_identifier(name)
        return None if wallet is None else wallet.person


def _laid(row: Row, people: Mapping[str, Id], now: int) -> dict[str, Any] | Refused:
    names = schemas.names_of(row)
    if missing := [name for name in names if name not in people]:
        return Refused(Reason.PERSON_UNKNOWN, f"Nobody here is {missing[0]!r}.", names)
    ends = [people[name] for name in names]
    if len(set(ends)) < len(ends):
        return Refused(Reason.SCHEMA, "Both ends are the same person - at `$.other`", names)
    laid: dict[str, Any] = msgspec.structs.asdict(row)
    laid |= dict(zip(("person", "other"), ends, strict=False))
    laid |= {"happened": nanoseconds(row.happened), "known": now}
    if isinstance(row, Edge):
        laid["until"] = None if row.until is None else nanoseconds(row.until)
    return laid


def _changed(laid: Mapping[str, Any], row: Row | Refused) -> Refused:
    detail = f"{laid['id']!r}, version {laid['version']}, was taken with other content."
    return Refused(Reason.CHANGED, detail, row.names if isinstance(row, Refused) else schemas.names_of(row))


def _aside(kind: Kind, raw: Raw, why: Refused, now: int) -> Quarantined:
    return Quarantined(
        id=derive(NONE, f"{kind} {raw.text}"),
        kind=kind,
        reason=why.reason,
        detail=why.detail,
        names=[schemas.folded(name) for name in why.names],
        data=raw.text,
        known=now,
    )
