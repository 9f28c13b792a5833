"""The three schemas, version 1: one definition for CSV, Parquet, JSON lines and the door. Pure.

A person is named by account number, handle, or their id of the network. A row is itself by `id` and
`version`: the same again is a repeat, a higher version amends it from when it becomes known.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal

import msgspec

from qianbao.clock import SECOND, nanoseconds
from qianbao.insight.behaviour.models import Kind, Raw, Reason

AHEAD_S: Final = 86_400
"""A clock elsewhere may be so far ahead; a row from later is refused."""
LINE: Final = r"\A[^\x00-\x1f\x7f]*\Z"

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=LINE)]
Word = Annotated[str, msgspec.Meta(max_length=64, pattern=LINE)]
Text = Annotated[str, msgspec.Meta(max_length=200, pattern=LINE)]
Version = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order of a shop elsewhere."""

    id: Name
    """The row's own."""
    version: Version = 1
    """Rises when the row changes: the order is paid, cancelled, returned."""
    person: Name
    """Who ordered: account number, handle or id."""
    happened: Moment
    """When it was ordered, RFC 3339 with its zone."""
    amount: Annotated[int, msgspec.Meta(ge=0, le=10**12)]
    """Minor units (fen)."""
    currency: Annotated[str, msgspec.Meta(pattern=r"\A[A-Z]{3}\Z")] = "CNY"
    """ISO 4217."""
    shop: Name
    """The shop, as the sender calls it."""
    category: Word = ""
    """What it was mostly, as the sender calls it."""
    items: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    """Pieces."""
    status: Literal["placed", "paid", "cancelled", "returned"]


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page seen or a search made."""

    id: Name
    """The row's own."""
    version: Version = 1
    """Rises when the row is mended."""
    person: Name
    """Who: account number, handle or id."""
    happened: Moment
    """When, RFC 3339 with its zone."""
    action: Literal["view", "search", "click", "favourite", "cart"]
    page: Text = ""
    """The page."""
    query: Text = ""
    """What was searched."""
    category: Word = ""
    """What the page or search is about, as the sender calls it."""


class Edge(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody knows, follows or trusts somebody."""

    id: Name
    """The row's own."""
    version: Version = 1
    """Rises when the row changes: it ends, its weight moves."""
    person: Name
    """From whom: account number, handle or id."""
    other: Name
    """To whom: account number, handle or id."""
    happened: Moment
    """Since when, RFC 3339 with its zone."""
    until: Moment | None = None
    """When it ended."""
    relation: Literal["contact", "follows", "trusts"]
    weight: Annotated[float, msgspec.Meta(ge=-1, le=1)] = 1.0
    """How strong, from -1 (against) to 1."""


Row = Order | Event | Edge
SCHEMAS: Final[Mapping[Kind, type[Row]]] = {Kind.ORDERS: Order, Kind.EVENTS: Event, Kind.EDGES: Edge}


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A row that is not of its schema."""

    reason: Reason
    detail: str
    names: tuple[str, ...] = ()


def read(kind: Kind, raw: Raw, *, now: int) -> Row | Refused:
    """The row that a text is, or why it is none. Cells of a CSV are text: numbers are read from it."""
    if raw.broken:
        return Refused(Reason.BROKEN, raw.broken)
    try:
        found = msgspec.json.decode(raw.text)
    except msgspec.DecodeError as wrong:
        return Refused(Reason.BROKEN, _plain(wrong))
    names = _names(found)
    try:
        row = msgspec.convert(found, SCHEMAS[kind], strict=False)
    except (msgspec.ValidationError, OverflowError) as wrong:
        return Refused(Reason.SCHEMA, _plain(wrong), names)
    try:
        if nanoseconds(row.happened) > now + AHEAD_S * SECOND:
            return Refused(Reason.TIME, "It happened more than a day from now.", names)
    except (OverflowError, ValueError):
        return Refused(Reason.TIME, "The time is out of range.", names)
    if row.happened.year < YEAR_MIN:
        return Refused(Reason.TIME, f"It happened before {YEAR_MIN}.", names)
    if isinstance(row, Edge):
        if row.until is not None and not row.happened <= row.until <= LAST:
            return Refused(Reason.TIME, "It ends before it begins, or never.", names)
        if row.person == row.other:
            return Refused(Reason.SCHEMA, "Both ends are the same person - at `$.other`", names)
    return row


YEAR_MIN: Final = 1990
LAST: Final = datetime.fromisoformat("2200-01-01T00:00:00Z")


def names_of(row: Row) -> tuple[str, ...]:
    """As whom a row names people."""
    return (row.person, row.other) if isinstance(row, Edge) else (row.person,)


def folded(name: str) -> str:
    """A name as it is kept aside and found again: case and spaces say nothing."""
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    return unicodedata.normalize("NFKC", plain).replace("\x00", "\ufffd")


def _names(found: Any) -> tuple[str, ...]:
    if not isinstance(found, dict):
        return ()
    said = (found.get("person"), found.get("other"))
    return tuple(str(name) for name in said if name)


def _plain(wrong: Exception) -> str:
    return str(wrong).replace("\x00", "\ufffd")[:500]
