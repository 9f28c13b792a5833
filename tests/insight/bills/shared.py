"""What the wallet page's reader shares with this one: names, words and patterns, as one JSON file.

python -m tests.insight.bills.shared     write it; `test_shared.py` holds the two equal
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from qianbao.insight.bills import layouts, meaning, merchants, reading, sums, values
from qianbao.insight.bills.bounds import BOUNDS
from qianbao.insight.bills.categories import labels, rules

FILE: Final = Path(__file__).parents[3] / "web" / "src" / "wallet" / "others" / "read" / "shared.json"


def shared() -> dict[str, Any]:
    """The tables of this reader."""
    return {
        "bounds": {
            "file": BOUNDS.file_size,
            "unpacked": BOUNDS.unpacked_size,
            "ratio": BOUNDS.ratio,
            "ratioFree": BOUNDS.ratio_free,
            "entries": BOUNDS.entries,
            "rows": BOUNDS.rows,
            "columns": BOUNDS.columns,
            "cells": BOUNDS.cells,
            "text": BOUNDS.text,
        },
        "roles": {role: list(names) for role, names in layouts.ROLES.items()},
        "needed": layouts.NEEDED,
        "headerRolesMin": layouts.HEADER_ROLES_MIN,
        "marks": {source.value: list(marks) for source, marks in layouts.MARKS.items()},
        "telling": {source.value: sorted(names) for source, names in layouts.TELLING.items()},
        "directions": {word: side.value for word, side in values._DIRECTIONS.items()},
        "foot": reading._FOOT.pattern,
        "sum": sums._LINE.pattern,
        "count": sums._COUNT.pattern,
        "meaning": {
            name: getattr(meaning, name).pattern
            for name in (
                *("CLOSED", "BACK_TO_SELF", "INTERNAL_KINDS", "INTERNAL_WORDS", "REPAID", "YIELD"),
                *("REFUNDED_STATE", "REFUNDED_WHOLE", "FEE"),
            )
        },
        "internalLabels": sorted(meaning.INTERNAL_LABELS),
        "aliases": [list(pair) for pair in merchants.ALIASES],
        "merchant": {
            name: getattr(merchants, f"_{name}").pattern
            for name in ("BRANCH", "PREFIX", "RECIPIENT", "FORM", "SHOP", "CITY", "NUMBER")
        },
        "labels": labels.LABELS,
        "rules": [list(pair) for pair in rules.RULES],
        "people": rules.PEOPLE_KINDS.pattern,
        "stall": rules.STALL_KINDS.pattern,
    }


def text() -> str:
    """The file's text."""
    return json.dumps(shared(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
