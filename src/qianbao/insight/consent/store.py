"""Consent as it stands in the database."""

from __future__ import annotations

from typing import Final

import msgspec

from qianbao.clock import Clock
from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.insight.purposes import ASKED, REGISTER, Purpose

SQL: Final = queries(__package__ or "")


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for one purpose."""

    purpose: Purpose
    granted: bool
    since: int | None
    """Nanoseconds; None while the person has said nothing."""


class Consents:
    """Reads and writes, by pseudonym. Each raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def of(self, pseudonym: Id) -> tuple[Said, ...]:
        """What holds for a person, purpose by purpose."""
        rows = {row["purpose"]: row for row in await self._db.rows(SQL["consent_of"], pseudonym)}
        return tuple(
            Said(
                purpose=purpose,
                granted=rows[purpose]["granted"] if purpose in rows else REGISTER[purpose].unsaid,
                since=rows[purpose]["since"] if purpose in rows else None,
            )
            for purpose in ASKED
        )

    def unsaid(self) -> tuple[Said, ...]:
        """What holds for somebody who has said nothing."""
        return tuple(Said(purpose=purpose, granted=REGISTER[purpose].unsaid, since=None) for purpose in ASKED)

    async def say(self, pseudonym: Id, purpose: Purpose, *, granted: bool) -> bool:
        """Grant or withdraw; what is read from the next statement on obeys it. False: nothing was kept, since
        the person was erased meanwhile. Raises `OutcomeUnknown`."""
        now = self._clock.now()
        return bool(await self._db.write(SQL["consent_say"], pseudonym, purpose, granted, now))
