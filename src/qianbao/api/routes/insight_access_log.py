"""`/insight/access-log`: who read the caller's records, for which purpose, and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from qianbao.api.deps import CursorText, PageSize, PartsDep, allowed, cursor_made, cursor_read
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.events.models import CursorMalformed
from qianbao.insight.purposes import Purpose, Words
from qianbao.insight.rights.reads.models import Data, Seen
from qianbao.insight.rights.reads.store import NEWEST
from qianbao.insight.rights.reads.words import told

router = APIRouter(prefix="/insight", tags=["insight"])

Myself = Annotated[Caller, allowed(Role.PERSON)]


class WordsView(BaseModel):
    """The same in Chinese and in English."""

    zh: str
    en: str

    @classmethod
    def of(cls, words: Words) -> WordsView:
        """Words as they are shown."""
        return cls(zh=words.zh, en=words.en)


class AccessView(BaseModel):
    """One reading."""

    at: str
    purpose: Purpose
    reader: str
    data: Data
    own: bool = Field(description="Of the caller's records alone; else theirs were among those of `people`")
    people: int
    rows: int
    words: WordsView

    @classmethod
    def of(cls, seen: Seen) -> AccessView:
        """A line as it is shown."""
        return cls(
            at=rfc3339(seen.at),
            purpose=Purpose(seen.purpose),
            reader=seen.reader,
            data=Data(seen.data),
            own=seen.own,
            people=seen.people,
            rows=seen.rows,
            words=WordsView.of(told(seen)),
        )


class AccessLogView(BaseModel):
    """Readings, newest first; `next_cursor` is null at the end."""

    items: list[AccessView]
    next_cursor: str | None


@router.get("/access-log", responses=problems(CursorMalformed))
async def list_accesses(
    caller: Myself, parts: PartsDep, cursor: CursorText = None, limit: PageSize = 20
) -> AccessLogView:
    """Who read the caller's records, for which purpose and when: alone, or among everybody's."""
    place = cursor_read(cursor, tuple[int])
    before = place[0] if place else NEWEST
    found = await parts.insight.access_log.of(caller, before=before, limit=limit)
    return AccessLogView(
        items=[AccessView.of(one) for one in found],
        next_cursor=cursor_made(found[-1].seq) if len(found) == limit else None,
    )
