"""Use cases: score everybody in one batch; read a person's own score, and the figures of groups."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Final

import msgspec

from qianbao.clock import SECOND, Clock, business_date
from qianbao.db import Database, queries
from qianbao.errors import NotFound
from qianbao.ids import Id
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Archive
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import MYSELF, Reads
from qianbao.insight.scores.models import Batch, Card, Group, Score, released

SQL: Final = queries(__package__ or "")
EVERY_S: Final = 86_400
"""How old a batch may be."""
SETTLING_S: Final = 120
"""How old a batch may be while records of the past still come in."""
CHUNK: Final = 20_000


class NotScoredYet(NotFound):
    """No batch has been scored yet: figures come with the first one."""

    code = "not_scored_yet"


class Scores:
    """The batches of scores. Reads raise `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, archive: Archive, clock: Clock) -> None:
        self._db = db
        self._archive = archive
        self._clock = clock
        self._reads = Reads(db, clock=clock)

    async def due(self, records: int) -> bool:
        """Whether it is time for a batch: none yet, an old one, or many records since. `records`: by now."""
        row = await self._db.row(SQL["batch_last"])
        if row is None:
            return records > 0
        age = self._clock.now() - row["made"]
        grown = records > row["records"] * 1.1 + 100
        return age > EVERY_S * SECOND or (grown and age > SETTLING_S * SECOND)

    async def batch(self, day: date | None = None) -> Batch:
        """Fit, score everybody and lay the figures, as of a business day (today). Raises `OutcomeUnknown`."""
        from qianbao.insight.scores import scoring  # SciPy: only who makes a batch loads it

        now = self._clock.now()
        day = day or business_date(now)
        everybody = await self._archive.snapshot(Purpose.STATISTICS)
        asking = await self._archive.snapshot(Purpose.PICTURE)
        done = await asyncio.to_thread(scoring.batch, everybody, asking, day=day, made=now)
        shown, withheld = released(done.groups)
        month = _month_before(day)
        cards = msgspec.json.encode(done.cards).decode()
        async with self._db.transaction() as connection:
            await connection.execute(SQL["scores_clear"])
            for at in range(0, len(done.scores), CHUNK):
                rows = msgspec.json.encode(done.scores[at : at + CHUNK]).decode()
                await connection.execute(SQL["scores_keep"], rows)
            await connection.execute(SQL["groups_clear"])
            await connection.execute(SQL["groups_keep"], msgspec.json.encode(shown).decode())
            await connection.execute(
                SQL["batch_keep"], now, month, done.people, done.records, withheld, cards
            )
        return Batch(
            made=now,
            month=month,
            people=done.people,
            records=done.records,
            withheld=withheld,
            cards=done.cards,
        )

    async def last(self) -> Batch:
        """The last batch. Raises `NotScoredYet`."""
        row = await self._db.row(SQL["batch_last"])
        if row is None:
            raise NotScoredYet()
        return Batch(
            made=row["made"],
            month=row["month"],
            people=row["people"],
            records=row["records"],
            withheld=row["withheld"],
            cards=msgspec.json.decode(row["cards"], type=tuple[Card, ...]),
        )

    async def groups(self) -> list[Group]:
        """The figures of groups, as released."""
        return [Group(**dict(row)) for row in await self._db.rows(SQL["groups_all"])]

    async def of(self, pseudonym: Id, purpose: Purpose) -> Score | None:
        """A person's score, if it may be read for the purpose. Raises `ReadUnwritten`."""
        unsaid = REGISTER[purpose].unsaid
        row = await self._db.row(SQL["score_of"], pseudonym, purpose.value, unsaid)
        if row is None:
            return None
        reader = MYSELF if purpose is Purpose.PICTURE else None
        await self._reads.one(pseudonym, purpose, Data.SCORES, rows=1, reader=reader)
        return Score(**dict(row))


def _month_before(day: date) -> date:
    last = day.replace(day=1)
    return (
        last.replace(year=last.year - 1, month=12) if last.month == 1 else last.replace(month=last.month - 1)
    )
