"""The books' check finds what is off, and nothing else."""

from __future__ import annotations

import pytest

from qianbao.payments import books
from qianbao.payments.code import service as codes
from qianbao.payments.refund import service as refunds
from qianbao.payments.trade import ending
from tests.payments.conftest import Town
from tests.payments.flows import paid, prepaid


async def live(town: Town) -> None:
    """One of everything that can become of a trade."""
    shop = await town.shop()
    await prepaid(town, shop)
    await ending.close(shop, town.room, command=town.key(), trade=await prepaid(town, shop))
    await ending.reverse(shop, town.room, command=town.key(), trade=(await paid(town, shop, subsidy=5_00))[0])
    await ending.reverse_number(shop, town.room, command=town.key(), out_trade_no=town.number())
    for amount in (30_00, 100_00):
        trade, _ = await paid(town, shop, subsidy=1)
        for piece in (amount - 1, 1):
            await refunds.refund(
                shop, town.room, command=town.key(), trade=trade, out_refund_no=town.number(), amount=piece
            )
    payer, wallet = await town.someone()
    for amount in (10_00, 300_00):
        await codes.charge(
            shop,
            town.room,
            command=town.key(),
            code=(await codes.issue(payer, town.room, wallet=wallet)).code,
            out_trade_no=town.number(),
            amount=amount,
        )


async def test_books_that_are_right_have_no_break(town: Town) -> None:
    await live(town)
    assert await books.check(town.db) == []


PLANTED = {
    "trade_transfers": "UPDATE trade SET fee = fee + 1, fee_returned = fee_returned + 1 WHERE state = 'paid'",
    "trade_state": "UPDATE trade SET state = 'refunded' WHERE state = 'paid'",
    "trade_refunds": "DELETE FROM refund WHERE amount = 1",
    "trade_events": "DELETE FROM command WHERE type = 'trade.paid'",
}


@pytest.mark.parametrize("kind", PLANTED)
async def test_a_planted_break_of_each_kind_is_found(town: Town, kind: str) -> None:
    await live(town)
    found: list[books.Break] = []
    async with town.db.pool.acquire() as connection:
        planted = connection.transaction()
        await planted.start()
        try:
            await connection.execute(PLANTED[kind])
            found = await books.check_on(connection, breaks_max=5)
        finally:
            await planted.rollback()
    assert {one.kind for one in found} == {kind}
    assert all(one.detail for one in found)
    assert await books.check(town.db) == []


@pytest.mark.parametrize(
    "lost",
    [
        "DELETE FROM trade WHERE state = 'paid'",
        "DELETE FROM transfer WHERE code = 12",
        "UPDATE trade SET refunded = refunded - 1 WHERE state = 'partly_refunded'",
        "UPDATE command SET type = 'trade.closed' WHERE type = 'trade.refunded'",
    ],
)
async def test_whatever_is_lost_or_changed_behind_the_rooms_back_is_noticed(town: Town, lost: str) -> None:
    await live(town)
    async with town.db.pool.acquire() as connection:
        planted = connection.transaction()
        await planted.start()
        try:
            await connection.execute(lost)
            assert await books.check_on(connection)
        finally:
            await planted.rollback()
