"""What stands already, asked for under a new key: the answer is claimed, and the key is that content's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from qianbao.errors import QianbaoError
from qianbao.events import Feed
from qianbao.ids import Id
from qianbao.journal import Receipt
from qianbao.payments import books
from qianbao.payments.refund import service as refunds
from qianbao.payments.trade import ending, service
from tests.payments.conftest import Town
from tests.payments.flows import paid, prepaid

Ask = Callable[[Id], Awaitable[Receipt]]


async def claimed(town: Town, first: Ask, again: Ask, other: Ask) -> None:
    """`first` does it; `again` asks for the same under another key, `other` for something else."""
    done = await first(town.key())
    head = await Feed(town.db).head()
    key = town.key()
    one, two = await again(key), await again(key)
    assert one.result == two.result == done.result
    assert (one.replayed, two.replayed) == (False, True)
    with pytest.raises(QianbaoError) as refused:
        await other(key)
    assert refused.value.code == "idempotency_key_reused"
    assert (await Feed(town.db).after(head)).events == (), "nothing has happened, so nothing is told"
    assert await books.check(town.db) == []


async def test_a_trade_asked_for_under_a_new_key_is_claimed_by_it(town: Town) -> None:
    shop, number = await town.shop(), town.number()

    def prepay(amount: int) -> Ask:
        return lambda key: service.prepay(shop, town.room, command=key, out_trade_no=number, amount=amount)

    await claimed(town, prepay(100), prepay(100), prepay(101))


async def test_a_refund_asked_for_under_a_new_key_is_claimed_by_it(town: Town) -> None:
    shop, number = await town.shop(), town.number()
    trade, _ = await paid(town, shop, 100)

    def refund(amount: int) -> Ask:
        return lambda key: refunds.refund(
            shop, town.room, command=key, trade=trade, out_refund_no=number, amount=amount
        )

    await claimed(town, refund(100), refund(100), refund(99))


async def test_a_reversal_asked_for_under_a_new_key_is_claimed_by_it(town: Town) -> None:
    shop = await town.shop()
    one, other = await prepaid(town, shop, 1), await prepaid(town, shop, 1)

    def reverse(trade: Id) -> Ask:
        return lambda key: ending.reverse(shop, town.room, command=key, trade=trade)

    await claimed(town, reverse(one), reverse(one), reverse(other))


async def test_a_number_called_off_under_a_new_key_is_claimed_by_it(town: Town) -> None:
    shop = await town.shop()
    one, other = town.number(), town.number()

    def reverse(number: str) -> Ask:
        return lambda key: ending.reverse_number(shop, town.room, command=key, out_trade_no=number)

    await claimed(town, reverse(one), reverse(one), reverse(other))
