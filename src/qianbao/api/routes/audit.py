"""`/audit`: what the people of the house did. Only added to; nobody changes it, the operator neither."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from qianbao.api.deps import CursorText, Line, PageSize, PartsDep, allowed, cursor_made, cursor_read
from qianbao.api.problems import problems
from qianbao.clock import moment, nanoseconds
from qianbao.console.audit.log import NEWEST
from qianbao.console.audit.models import Entry
from qianbao.credentials.models import Caller, Role
from qianbao.events.models import CursorMalformed
from qianbao.ids import Id

router = APIRouter(tags=["console"])

House = Annotated[Caller, allowed(Role.OPERATOR, Role.AUDITOR)]


class DeedView(BaseModel):
    """Something that somebody of the house did, and what became of it."""

    seq: int
    """Counts up by one: a gap would show that a line was taken away."""
    at: datetime
    actor: Id | None
    """Null: somebody at the machine itself."""
    role: str
    """`operator`, `auditor`, `supervisor`, or `machine` for the command line."""
    name: str
    """A login, or the machine's user."""
    action: str
    """The route, or the command."""
    target: str
    """The address asked, or the command's argument."""
    reason: str | None
    request: str
    address: str
    """From where."""
    asked: dict[str, Any]
    """What was asked for, without secrets."""
    done_at: datetime | None
    """Null: nobody knows what became of it, for a process died in the middle."""
    status: int | None
    """The answer's HTTP status; of a command 0 (done) or 1 (refused)."""
    became: dict[str, Any]
    """`before` and `after`, where they are known."""
    hash: str
    """SHA-256 over the line before and this one."""

    @classmethod
    def of(cls, entry: Entry) -> DeedView:
        """A line as it is shown."""
        deed = entry.deed
        return cls(
            seq=entry.seq,
            at=moment(entry.at),
            actor=deed.who.actor,
            role=deed.who.role,
            name=deed.who.name,
            action=deed.action,
            target=deed.target,
            reason=deed.reason,
            request=deed.request,
            address=deed.address,
            asked=deed.said,
            done_at=None if entry.done_at is None else moment(entry.done_at),
            status=entry.status,
            became=entry.became,
            hash=entry.hash,
        )


class DeedList(BaseModel):
    """Deeds, newest first."""

    items: list[DeedView]
    next_cursor: str | None


class ChainView(BaseModel):
    """Whether the log is whole: every line looked at."""

    size: int
    """Lines: a deed is two, the asking and the outcome."""
    whole: bool
    broken: int | None
    """The first line at which the chain does not hold."""


@router.get("/audit", responses=problems(CursorMalformed))
async def list_deeds(
    _caller: House,
    parts: PartsDep,
    actor: Id | None = None,
    role: Annotated[str | None, Query(max_length=20)] = None,
    action: Annotated[Line | None, Query(description="A part of the route or command")] = None,
    target: Annotated[Line | None, Query(description="A part of the address: an id, say")] = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    cursor: CursorText = None,
    limit: PageSize = 50,
) -> DeedList:
    """What the people of the house did: who, what, when, why, from where, and what became of it."""
    place = cursor_read(cursor, tuple[int])
    entries = await parts.console.audit.page(
        before=NEWEST if place is None else max(0, min(place[0], NEWEST)),
        actor=actor,
        role=role,
        action=action,
        target=target,
        since=0 if since is None else max(0, nanoseconds(since)),
        until=NEWEST if until is None else max(0, min(nanoseconds(until), NEWEST)),
        limit=limit,
    )
    return DeedList(
        items=[DeedView.of(entry) for entry in entries],
        next_cursor=cursor_made(entries[-1].seq) if len(entries) == limit else None,
    )


@router.get("/audit/check")
async def check_log(_caller: House, parts: PartsDep) -> ChainView:
    """Whether a line of the log was changed or taken away."""
    chain = await parts.console.audit.check()
    return ChainView(size=chain.size, whole=chain.broken is None, broken=chain.broken)
