"""Use cases: lay tags once a day; tell a merchant of its customers; define an audience; ask who is in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import date
from typing import Any, Final

import msgspec

from qianbao.clock import Clock, business_date
from qianbao.db import Database, queries
from qianbao.ids import Id, derive
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Archive
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.scores.models import GROUP_MIN
from qianbao.insight.segments import sizes
from qianbao.insight.segments.errors import (
    AudienceEmpty,
    AudiencesOpen,
    AudiencesToday,
    AudienceTooSmall,
    AudienceUnknown,
    SegmentsNotLaidYet,
)
from qianbao.insight.segments.models import AUDIENCES_A_DAY, AUDIENCES_MAX, Audience, Day, Sized, Tag

SQL: Final = queries(__package__ or "")
CHUNK: Final = 50_000
READER: Final = "offers"
"""Who reads, in the log: whoever asks whether an offer is for a person."""
_UNSAID: Final = REGISTER[Purpose.OFFERS].unsaid


class Segments:
    """Tags, segments and audiences. Reads raise `DatabaseLost` when the database is away."""

    def __init__(
        self, db: Database, *, archive: Archive, clock: Clock, random: Callable[[int], bytes]
    ) -> None:
        self._db = db
        self._archive = archive
        self._clock = clock
        self._random = random
        self._reads = Reads(db, clock=clock)

    async def lay_if_due(self) -> bool:
        """Lay today's tags and sizes, once a day: whether this call did. Raises `OutcomeUnknown`."""
        from qianbao.insight.segments import tagging  # DuckDB: only who makes a batch loads it

        now = self._clock.now()
        day = business_date(now)
        row = await self._db.row(SQL["segment_day"])
        if row is not None and row["day"] >= day:
            return False
        snapshot = await self._archive.snapshot(Purpose.OFFERS)
        rows = await asyncio.to_thread(tagging.tagged, snapshot, day)
        async with self._db.transaction() as connection:
            if await connection.fetchval(SQL["segment_day_take"], day, now) is None:
                return False
            await connection.execute(SQL["tags_laid"])
            for at in range(0, len(rows), CHUNK):
                await connection.copy_records_to_table("tag_laid", records=rows[at : at + CHUNK])
            await connection.execute(SQL["tags_clear"])
            await connection.execute(SQL["tags_keep"])
            await connection.execute(SQL["segment_day_people"])
            await self._sized(connection, day)
        return True

    async def _sized(self, connection: Any, day: date) -> None:
        """Draw what is told of each tag and of each open audience, once."""
        counts = await connection.fetch(SQL["tags_count"])
        merchants = sorted({row["merchant"] for row in counts})
        found = {(row["merchant"], row["tag"]): row["people"] for row in counts}
        # Also of tags that nobody has: nothing is said by a row's absence.
        every = [(merchant, tag) for merchant in merchants for tag in Tag]
        told = [sizes.told(found.get((merchant, tag.value), 0), self._random) for merchant, tag in every]
        await connection.execute(SQL["segments_clear"])
        await connection.execute(
            SQL["segments_keep"], [one for one, _ in every], [tag.value for _, tag in every], told
        )
        due = await connection.fetch(SQL["audiences_due"], day)
        anew = [sizes.told(row["people"], self._random) for row in due]
        await connection.execute(SQL["audiences_sized"], [row["id"] for row in due], anew, day)

    async def day(self) -> Day:
        """The day that was laid last. Raises `SegmentsNotLaidYet`."""
        row = await self._db.row(SQL["segment_day"])
        if row is None:
            raise SegmentsNotLaidYet()
        return Day(**dict(row))

    async def of(self, merchant: Id) -> tuple[Sized, ...]:
        """About how many of a merchant's customers have each tag."""
        rows = {row["tag"]: row["size"] for row in await self._db.rows(SQL["segments_of"], merchant)}
        return tuple(Sized(tag=tag, size=rows.get(tag.value)) for tag in Tag)

    async def audiences(self, merchant: Id) -> tuple[Audience, ...]:
        """A merchant's, the newest first."""
        return tuple(_audience(row) for row in await self._db.rows(SQL["audiences_open"], merchant))

    async def define(
        self, merchant: Id, *, name: str, every: Collection[Tag], none: Collection[Tag] = ()
    ) -> Audience:
        """An audience of the merchant's customers, by tags: asked again on the same day, it is the same.

        Raises `SegmentsNotLaidYet`, `AudienceEmpty`, `AudiencesToday`, `AudiencesOpen`, `AudienceTooSmall`,
        `OutcomeUnknown`.
        """
        asked, left = sorted(set(every)), sorted(set(none))
        if not asked or set(asked) & set(left):
            raise AudienceEmpty(field="every", expected="one tag at least, and none of those in `none`")
        laid = await self.day()
        now, id = self._clock.now(), derive(merchant, f"audience {','.join(asked)} {','.join(left)}")
        async with self._db.transaction() as connection:
            await connection.execute(SQL["audience_lock"], str(merchant))
            row = await connection.fetchrow(SQL["audience_of"], id, merchant)
            open_ones = len(await connection.fetch(SQL["audiences_open"], merchant))
            if open_ones >= AUDIENCES_MAX and not (row and row["open"]):
                raise AudiencesOpen(expected=f"at most {AUDIENCES_MAX}")
            if row is not None and row["day"] == laid.day:
                size = row["size"]
            else:
                today = business_date(now)
                if await connection.fetchval(SQL["audience_asked"], merchant, today, AUDIENCES_A_DAY) is None:
                    raise AudiencesToday(expected=f"at most {AUDIENCES_A_DAY} new ones a day")
                people = await connection.fetchval(SQL["audience_count"], merchant, asked, left)
                size = sizes.told(people, self._random)
            made = row["made"] if row else now
            await connection.execute(
                SQL["audience_keep"], id, merchant, name, asked, left, made, laid.day, size, size is not None
            )
        if size is None:
            raise AudienceTooSmall(expected=f"about {GROUP_MIN} customers or more")
        return Audience(
            id=id, name=name, every=tuple(asked), none=tuple(left), made=made, day=laid.day, size=size
        )

    async def close(self, merchant: Id, id: Id) -> None:
        """Address it no more. Raises `AudienceUnknown`, `OutcomeUnknown`."""
        if not await self._db.write(SQL["audience_close"], id, merchant):
            raise AudienceUnknown()

    async def contains(self, audience: Id, person: Id) -> bool:
        """Whether a person of the network is in an audience, for whoever hands an offer to that person: never
        told to the merchant. Nobody is in one that has become too small. Raises `ReadUnwritten`."""
        row = await self._db.row(SQL["audience_has"], audience, person, _UNSAID)
        if row is None:
            return False
        await self._reads.one(row["pseudonym"], Purpose.OFFERS, Data.SCORES, rows=1, reader=READER)
        return True


def _audience(row: Any) -> Audience:
    return msgspec.convert(dict(row), Audience)
