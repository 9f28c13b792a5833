"""Use cases: fit and score everybody's needs in one batch; read one's own."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Final

import msgspec

from qianbao.clock import Clock, business_date
from qianbao.credentials.models import Caller
from qianbao.db import Database, queries
from qianbao.insight.needs.models import Batch, Row, Told
from qianbao.insight.needs.telling import told
from qianbao.insight.picture.service import Pictures
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Archive
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import MYSELF, Reads
from qianbao.insight.scores.models import Card
from qianbao.insight.scores.service import NotScoredYet

SQL: Final = queries(__package__ or "")
COLUMNS: Final = ("person", "chance", "effect", "purchases", "recency", "lately", "propensity", "used")
CHUNK: Final = 20_000
"""People who are laid at once."""
_UNSAID: Final = REGISTER[Purpose.PICTURE].unsaid


class Needs:
    """The batches of needs. Reads raise `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, archive: Archive, pictures: Pictures, clock: Clock) -> None:
        self._db = db
        self._archive = archive
        self._pictures = pictures
        self._clock = clock
        self._reads = Reads(db, clock=clock)

    async def batch(self, day: date | None = None) -> tuple[Batch, Card | None]:
        """Fit, score everybody and lay their needs, as of a business day (today); no card where too little is
        known to fit, and then nobody is scored. Raises `OutcomeUnknown`, `ReadUnwritten`."""
        from qianbao.insight.needs import scoring  # SciPy and DuckDB: only who makes a batch loads them

        now = self._clock.now()
        day = day or business_date(now)
        everybody = await self._archive.snapshot(Purpose.STATISTICS)
        asking = await self._archive.snapshot(Purpose.PICTURE)
        done = await asyncio.to_thread(scoring.batch, everybody, asking, day=day, made=now)
        batch = Batch(
            made=now,
            day=day,
            people=sum(map(len, done.scored)),
            fitted=done.fitted.people if done.fitted else 0,
            refused=done.refused,
            usual=done.usual,
        )
        card = msgspec.json.encode(done.card).decode() if done.card else None
        async with self._db.transaction() as connection:
            await connection.execute(SQL["needs_laid"])
            for some in done.scored:
                for at in range(0, len(some), CHUNK):
                    rows = await asyncio.to_thread(some.rows, at, at + CHUNK)
                    await connection.copy_records_to_table("need_laid", columns=COLUMNS, records=rows)
            await connection.execute(SQL["needs_clear"])
            await connection.execute(SQL["needs_keep"])
            await connection.execute(
                SQL["needs_batch_keep"],
                batch.made, batch.day, batch.people, batch.fitted, batch.refused, batch.usual, card,
            )  # fmt: skip
        return batch, done.card

    async def last(self) -> tuple[Batch, Card | None]:
        """The last batch, and its model's card. Raises `NotScoredYet`."""
        row = await self._db.row(SQL["needs_last"])
        if row is None:
            raise NotScoredYet()
        found = dict(row)
        card = found.pop("card")
        return Batch(**found), msgspec.json.decode(card, type=Card) if card else None

    async def of(self, caller: Caller) -> Told:
        """The caller's own, as of the last batch; of whom it knows nothing, nothing but the batch.

        Raises `NotYours`, `ConsentMissing`, `NotScoredYet`, `ReadUnwritten`.
        """
        pseudonym = await self._pictures.allowed(caller)
        row = await self._db.row(SQL["needs_of"], pseudonym, _UNSAID)
        if row is None:
            raise NotScoredYet()
        found = dict(row)
        batch = Batch(**{name: found[name] for name in Batch.__struct_fields__})
        if found["person"] is None:
            return Told(batch=batch, kinds=(), products=())
        await self._reads.one(pseudonym, Purpose.PICTURE, Data.SCORES, rows=1, reader=MYSELF)
        return told(Row(**{name: found[name] for name in Row.__struct_fields__}), batch)
