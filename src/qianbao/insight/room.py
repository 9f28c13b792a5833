"""The insight room, opened: one for each process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from qianbao.clock import Clock
from qianbao.config import Settings
from qianbao.db import Database
from qianbao.events.feed import Feed
from qianbao.insight.consent.store import Consents
from qianbao.insight.demand.stores.service import Demands
from qianbao.insight.picture.service import Pictures
from qianbao.insight.records.archive import Archive
from qianbao.insight.records.known import Known
from qianbao.insight.records.lake import Lake
from qianbao.insight.records.reader import Reader
from qianbao.insight.scores.service import Scores
from qianbao.parties.store import Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """The parts of this room."""

    reader: Reader
    lake: Lake
    archive: Archive
    scores: Scores
    demands: Demands
    pictures: Pictures

    async def score_if_due(self) -> None:
        """A new batch where the last one is old, or much has come since. Raises `Unavailable`."""
        if await self.scores.due((await self.reader.taken()).facts):
            await self.scores.batch()
            await self.demands.batch()


def opened(
    db: Database,
    *,
    settings: Settings,
    feed: Feed,
    parties: Parties,
    clock: Clock,
    random: Callable[[int], bytes] = secrets.token_bytes,
) -> Insight:
    """Open the room; the lake lies in the installation's home."""
    folder = settings.home / "lake"
    known = Known(db, parties=parties, clock=clock, random=random)
    archive = Archive(db, folder=folder, clock=clock)
    scores = Scores(db, archive=archive, clock=clock)
    consents = Consents(db, clock=clock)
    return Insight(
        reader=Reader(db, feed=feed, known=known),
        lake=Lake(db, folder=folder, clock=clock),
        archive=archive,
        scores=scores,
        demands=Demands(db, archive=archive, clock=clock),
        pictures=Pictures(db, known=known, consents=consents, scores=scores, clock=clock),
    )
