"""Use cases of a person: see one's picture and the records behind it, and say what may be read."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Final

from qianbao.clock import BUSINESS_ZONE, Clock, business_date, nanoseconds
from qianbao.credentials.models import Caller
from qianbao.credentials.people import the_person
from qianbao.db import Database, queries
from qianbao.errors import Conflict, Invalid
from qianbao.events.models import CursorMalformed
from qianbao.ids import Id
from qianbao.insight.consent.store import Consents, Said
from qianbao.insight.picture import drawing
from qianbao.insight.picture.models import CURRENCY, Kept, Picture, Place, Spent
from qianbao.insight.purposes import ASKED, REGISTER, Purpose
from qianbao.insight.records.known import Known
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import MYSELF, Reads
from qianbao.insight.scores.models import Score
from qianbao.insight.scores.service import Scores

SQL: Final = queries(__package__ or "")
EARLIEST: Final = date(1990, 1, 1)
LATEST: Final = date(2200, 1, 1)
NANOSECONDS_MAX: Final = 2**63


class ConsentMissing(Conflict):
    """The person has not agreed that their records are read for this; they can, with one tap."""

    code = "consent_missing"


class MonthUnknown(Invalid):
    """The time asked for is not one that a picture can be of."""

    code = "month_unknown"


class PurposeNotAsked(Invalid):
    """What the law gives the person is not a matter of consent."""

    code = "purpose_not_asked"


class Pictures:
    """The pictures of one process. Each call raises `DatabaseLost` when the database is away; each that reads
    records leaves a line in the log, and raises `ReadUnwritten` where it cannot."""

    def __init__(
        self, db: Database, *, known: Known, consents: Consents, scores: Scores, clock: Clock
    ) -> None:
        self._db = db
        self._known = known
        self._consents = consents
        self._scores = scores
        self._clock = clock
        self._reads = Reads(db, clock=clock, reader=MYSELF)

    async def consents(self, caller: Caller) -> tuple[Said, ...]:
        """What holds for the caller, purpose by purpose. Raises `NotYours`."""
        pseudonym = await self._known.find(the_person(caller))
        return await self._consents.of(pseudonym) if pseudonym else self._consents.unsaid()

    async def say(self, caller: Caller, purpose: Purpose, *, granted: bool) -> tuple[Said, ...]:
        """Grant or withdraw: the very next read obeys.

        Raises `NotYours`, `PurposeNotAsked`, `OutcomeUnknown`.
        """
        person = the_person(caller)
        if purpose not in ASKED:
            raise PurposeNotAsked(field="purpose", expected=", ".join(ASKED))
        while True:  # who is erased between the two says it as somebody new
            pseudonym = (await self._known.people([person]))[person].pseudonym
            if await self._consents.say(pseudonym, purpose, granted=granted):
                return await self._consents.of(pseudonym)

    async def picture(self, caller: Caller, month: date | None) -> tuple[Picture, Score | None]:
        """The caller's picture of a month (this one), and what the models say of them.

        Raises `NotYours`, `ConsentMissing`, `MonthUnknown`.
        """
        pseudonym = await self.allowed(caller)
        today = business_date(self._clock.now())
        month = today.replace(day=1) if month is None else month.replace(day=1)
        if not EARLIEST <= month <= today:
            raise MonthUnknown(field="month", expected=f"a month from {EARLIEST:%Y-%m} to {today:%Y-%m}")
        spent, score = await asyncio.gather(
            self._days(pseudonym, *drawing.window(month)), self._scores.of(pseudonym, Purpose.PICTURE)
        )
        return drawing.picture(spent, month=month, today=today), score

    async def _days(self, pseudonym: Id, first: date, last: date) -> list[Spent]:
        began = self._clock.now()
        rows = await self._db.rows(
            SQL["picture_days"], pseudonym, _begin(first), _begin(last + timedelta(days=1)), CURRENCY, _UNSAID
        )
        spent = [Spent(**dict(row)) for row in rows]
        await self._reads.one(
            pseudonym, Purpose.PICTURE, Data.RECORDS, rows=sum(one.records for one in spent), began=began
        )
        return spent

    async def records(
        self,
        caller: Caller,
        *,
        since: date,
        until: date,
        category: str | None = None,
        day_of_month_max: int | None = None,
        after: Place | None = None,
        limit: int = 20,
    ) -> list[Kept]:
        """The records of these days (both included), newest first. Raises `NotYours`, `ConsentMissing`."""
        began = self._clock.now()
        pseudonym = await self.allowed(caller)
        if not EARLIEST <= since <= until <= LATEST:
            raise MonthUnknown(field="since", expected=f"{EARLIEST} to {LATEST}, and not after `until`")
        if after is not None and not 0 <= after.happened < NANOSECONDS_MAX:
            raise CursorMalformed(field="cursor", expected="the next_cursor of an earlier answer")
        rows = await self._db.rows(
            SQL["picture_records"],
            pseudonym,
            _begin(since),
            _begin(until + timedelta(days=1)),
            CURRENCY,
            _UNSAID,
            category,
            day_of_month_max,
            after.happened if after else None,
            after.trade if after else None,
            limit,
        )
        await self._reads.one(pseudonym, Purpose.PICTURE, Data.RECORDS, rows=len(rows), began=began)
        return [Kept(**dict(row)) for row in rows]

    async def allowed(self, caller: Caller) -> Id:
        """The caller's pseudonym, if they let their picture be drawn. Raises `NotYours`, `ConsentMissing`."""
        # The statements ask for themselves; this says why there is nothing to see.
        row = await self._db.row(SQL["picture_allowed"], the_person(caller), _UNSAID)
        if row is None or not row["may"]:
            raise ConsentMissing()
        pseudonym: Id = row["pseudonym"]
        return pseudonym


_UNSAID: Final = REGISTER[Purpose.PICTURE].unsaid


def _begin(day: date) -> int:
    """Nanoseconds at which a business day begins."""
    return nanoseconds(datetime.combine(day, time(), BUSINESS_ZONE))
