"""What is kept of a person, table by table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from qianbao.errors import NotFound, Unavailable

RECORDS: Final = "records"
TIMES: Final = frozenset({"happened", "known", "made", "since", "until", "at", "began"})
"""Columns with nanoseconds in them; a copy has them as RFC 3339."""


class ExportBusy(Unavailable):
    """Several copies are being made just now. Ask again in a moment."""

    code = "export_busy"


class TableUnknown(NotFound):
    """There is no such table in a copy of your data."""

    code = "export_table_unknown"


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that is kept."""

    name: str
    """`records`, `score`, `consent`, …"""
    place: str
    """Its name in the database."""
    columns: tuple[str, ...]
    rows: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """All that is kept of a person. Times in nanoseconds."""

    since: int | None
    """When something was first kept; None: nothing is."""
    tables: tuple[Table, ...]
    waiting: int
    """Of the records, facts on their way into the lake."""


def called(place: str) -> str:
    """A table as a copy calls it."""
    return RECORDS if place == "consumption" else place.removeprefix("insight_")


Row = Mapping[str, object]
