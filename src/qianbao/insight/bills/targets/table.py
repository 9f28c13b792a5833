"""Bills as a table: CSV that no spreadsheet runs, and Parquet with types."""

from __future__ import annotations

import csv as comma
import io
from collections.abc import Sequence
from typing import Any, Final

from qianbao.insight.bills.cells import safe
from qianbao.insight.bills.models import Bill
from qianbao.money import show

COLUMNS: Final = [
    *("at", "source", "flow", "direction", "amount", "refunded", "fee", "spent", "category", "category_by"),
    *("merchant", "counterparty", "description", "kind", "label", "method", "state", "order"),
    *("merchant_order", "refund_of", "note", "also", "file", "line"),
]
AMOUNTS: Final = frozenset({"amount", "refunded", "fee", "spent"})


def _values(bill: Bill) -> dict[str, Any]:
    also = "; ".join(f"{one.source.value}: {one.description}" for one in bill.also)
    return {name: also if name == "also" else getattr(bill, name) for name in COLUMNS}


def csv(bills: Sequence[Bill]) -> bytes:
    """UTF-8 with the mark by which spreadsheets know it; amounts in yuan, times in UTC+8."""
    out = io.StringIO()
    table = comma.writer(out)
    table.writerow(COLUMNS)
    for bill in bills:
        table.writerow(
            show(value) if name in AMOUNTS else bill.at.isoformat() if name == "at" else safe(str(value))
            for name, value in _values(bill).items()
        )
    return out.getvalue().encode("utf-8-sig")


def parquet(bills: Sequence[Bill]) -> bytes:
    """The table with types; amounts in minor units."""
    import pyarrow as pa
    from pyarrow import parquet as files

    kinds: dict[str, Any] = {
        "at": pa.timestamp("us", tz="+08:00"),
        "line": pa.int64(),
        **{name: pa.int64() for name in AMOUNTS},
    }
    rows = [_values(bill) for bill in bills]
    columns = [
        pa.array(
            [row[name] if name in kinds else str(row[name]) for row in rows],
            type=kinds.get(name, pa.string()),
        )
        for name in COLUMNS
    ]
    kept = io.BytesIO()
    files.write_table(pa.table(columns, names=COLUMNS), kept)
    return kept.getvalue()
