"""Use case: a person has what is kept of their spending erased.

The books stay whole: they have the payments, and no records. The lake's files are not rewritten; with the key
row goes what says whose a pseudonym is, and the salt from which the ids of records were made. A later payment
makes a new pseudonym. Figures that were released stay: nobody is in them by name.
"""

from __future__ import annotations

from typing import Final

import msgspec

from qianbao.clock import Clock
from qianbao.credentials.models import Caller
from qianbao.credentials.people import the_person
from qianbao.db import Database, queries
from qianbao.ids import NONE
from qianbao.insight.behaviour.schemas import folded
from qianbao.parties.store import Parties

SQL: Final = queries(__package__ or "")


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """What was erased, in rows: nothing where nothing was kept."""

    at: int
    """Nanoseconds."""
    records: int = 0
    waiting: int = 0
    """Facts that were not in the lake yet; they are nobody's now."""
    others: int = 0
    """Scores, figures that are kept up to date, consents."""


class Erasures:
    """Erasing. The caller has been asked for their PIN again: that is the door's business."""

    def __init__(self, db: Database, *, parties: Parties, clock: Clock) -> None:
        self._db = db
        self._parties = parties
        self._clock = clock

    async def erase(self, caller: Caller) -> Erased:
        """Erase what is kept of the caller, in one transaction. Raises `NotYours`, `OutcomeUnknown`."""
        person, now = the_person(caller), self._clock.now()
        held = await self._parties.wallets_of(person)
        wallets = [f"%{wallet.id}%" for wallet in held]
        named = [folded(name) for one in held for name in (one.account_number, one.handle) if name]
        named.append(str(person))
        async with self._db.transaction() as connection:
            await connection.execute(SQL["erase_wait"])
            pseudonym = await connection.fetchval(SQL["erase_key"], person)
            if pseudonym is None:
                return Erased(at=now)
            await connection.execute(SQL["erase_orphan"], pseudonym, now)
            rows = await connection.fetch(SQL["erase_rest"], pseudonym)
            gone: dict[str, int] = {row["place"]: row["gone"] for row in rows}
            waiting = await connection.execute(SQL["erase_waiting"], pseudonym, NONE)
            await connection.execute(SQL["erase_quarantined"], wallets)
            await connection.execute(SQL["erase_edges"], pseudonym)
            await connection.execute(SQL["erase_aside"], named, [f"%{name}%" for name in named])
        records = gone.pop("consumption")
        return Erased(at=now, records=records, waiting=int(waiting.split()[-1]), others=sum(gone.values()))
