"""Use case: what a store, or a whole merchant, took within a time."""

from __future__ import annotations

from qianbao.ids import Id
from qianbao.settlement.movements import between
from qianbao.settlement.room import Settlement
from qianbao.settlement.takings import plans
from qianbao.settlement.takings.models import Sale


async def sold(
    room: Settlement, merchant: Id, *, since: int, until: int, store: Id | None = None
) -> list[Sale]:
    """A merchant's sales and refunds from `since` until before `until` (nanoseconds), oldest first; of one
    store where asked. Raises `PeriodTooBusy`, `DatabaseLost`."""
    slips = plans.slips(await between(room.ledger, merchant, since=since, until=until))
    trades = {one.id: one for one in await room.payments.trades.of(list({one.trade for one in slips}))}
    given = [one.command for one in slips if one.returned]
    refunds = {one.id: one for one in await room.payments.refunds.of(given)} if given else {}
    found = plans.sales(slips, trades, refunds)
    return [one for one in found if store is None or one.store == store]
