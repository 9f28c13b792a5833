"""The statements of queries.sql with their columns filled in, for both orders of time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qianbao.db import queries
from qianbao.ledger.postgres import rows

_WINDOWS = (
    "day, day_used, day_max, year, year_used, year_max, life_used, life_max, static_used, static_max, "
    "pinless_used, pinless_max, pinless_count, pinless_count_max"
)


def _prefixed(prefix: str, names: str) -> str:
    return ", ".join(f"{prefix}.{name}" for name in names.split(", "))


def _statements(order: str) -> Mapping[str, str]:
    names = {
        "account": rows.ACCOUNT,
        "transfer": rows.TRANSFER,
        "a_account": _prefixed("a", rows.ACCOUNT),
        "t_transfer": _prefixed("t", rows.TRANSFER),
        "windows": _prefixed("a", _WINDOWS),
        "order": order,
    }
    return {name: text.format_map(names) for name, text in queries(__package__ or "").items()}


OLDEST_FIRST: Final = _statements("ASC")
NEWEST_FIRST: Final = _statements("DESC")
