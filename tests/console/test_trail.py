"""A trade's trail: everything that happened to it, by names."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.console.trail.service import NEAR_NS, stretches
from qianbao.errors import QianbaoError
from qianbao.ids import parse
from qianbao.payments.refund import service as refunding
from qianbao.payments.trade import ending, service
from qianbao.payments.trade.errors import TradeNotFound
from qianbao.payments.trade.models import TradeState
from tests.console.conftest import House
from tests.payments.conftest import PIN
from tests.payments.flows import prepaid


async def test_a_refunded_trade_tells_its_transfers_by_name_and_all_its_events(house: House) -> None:
    town = house.town
    shop = await town.shop()
    await town.give(shop.id, 100_00)
    payer, wallet = await town.someone()
    trade = await prepaid(town, shop, 80_00)
    town.clock.advance(3)
    await service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    town.clock.advance(600)
    await refunding.refund(
        shop, town.room, command=town.key(), trade=trade, out_refund_no=town.number(), amount=30_00
    )
    trail = await house.trails.of(trade)
    assert trail.trade.state is TradeState.PARTLY_REFUNDED
    assert {(one.code, one.debit.name, one.credit.name, one.amount) for one in trail.transfers} == {
        ("payment", "李*", "Noodles", 80_00),
        ("fee", "Noodles", "fee", 48),
        ("refund", "Noodles", "李*", 30_00),
        ("fee_returned", "fee", "Noodles", 18),
    }
    assert [one.type for one in trail.events] == ["trade.created", "trade.paid", "trade.refunded"]
    assert [one.caller.kind for one in trail.events] == ["merchant", "person", "merchant"]
    assert trail.whole
    assert [one.amount for one in trail.refunds] == [30_00]


async def test_a_closed_trade_without_money_tells_its_events_too(house: House) -> None:
    town = house.town
    shop = await town.shop()
    trade = await prepaid(town, shop)
    town.clock.advance(1000)
    await ending.close(shop, town.room, command=town.key(), trade=trade)
    trail = await house.trails.of(trade)
    assert [one.type for one in trail.events] == ["trade.created", "trade.closed"]
    assert trail.whole
    assert trail.transfers == ()


async def test_an_attempt_that_was_refused_is_told_with_its_code(house: House) -> None:
    town = house.town
    shop = await town.shop()
    poor, wallet = await town.someone(money=1)
    trade = await prepaid(town, shop)
    with pytest.raises(QianbaoError):
        await service.pay(poor, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
    trail = await house.trails.of(trade)
    assert [one.refused for one in trail.events] == [None, "not_enough"]
    assert trail.whole


async def test_an_answer_kept_under_a_second_key_is_no_part_of_the_story(house: House) -> None:
    town = house.town
    shop, number, again = await town.shop(), town.number(), town.key()
    first = await service.prepay(shop, town.room, command=town.key(), out_trade_no=number, amount=100)
    second = await service.prepay(shop, town.room, command=again, out_trade_no=number, amount=100)
    assert second.result == first.result
    trail = await house.trails.of(parse(first.result["id"]))
    assert [one.type for one in trail.events] == ["trade.created"]
    assert trail.whole
    assert (await house.search.find(str(again))).hits == ()


async def test_an_unknown_trade_is_none(house: House) -> None:
    with pytest.raises(TradeNotFound):
        await house.trails.of(house.town.key())


@given(st.lists(st.integers(0, 10**15), max_size=8))
def test_every_moment_lies_within_one_stretch_and_stretches_do_not_meet(moments: list[int]) -> None:
    found = stretches(moments)
    for moment in moments:
        assert sum(since <= moment - NEAR_NS and moment + NEAR_NS <= until for since, until in found) == 1
    assert all(earlier[1] < later[0] for earlier, later in pairwise(found))
