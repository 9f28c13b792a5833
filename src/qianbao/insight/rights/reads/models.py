"""A line of the log of reading, as it is written and as its person sees it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from qianbao.errors import Unavailable
from qianbao.ids import Id
from qianbao.insight.purposes import Purpose


class ReadUnwritten(Unavailable):
    """The log of reading cannot be written, so nothing was read. The same request may be sent again."""

    code = "read_unwritten"


class Data(StrEnum):
    """What is read."""

    RECORDS = "records"
    SCORES = "scores"
    FEATURES = "features"
    BEHAVIOUR = "behaviour"
    """Orders elsewhere, page and search events, who knows whom."""
    EVERYTHING = "everything"
    """All that is kept of a person, for themselves."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One reading. Times in nanoseconds."""

    began: int
    at: int
    purpose: Purpose
    reader: str
    data: Data
    person: Id | None
    """The pseudonym; None: of all who let theirs be read."""
    people: int
    rows: int


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A line as its person sees it."""

    seq: int
    at: int
    purpose: str
    reader: str
    data: str
    own: bool
    """Whether it read this person's alone; else theirs were among those of `people`."""
    people: int
    rows: int
