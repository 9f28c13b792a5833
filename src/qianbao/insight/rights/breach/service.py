"""Use case: who is to be told that their records were read, and what the notice has to say."""

from __future__ import annotations

from typing import Final

import msgspec

from qianbao.db import Database, queries
from qianbao.errors import Invalid
from qianbao.ids import Id
from qianbao.insight.purposes import REGISTER
from qianbao.insight.rights.reads.store import LATE_NS

SQL: Final = queries(__package__ or "")
HELD: Final = {
    "records": "what was paid, when, to which shop, in which city, by which wallet brand",
    "scores": "what the models say: habit, capacity, chance of still coming",
    "features": "figures of the last 30 days",
    "behaviour": "orders of shops elsewhere, pages seen and searches, who knows whom",
    "everything": "all that is kept of the person's spending",
}
"""What a kind of data holds, for the notice (GDPR art. 33 (3) a; PIPL art. 57 (1))."""


class TimeOrder(Invalid):
    """A time that ends before it begins."""

    code = "breach_time_order"


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """One account's records as one reader read them for one purpose. Times in nanoseconds."""

    account: Id
    """The person's, of the network."""
    purpose: str
    data: str
    reader: str
    readings: int
    among_all: int
    """Of the readings, those of everybody's records."""
    rows: int
    """In the readings of this account's alone."""
    first: int
    last: int


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """Whose records were read within a time."""

    since: int
    until: int
    people: int
    affected: tuple[Affected, ...]
    erased: int
    """People whose records were read and who have been erased since: nobody knows whom to tell."""
    holds: dict[str, str]


class Breaches:
    """The breach export. Raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def of(self, since: int, until: int, *, reader: str | None = None) -> Breach:
        """Whose records were read from a moment to another (both included), by one reader or all.

        Raises `TimeOrder`.
        """
        if since > until:
            raise TimeOrder(field="since", expected="not after `until`")
        rows = await self._db.rows(
            SQL["breach_readings"],
            since,
            until,
            reader,
            [purpose.value for purpose in REGISTER],
            [rule.unsaid for rule in REGISTER.values()],
            LATE_NS,
        )
        nobodys = await self._db.row(SQL["breach_nobodys"], since, until, reader)
        assert nobodys is not None
        affected = tuple(Affected(**dict(row)) for row in rows)
        return Breach(
            since=since,
            until=until,
            people=len({one.account for one in affected}),
            affected=affected,
            erased=nobodys["people"],
            holds={kind: HELD[kind] for kind in sorted({one.data for one in affected})},
        )
