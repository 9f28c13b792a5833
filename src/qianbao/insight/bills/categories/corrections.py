"""What the person said of a merchant. A file of theirs: two columns, merchant and category."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from qianbao.insight.bills.categories.labels import of_name
from qianbao.insight.bills.errors import BillsCorrectionsMalformed
from qianbao.insight.bills.merchants import merchant
from qianbao.insight.bills.tables import decoded
from qianbao.insight.bills.words import CATEGORIES

COLUMNS: Final = ("merchant", "category")


def read(path: Path) -> dict[str, str]:
    """Category by merchant; empty where there is no file. Raises `BillsCorrectionsMalformed`."""
    if not path.exists():
        return {}
    lines = decoded(path.read_bytes()).lines
    pairs: list[tuple[str, str]] = []
    for number, row in enumerate(csv.reader(io.StringIO("\n".join(lines))), 1):
        if not any(cell.strip() for cell in row) or tuple(cell.strip().casefold() for cell in row) == COLUMNS:
            continue
        if len(row) != len(COLUMNS):
            raise _malformed(f"{path.name}, line {number}: {len(row)} cells.")
        pairs.append((row[0], row[1]))
    return learned(pairs)


def learned(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs as a person writes them, the later ones over the earlier. Raises `BillsCorrectionsMalformed`."""
    found: dict[str, str] = {}
    for name, written in pairs:
        kind = of_name(written)
        if not name.strip():
            raise _malformed("A correction names no merchant.")
        if kind is None:
            raise _malformed(f"{written!r} is no category.")
        found[merchant(name)] = kind
    return found


def said(texts: Iterable[str]) -> dict[str, str]:
    """Corrections of a command line: `MERCHANT=CATEGORY`. Raises `BillsCorrectionsMalformed`."""
    pairs: list[tuple[str, str]] = []
    for one in texts:
        name, equals, written = one.rpartition("=")
        if not equals:
            raise _malformed(f"{one!r} has no `=`.")
        pairs.append((name, written))
    return learned(pairs)


def written(corrections: Mapping[str, str]) -> str:
    """The file's text."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerows([COLUMNS, *sorted(corrections.items())])
    return out.getvalue()


def _malformed(detail: str) -> BillsCorrectionsMalformed:
    expected = f"MERCHANT=CATEGORY, of {', '.join(CATEGORIES)}"
    return BillsCorrectionsMalformed(detail, field="--correct", expected=expected)
