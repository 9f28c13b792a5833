"""Refunds, through the journal, on real books."""

from __future__ import annotations

import pytest

from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.journal import Receipt
from qianbao.parties.chart import AccountCode, house_account
from qianbao.payments.refund import service
from qianbao.payments.refund.models import (
    MerchantNotEnough,
    OutRefundNoUsed,
    RefundNotFound,
    RefundTooLarge,
)
from qianbao.payments.trade import reading
from qianbao.payments.trade.errors import TradeNotFound, TradeNotPaid
from qianbao.payments.trade.models import TradeState
from tests.payments.conftest import RICH, Town
from tests.payments.flows import paid, prepaid


async def refund(
    town: Town, shop: Caller, trade: Id, amount: int, *, key: Id | None = None, number: str = ""
) -> Receipt:
    """A refund under a new key and number, unless they are given."""
    return await service.refund(
        shop,
        town.room,
        command=key or town.key(),
        trade=trade,
        out_refund_no=number or town.number(),
        amount=amount,
        reason="cold soup",
    )


async def test_refunds_in_pieces_bring_everybody_back_to_where_they_began(town: Town) -> None:
    shop = await town.shop(rate_bp=38)
    fees, budget = house_account(AccountCode.FEE), house_account(AccountCode.SUBSIDY)
    before = await town.balance(fees), await town.balance(budget)
    trade, wallet = await paid(town, shop, 99_99, subsidy=3_33)
    for piece in (1, 33_33, 50_00, 16_65):
        receipt = await refund(town, shop, trade, piece)
        assert receipt.result["refund_amount"] == piece
    assert await town.state(trade) is TradeState.REFUNDED
    assert await town.balance(wallet) == RICH
    assert await town.balance(shop.id) == 0
    assert (await town.balance(fees), await town.balance(budget)) == before
    rows = await service.refunds_of(shop, town.room, trade)
    assert [row.amount for row in rows] == [1, 33_33, 50_00, 16_65]
    found = await reading.one(shop, town.room, trade)
    assert sum(row.fee_returned for row in rows) == found.fee == found.fee_returned


async def test_a_repeated_full_refund_gets_its_first_answer(town: Town) -> None:
    shop = await town.shop()
    trade, wallet = await paid(town, shop)
    key, number = town.key(), town.number()
    first = await refund(town, shop, trade, 100_00, key=key, number=number)
    again = await refund(town, shop, trade, 100_00, key=key, number=number)
    assert (again.result, again.replayed) == (first.result, True)
    with pytest.raises(RefundTooLarge):
        await refund(town, shop, trade, 1)
    assert await town.balance(wallet) == RICH


async def test_the_same_number_under_another_key_is_the_same_refund(town: Town) -> None:
    shop = await town.shop()
    trade, wallet = await paid(town, shop)
    number = town.number()
    first = await refund(town, shop, trade, 40_00, number=number)
    again = await refund(town, shop, trade, 40_00, number=number)
    assert again.result["refund"] == first.result["refund"]
    with pytest.raises(OutRefundNoUsed):
        await refund(town, shop, trade, 41_00, number=number)
    await refund(town, shop, trade, 60_00)
    whole = await refund(town, shop, trade, 40_00, number=number)
    assert whole.result["refund"] == first.result["refund"]
    assert await town.balance(wallet) == RICH
    found = await service.find(shop, town.room, number)
    assert str(found.id) == first.result["refund"]
    with pytest.raises(RefundNotFound):
        await service.find(await town.shop(), town.room, number)


async def test_takings_that_were_paid_out_cannot_be_refunded(town: Town) -> None:
    shop = await town.shop()
    trade, wallet = await paid(town, shop)
    await town.move(shop.id, house_account(AccountCode.SETTLING), 50_00)
    key = town.key()
    with pytest.raises(MerchantNotEnough):
        await refund(town, shop, trade, 100_00, key=key, number="R-short")
    await town.give(shop.id, 50_00)
    with pytest.raises(MerchantNotEnough) as again:
        await refund(town, shop, trade, 100_00, key=key, number="R-short")
    assert again.value.replayed
    await refund(town, shop, trade, 100_00, number="R-short")
    assert await town.balance(wallet) == RICH


async def test_nothing_is_refunded_of_an_unpaid_or_a_strangers_trade(town: Town) -> None:
    shop, stranger = await town.shop(), await town.shop()
    with pytest.raises(TradeNotPaid):
        await refund(town, shop, await prepaid(town, shop), 1)
    trade, _ = await paid(town, shop)
    with pytest.raises(TradeNotFound):
        await refund(town, stranger, trade, 1)
    with pytest.raises(TradeNotFound):
        await service.refunds_of(stranger, town.room, trade)
