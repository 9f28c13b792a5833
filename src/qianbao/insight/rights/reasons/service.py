"""Use case: a person asks why their scores are as they are."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Final

import msgspec

from qianbao.clock import business_date
from qianbao.credentials.models import Caller
from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.insight.picture.drawing import before
from qianbao.insight.picture.models import CURRENCY
from qianbao.insight.picture.service import Pictures
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.rights.correction.service import RecordUnknown
from qianbao.insight.rights.reads.models import Data
from qianbao.insight.rights.reads.store import MYSELF, Reads
from qianbao.insight.rights.reasons.telling import Reason, reasons
from qianbao.insight.scores.service import NotScoredYet, Scores

SQL: Final = queries(__package__ or "")
MONTHS: Final = 24
"""Months that the model of capacity looks back on."""


class OneRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A record, as it leads to the books. Amounts in minor units."""

    trade: Id
    record: Id
    happened: int
    """Nanoseconds."""
    amount: int
    own: int
    refunded: int
    category: str
    told_category: str | None
    """The merchant's, where the person has corrected it."""


class Reasons:
    """Reasons in words. Raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, pictures: Pictures, scores: Scores, reads: Reads) -> None:
        self._db = db
        self._pictures = pictures
        self._scores = scores
        self._reads = reads

    async def of(self, caller: Caller) -> tuple[Reason, ...]:
        """Why the caller's scores are as they are: those of the last batch.

        Raises `NotYours`, `ConsentMissing`, `NotScoredYet` (also where the batch came before the consent),
        `ReadUnwritten`.
        """
        pseudonym = await self._pictures.allowed(caller)
        batch, score = await asyncio.gather(self._scores.last(), self._scores.of(pseudonym, Purpose.PICTURE))
        if score is None:
            raise NotScoredYet()
        unsaid = REGISTER[Purpose.PICTURE].unsaid
        first = before(score.month, MONTHS)
        rows = await self._db.rows(SQL["reasons_months"], pseudonym, first, score.month, CURRENCY, unsaid)
        records = sum(row["records"] for row in rows)
        await self._reads.one(pseudonym, Purpose.PICTURE, Data.RECORDS, rows=records, reader=MYSELF)
        spent: dict[date, int] = {row["month"]: row["spent"] for row in rows}
        months = {before(first, -at): spent.get(before(first, -at), 0) for at in range(MONTHS)}
        weights = next((card.parameters for card in batch.cards if card.name == "capacity"), None)
        return reasons(score, months, weights, scored=business_date(score.made))

    async def record(self, caller: Caller, trade: Id) -> OneRecord:
        """The caller's own. Raises `NotYours`, `ConsentMissing`, `RecordUnknown`, `ReadUnwritten`."""
        pseudonym = await self._pictures.allowed(caller)
        row = await self._db.row(SQL["reasons_record"], trade, pseudonym, REGISTER[Purpose.PICTURE].unsaid)
        if row is None:
            raise RecordUnknown()
        await self._reads.one(pseudonym, Purpose.PICTURE, Data.RECORDS, rows=1, reader=MYSELF)
        return OneRecord(**dict(row))
