"""What a cashier may call off alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qianbao.credentials.models import Role
from qianbao.payments.trade import ending
from qianbao.payments.trade.errors import TradeNotReversible
from qianbao.payments.trade.models import TradeState
from tests.payments.conftest import Town
from tests.payments.flows import paid, prepaid


async def test_a_cashier_calls_off_what_was_paid_a_moment_ago_and_later_needs_a_refund(town: Town) -> None:
    shop = await town.shop()
    cashier = replace(shop, id=town.key(), role=Role.CASHIER, scopes=None)
    fresh, _ = await paid(town, shop)
    old, _ = await paid(town, shop)
    unpaid = await prepaid(town, shop)
    town.clock.advance(200)
    await ending.reverse(cashier, town.room, command=town.key(), trade=fresh)
    assert await town.state(fresh) is TradeState.REVERSED
    town.clock.advance(200)
    number = (await town.room.trades.of([old]))[0].out_trade_no
    with pytest.raises(TradeNotReversible):
        await ending.reverse(cashier, town.room, command=town.key(), trade=old)
    with pytest.raises(TradeNotReversible):
        await ending.reverse_number(cashier, town.room, command=town.key(), out_trade_no=number)
    assert await town.state(old) is TradeState.PAID
    await ending.reverse(cashier, town.room, command=town.key(), trade=unpaid)
    supervisor = replace(cashier, role=Role.SUPERVISOR)
    await ending.reverse(supervisor, town.room, command=town.key(), trade=old)
    assert await town.state(old) is TradeState.REVERSED
