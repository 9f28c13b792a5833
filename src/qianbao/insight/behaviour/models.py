"""What is taken, what is kept aside and why."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from qianbao.ids import Id


class Kind(StrEnum):
    """A kind of behaviour."""

    ORDERS = "orders"
    EVENTS = "events"
    EDGES = "edges"


class Reason(StrEnum):
    """Why a row is kept aside."""

    BROKEN = "broken"
    """It cannot be read at all: no row of its file's form."""
    SCHEMA = "schema"
    """A column is missing, unknown, or out of its bounds."""
    TIME = "time"
    """It has not happened yet, or ends before it begins."""
    PERSON_UNKNOWN = "person_unknown"
    """Nobody here has this number, handle or id."""
    CHANGED = "changed"
    """The same id and version was taken with other content; what changes has a higher version."""


class Raw(msgspec.Struct, frozen=True, gc=False):
    """A row as it came: its text, or None and the reason where it was no row."""

    text: str
    """JSON, one object; else the line as it stood."""
    broken: str = ""
    """Why it is no row."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why one row was kept aside."""

    row: int
    """Its place in what was handed in, from 0."""
    quarantined: Id
    reason: Reason
    detail: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of rows: `rows` = `kept` + `repeated` + `quarantined`."""

    rows: int = 0
    kept: int = 0
    """Written now."""
    repeated: int = 0
    """Taken earlier, with the same content."""
    quarantined: int = 0
    refusals: tuple[Refusal, ...] = ()

    def __add__(self, other: Counts) -> Counts:
        """Both together; the refusals are not carried along."""
        return Counts(
            rows=self.rows + other.rows,
            kept=self.kept + other.kept,
            repeated=self.repeated + other.repeated,
            quarantined=self.quarantined + other.quarantined,
        )


class Quarantined(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is kept aside. `known` in nanoseconds."""

    id: Id
    kind: str
    reason: str
    detail: str
    names: list[str]
    data: str
    known: int
