"""A batch of plans as the arguments of `journal_commit`. Pure; on the hot path, so written for speed.

Columns that are default for the whole batch travel as NULL. Flags become plain integers: an `IntFlag` can be
iterated over, so asyncpg would take it for an array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from qianbao.ids import NONE
from qianbao.journal.models import Plan, Transfer

LINKED: Final = 1
"""The ledger's flag of every transfer of a chain but its last."""
LEDGER: Final = 156
"""The ledger (ISO 4217 number) that `ledger_post` takes where none is said."""

_json: Final = msgspec.json.Encoder().encode


def arguments(plans: Sequence[Plan], now_ns: int) -> tuple[Any, ...]:
    """What `journal_commit` takes, in its order (functions/journal_commit.sql)."""
    results = [_json(plan.result).decode() if plan.result else None for plan in plans]
    kinds, rows = _steps(plans)
    return (
        [plan.command for plan in plans],
        [plan.digest for plan in plans],
        [plan.caller for plan in plans],
        [plan.event.subject for plan in plans],
        [plan.event.type for plan in plans],
        [_json(plan.event.data).decode() for plan in plans],
        results if any(results) else None,
        kinds,
        rows,
        *_transfers(plans),
        now_ns,
    )


def _steps(plans: Sequence[Plan]) -> tuple[list[str], list[str]]:
    """The kinds in the order of their tables, and the rows of each as one JSON array."""
    rows: dict[tuple[int, str], list[bytes]] = {}
    for c, plan in enumerate(plans, 1):
        for step in plan.steps:
            fields = _json(step)
            row = b'{"c":%d,%b' % (c, fields[1:]) if len(fields) > 2 else b'{"c":%d}' % c
            rows.setdefault((step.order, step.kind), []).append(row)
    order = sorted(rows)
    return [kind for _, kind in order], [(b"[%b]" % b",".join(rows[key])).decode() for key in order]


def _transfers(plans: Sequence[Plan]) -> tuple[Any, ...]:
    numbers: list[int] = []
    flags: list[int] = []
    flat: list[Transfer] = []
    for c, plan in enumerate(plans, 1):
        transfers = plan.transfers
        if not transfers:
            continue
        count = len(transfers)
        flat += transfers
        numbers += [c] * count
        if count > 1:
            flags += [int(t.flags) | LINKED for t in transfers[:-1]]
        flags.append(int(transfers[-1].flags))
    if not flat:
        return (None,) * 14
    return (
        numbers,
        [t.id for t in flat],
        [t.debit for t in flat],
        [t.credit for t in flat],
        [t.amount for t in flat],
        flags if any(flags) else None,
        [t.code for t in flat],
        _unless([t.ledger for t in flat], LEDGER),
        _unless([t.pending_id for t in flat], NONE),
        _unless([t.user_data_128 for t in flat], NONE),
        _unless([t.user_data_64 for t in flat], 0),
        _unless([t.user_data_32 for t in flat], 0),
        _unless([t.timeout_s for t in flat], 0),
        _unless([int(t.spend) for t in flat], 0),
    )


def _unless(column: list[Any], default: Any) -> list[Any] | None:
    """The column, or None where every value is the default."""
    return None if column.count(default) == len(column) else column
