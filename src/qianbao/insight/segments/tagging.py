"""Everybody's tags as of a day, by DuckDB. It computes and blocks: run it in a thread."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from qianbao.db import queries
from qianbao.insight.features import build
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.scores.models import COMPARED_MIN

SQL: Final = queries(__package__ or "", "tags.sql")


def tagged(snapshot: Snapshot, day: date) -> list[tuple[Any, Any, list[str]]]:
    """(merchant, person, tags) of whoever has one, as was known at the end of the day."""
    with build.as_known(snapshot, day).opened() as tables:
        found = tables.execute(SQL["tags_of"], {"day": day, "compared": COMPARED_MIN})
        rows: list[tuple[Any, Any, list[str]]] = found.fetchall()
    return rows
