"""The town of the payment tests, with its records."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from qianbao.credentials.models import Caller
from qianbao.events import Feed
from qianbao.ids import Id
from qianbao.insight.consent.store import Consents
from qianbao.insight.records.archive import Archive
from qianbao.insight.records.known import Known
from qianbao.insight.records.lake import Lake
from qianbao.insight.records.reader import Reader
from tests.payments.conftest import Town, town

__all__ = ["town"]


class Drawn:
    """Randomness that repeats."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, size: int) -> bytes:
        self.number += 1
        return hashlib.shake_256(str(self.number).encode()).digest(size)


DRAWN = Drawn()


@dataclass(frozen=True)
class House:
    """The record room of the town."""

    town: Town
    known: Known
    reader: Reader
    lake: Lake
    archive: Archive
    consents: Consents

    async def pseudonym(self, person: Caller) -> Id:
        """As whom the records know a person."""
        return (await self.known.people([person.id]))[person.id].pseudonym

    async def keyed(self, pseudonym: Id) -> None:
        """Somebody whose facts a test wrote itself has a key row as well, as whoever has facts does."""
        await self.town.db.write(
            "INSERT INTO insight_person (pseudonym, person, salt, made) VALUES ($1, $1, $2, $3)",
            pseudonym,
            DRAWN(16),
            self.town.clock.now(),
        )


@pytest.fixture
async def house(town: Town, tmp_path: Path) -> AsyncIterator[House]:
    """The record room, with a lake of its own; facts that earlier tests left in the table are taken out."""
    known = Known(town.db, parties=town.room.parties, clock=town.clock, random=DRAWN)
    await town.db.write("DELETE FROM consumption_fact")
    yield House(
        town=town,
        known=known,
        reader=Reader(town.db, feed=Feed(town.db), known=known),
        lake=Lake(town.db, folder=tmp_path / "lake", clock=town.clock),
        archive=Archive(town.db, folder=tmp_path / "lake", clock=town.clock),
        consents=Consents(town.db, clock=town.clock),
    )
    await town.db.write("DELETE FROM consumption_fact")
    await town.db.write("DELETE FROM lake_file")
