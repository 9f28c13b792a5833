"""`/events`: what happened, to whom it concerns: in pages, as a stream, and the schemas of it all."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from qianbao.api.deps import PageSize, PartsDep, allowed, identify
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.sessions import bearer_of, session_of
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.errors import Unauthenticated, Unavailable
from qianbao.events import START, View, schemas
from qianbao.events.models import (
    CursorMalformed,
    EventTypeMalformed,
    UnknownEvent,
    checked_types,
    position,
)
from qianbao.parties.store import Parties

router = APIRouter(tags=["events"])

Reader = Annotated[Caller, allowed(*Role, scope=Scope.EVENTS_READ)]
Types = Annotated[
    list[str] | None,
    Query(alias="type", max_length=50, description="`trade.paid`; `trade.*` is all of a thing"),
]
After = Annotated[str | None, Query(max_length=40, description="`next` of the page before, or a stream's id")]


class EventView(BaseModel):
    """What happened. `GET /events/schemas` says what each type's `data` holds."""

    id: UUID
    type: str
    occurred_at: datetime
    subject: UUID
    data: dict[str, Any]


class EventList(BaseModel):
    """Events, oldest first. A page may be empty and yet have `more`: a request looks at a bounded stretch."""

    items: list[EventView]
    next: str
    """`after` for the next page; keep it, and later ask for what has come since."""
    more: bool


async def view_of(caller: Caller, parties: Parties, types: list[str] | None) -> View:
    """What this caller may see: a person what names them, staff what names their merchant and their store,
    the house all.

    Raises `EventTypeMalformed`.
    """
    wanted = checked_types(tuple(types or ()))
    if caller.role in (Role.OPERATOR, Role.AUDITOR):
        return View(types=wanted)
    if caller.merchant is not None:
        store = None if caller.store is None else str(caller.store)
        return View(parties=frozenset({str(caller.merchant)}), types=wanted, store=store)
    if caller.person is None:
        return View(parties=frozenset({str(caller.id)}), types=wanted)
    wallets = await parties.wallets_of(caller.person)
    return View(parties=frozenset({str(caller.person), *(str(one.id) for one in wallets)}), types=wanted)


@router.get("/events", response_model=EventList, responses=problems(CursorMalformed, EventTypeMalformed))
async def list_events(
    caller: Reader, parts: PartsDep, after: After = None, types: Types = None, limit: PageSize = 50
) -> Response:
    """What has happened after a cursor (without one: from the beginning), in the order of its effect."""
    here = START if after is None else position(after)
    page = await parts.feed.after(here, view=await view_of(caller, parts.parties, types), limit=limit)
    items = b",".join(event.body for event in page.events)
    more = b"true" if page.more else b"false"
    body = b'{"items":[%b],"next":"%b","more":%b}' % (items, str(page.next).encode(), more)
    return Response(body, media_type="application/json")


@router.get(
    "/events/stream",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Events as they happen", "content": {"text/event-stream": {"schema": {}}}},
        **problems(CursorMalformed, EventTypeMalformed),
    },
)
async def stream_events(
    request: Request,
    caller: Reader,
    parts: PartsDep,
    after: After = None,
    types: Types = None,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> Response:
    """Events as they happen (server-sent events), from now on or from a cursor on.

    Who was cut off comes back with `Last-Event-ID`, as browsers do by themselves, and misses nothing.
    """
    resumed = last_event_id or after
    here = None if resumed is None else position(resumed)
    view = await view_of(caller, parts.parties, types)
    frames = parts.stream.events(view, here)
    return StreamingResponse(
        _while_signed_in(request, parts, frames),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


async def _while_signed_in(
    request: Request, parts: Parts, frames: AsyncGenerator[bytes]
) -> AsyncGenerator[bytes]:
    # A stream outlives nobody's session: at every heartbeat the credential is looked at again.
    bearer, session = bearer_of(request.scope), session_of(request.scope)
    try:
        async for frame in frames:
            if frame.startswith(b":"):
                await identify(parts, bearer=bearer, session=session)
            yield frame
    except (Unauthenticated, Unavailable):
        return  # the client comes back, and is then told why
    finally:
        await frames.aclose()


@router.get("/events/schemas")
async def list_schemas(_caller: Reader) -> dict[str, dict[str, Any]]:
    """The JSON Schema (2020-12) of every event type."""
    return schemas()


@router.get("/events/{event_id}", response_model=EventView, responses=problems(UnknownEvent))
async def get_event(event_id: UUID, caller: Reader, parts: PartsDep) -> Response:
    """One event, once nothing before it can appear any more."""
    told = await parts.feed.one(event_id, view=await view_of(caller, parts.parties, None))
    return Response(told.body, media_type="application/json")
