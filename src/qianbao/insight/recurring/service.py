"""Use cases: look through the payments of all who let it be done, in one batch; read one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, Final

import msgspec

from qianbao.clock import BUSINESS_ZONE, SECOND, Clock, business_date, moment
from qianbao.credentials.models import Caller
from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.insight.picture.models import CURRENCY
from qianbao.insight.picture.service import Pictures
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.recurring.again import recurring
from qianbao.insight.recurring.models import Found, Payment
from qianbao.insight.recurring.odd import odd
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import MYSELF, Reads

SQL: Final = queries(__package__ or "")
PEOPLE: Final = 200
"""Looked through at a time."""
BACK_DAYS: Final = 800
_UNSAID: Final = REGISTER[Purpose.PICTURE].unsaid


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch: of how many people, from how many payments, what was found."""

    made: int
    people: int
    records: int
    recurring: int
    odd: int


class Recurrings:
    """What comes again in people's payments. Reads raise `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, pictures: Pictures, clock: Clock) -> None:
        self._db = db
        self._pictures = pictures
        self._clock = clock
        self._reads = Reads(db, clock=clock)

    async def batch(self, today: date | None = None) -> Batch:
        """Look through everybody who lets their picture be drawn, as of a business day (today).

        Raises `OutcomeUnknown`, `ReadUnwritten`.
        """
        now = self._clock.now()
        today = today or business_date(now)
        after, people, records, again, unlike = Id(int=0), 0, 0, 0, 0
        while rows := await self._db.rows(SQL["recurring_people"], after, _UNSAID, PEOPLE):
            persons: list[Id] = [row["pseudonym"] for row in rows]
            after = persons[-1]
            since = now - BACK_DAYS * 86_400 * SECOND
            kept = await self._db.rows(SQL["recurring_records"], persons, since, CURRENCY, _UNSAID)
            await self._reads.all(
                Purpose.PICTURE, Data.RECORDS, began=now, people=len(persons), rows=len(kept)
            )
            found = await asyncio.to_thread(_looked, kept, today)
            await self._db.write(
                SQL["recurring_keep"],
                list(found),
                [msgspec.json.encode(one).decode() for one in found.values()],
                now,
            )
            people += len(found)
            records += len(kept)
            again += sum(len(one.recurring) for one in found.values())
            unlike += sum(len(one.odd) for one in found.values())
        await self._db.write(SQL["recurring_past"], now)
        return Batch(made=now, people=people, records=records, recurring=again, odd=unlike)

    async def of(self, caller: Caller) -> Found | None:
        """The caller's own; None before a batch has seen them.

        Raises `NotYours`, `ConsentMissing`, `ReadUnwritten`.
        """
        pseudonym = await self._pictures.allowed(caller)
        row = await self._db.row(SQL["recurring_of"], pseudonym, _UNSAID)
        if row is None:
            return None
        found = msgspec.json.decode(row["told"], type=Found)
        await self._reads.one(pseudonym, Purpose.PICTURE, Data.SCORES, rows=1, reader=MYSELF)
        return found


def looked(payments: Sequence[Payment], *, today: date) -> Found:
    """What is found in one person's payments as of a day."""
    again = recurring(payments, today=today)
    return Found(recurring=again, odd=odd(payments, again, today=today), records=len(payments), until=today)


def _looked(rows: Sequence[Any], today: date) -> dict[Id, Found]:
    return {
        person: looked([_payment(row) for row in some], today=today)
        for person, some in groupby(rows, key=lambda row: row["person"])
    }


def _payment(row: Any) -> Payment:
    at = moment(row["happened"]).astimezone(BUSINESS_ZONE)
    return Payment(
        trade=row["trade"],
        happened=row["happened"],
        day=row["day"],
        minute=at.hour * 60 + at.minute,
        spent=row["spent"],
        merchant=row["merchant"],
        category=row["category"],
    )
