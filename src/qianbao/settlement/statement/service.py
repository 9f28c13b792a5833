"""Use case: draw up a merchant's statement from the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from qianbao.clock import SECOND
from qianbao.ids import Id
from qianbao.settlement.days import Period, begins
from qianbao.settlement.movements import between
from qianbao.settlement.room import Settlement
from qianbao.settlement.statement import plans
from qianbao.settlement.statement.models import Statement

SETTLED_S: Final = 600
"""A day that is over so long is written down for good: no commit of it is under way any more."""


async def draw_up(room: Settlement, merchant: Id, period: Period) -> Statement:
    """A merchant's statement of some business days. Raises `PeriodTooBusy`, `DatabaseLost`."""
    opening = await _opening(room, merchant, period)
    now = room.clock.now()
    moved = await between(room.ledger, merchant, since=period.since, until=period.until)
    made = plans.statement(moved, merchant=merchant, period=period, opening=opening, now=now)
    if period.until + SETTLED_S * SECOND < now:
        await room.closings.keep(merchant, period.last, made.total.closing)
    return made


async def _opening(room: Settlement, merchant: Id, period: Period) -> int:
    """The balance when the period begins: the last one kept, and what has moved since; kept in its turn."""
    kept = await room.closings.before(merchant, period.first)
    since, balance = (begins(kept[0] + timedelta(days=1)), kept[1]) if kept else (0, 0)
    if since >= period.since:
        return balance
    moved = await between(room.ledger, merchant, since=since, until=period.since)
    balance += sum(one.amount for one in moved)
    if period.since + SETTLED_S * SECOND < room.clock.now():
        await room.closings.keep(merchant, period.first - timedelta(days=1), balance)
    return balance
