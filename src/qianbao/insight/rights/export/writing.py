"""A copy as text: lines of JSON, or one table as CSV that spreadsheets open as text. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterable
from typing import Any, Final

import msgspec

from qianbao.clock import rfc3339
from qianbao.insight.bills.cells import safe
from qianbao.insight.rights.export.models import TIMES, Kept, Row, Table

BOM: Final = "\ufeff"
"""By this spreadsheets know UTF-8."""
FORMAT: Final = "qianbao.my-data/1"

Parts = AsyncIterable[tuple[Table, list[Row]]]


async def ndjson(kept: Kept, parts: Parts) -> AsyncGenerator[str]:
    """A line about the copy, then a line a row: `what` is the table it is of."""
    about = {
        "what": "about",
        "format": FORMAT,
        "kept_since": rfc3339(kept.since) if kept.since else None,
        "rows": {table.name: table.rows for table in kept.tables},
        "amounts": "minor units",
    }
    yield _line(about)
    async for table, rows in parts:
        yield "".join(_line({"what": table.name} | plain(row)) for row in rows)


async def sheet(parts: Parts) -> AsyncGenerator[str]:
    """One table as CSV (RFC 4180)."""
    headed = False
    async for table, rows in parts:
        out = io.StringIO()
        write = csv.writer(out)
        if not headed:
            headed = True
            out.write(BOM)
            write.writerow(table.columns)
        for row in rows:
            cells = plain(row)
            write.writerow([_cell(cells[column]) for column in table.columns])
        yield out.getvalue()


def plain(row: Row) -> dict[str, Any]:
    """A row with its times as RFC 3339."""
    return {
        name: rfc3339(value) if name in TIMES and isinstance(value, int) else value
        for name, value in row.items()
    }


def _line(told: dict[str, Any]) -> str:
    return msgspec.json.encode(told).decode() + "\n"


def _cell(value: object) -> str:
    return "" if value is None else safe(str(value)) if isinstance(value, str) else str(value)
