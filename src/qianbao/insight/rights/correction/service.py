"""Use case: correct the kind of one's own record."""

from __future__ import annotations

from typing import Final

from qianbao.clock import Clock
from qianbao.credentials.models import Caller
from qianbao.credentials.people import the_person
from qianbao.db import Database, queries
from qianbao.errors import NotFound
from qianbao.ids import Id
from qianbao.insight.records.categories import Category

SQL: Final = queries(__package__ or "")


class RecordUnknown(NotFound):
    """There is no record of this payment, or it is not the caller's."""

    code = "record_unknown"


class Corrections:
    """Correcting records."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def correct(self, caller: Caller, trade: Id, category: Category) -> None:
        """Say of which kind the caller's record of a trade is. From the commit on their picture shows it;
        scores and figures know it as of now, and not as of earlier. The merchant's own stays beside.

        Raises `NotYours`, `RecordUnknown`, `OutcomeUnknown`.
        """
        person = the_person(caller)
        async with self._db.transaction() as connection:
            # The order of locks is that of the reader of events: its place, the key row, the record.
            seq = await connection.fetchval(SQL["correct_seq"])
            pseudonym = await connection.fetchval(SQL["correct_whose"], person)
            row = await connection.fetchrow(SQL["correct_record"], trade, pseudonym, category.value, seq)
            if row is None:
                raise RecordUnknown()
            await connection.execute(
                SQL["correct_fact"],
                seq,
                row["record"],
                pseudonym,
                row["happened"],
                self._clock.now(),
                row["day"],
                row["amount"],
                row["own"],
                row["merchant"],
                row["store"],
                row["currency"],
                category.value,
                row["scene"],
                row["brand"],
                row["city"],
                row["tier"],
            )
