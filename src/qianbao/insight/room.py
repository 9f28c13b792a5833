"""The insight room, opened: one for each process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from qianbao.clock import Clock
from qianbao.config import Settings
from qianbao.db import Database
from qianbao.events.feed import Feed
from qianbao.insight.behaviour.service import Behaviours
from qianbao.insight.consent.store import Consents
from qianbao.insight.demand.stores.service import Demands
from qianbao.insight.needs.service import Needs
from qianbao.insight.picture.service import Pictures
from qianbao.insight.records.archive import Archive
from qianbao.insight.records.known import Known
from qianbao.insight.records.lake import Lake
from qianbao.insight.records.reader import Reader
from qianbao.insight.recurring.service import Recurrings
from qianbao.insight.rights import rules as set_rules
from qianbao.insight.rights.breach.service import Breaches
from qianbao.insight.rights.correction.service import Corrections
from qianbao.insight.rights.erasure.service import Erasures
from qianbao.insight.rights.export.service import Exports
from qianbao.insight.rights.reads.service import AccessLog
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.rights.reasons.service import Reasons
from qianbao.insight.rights.release.service import Releases
from qianbao.insight.rights.retention.service import Retention
from qianbao.insight.rights.rules import Rules
from qianbao.insight.scores.service import Scores
from qianbao.insight.segments.service import Segments
from qianbao.parties.store import Parties


@dataclass(frozen=True, slots=True, kw_only=True)
class Insight:
    """The parts of this room."""

    reader: Reader
    lake: Lake
    archive: Archive
    behaviours: Behaviours
    scores: Scores
    demands: Demands
    pictures: Pictures
    recurring: Recurrings
    needs: Needs
    segments: Segments
    access_log: AccessLog
    exports: Exports
    corrections: Corrections
    erasures: Erasures
    retention: Retention
    reasons: Reasons
    releases: Releases
    breaches: Breaches
    rules: Rules

    async def score_if_due(self) -> None:
        """A new batch where the last one is old, or much has come since. Raises `Unavailable`."""
        if await self.scores.due((await self.reader.taken()).facts):
            await self.scores.batch()
            await self.needs.batch()
            await self.segments.lay_if_due()
            await self.recurring.batch()
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
    chosen = set_rules.rules(settings)
    archive = Archive(db, folder=folder, clock=clock, retention_days=chosen.retention_days)
    reads = Reads(db, clock=clock)
    scores = Scores(db, archive=archive, clock=clock)
    consents = Consents(db, clock=clock)
    pictures = Pictures(db, known=known, consents=consents, scores=scores, clock=clock)
    return Insight(
        reader=Reader(db, feed=feed, known=known),
        lake=Lake(db, folder=folder, clock=clock),
        archive=archive,
        behaviours=Behaviours(
            db,
            known=known,
            parties=parties,
            reads=reads,
            clock=clock,
            retention_days=chosen.retention_days,
        ),
        scores=scores,
        demands=Demands(db, archive=archive, clock=clock),
        pictures=pictures,
        recurring=Recurrings(db, pictures=pictures, clock=clock),
        segments=Segments(db, archive=archive, clock=clock, random=random),
        needs=Needs(db, archive=archive, pictures=pictures, clock=clock),
        access_log=AccessLog(db, reads=reads),
        exports=Exports(db, reads=reads),
        corrections=Corrections(db, clock=clock),
        erasures=Erasures(db, parties=parties, clock=clock),
        retention=Retention(db, archive=archive, folder=folder, reads=reads, rules=chosen, clock=clock),
        reasons=Reasons(db, pictures=pictures, scores=scores, reads=reads),
        releases=Releases(db, archive=archive, rules=chosen, clock=clock),
        breaches=Breaches(db),
        rules=chosen,
    )
