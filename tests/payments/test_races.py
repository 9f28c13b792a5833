"""Two server processes, two commands, one trade: only allowed ends, and the books are right."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable

import pytest

from qianbao.errors import QianbaoError
from qianbao.journal import Receipt
from qianbao.parties.models import FrozenBy, PartyKind
from qianbao.parties.service import freeze
from qianbao.payments import books
from qianbao.payments.code import service as codes
from qianbao.payments.refund import service as refunds
from qianbao.payments.room import Payments
from qianbao.payments.trade import ending, service
from qianbao.payments.trade.models import TradeState
from tests.payments.conftest import PIN, RICH, Town
from tests.payments.flows import paid, prepaid

ROUNDS = 40


async def outcome(command: Awaitable[Receipt]) -> str:
    """The state that a command left, or the code of its refusal."""
    try:
        return (await command).result.get("state", "done")
    except QianbaoError as refused:
        return refused.code


async def race(*commands: Awaitable[Receipt]) -> Counter[str]:
    """What became of commands that were sent at once."""
    return Counter(await asyncio.gather(*(outcome(command) for command in commands)))


@pytest.fixture(autouse=True)
async def books_are_right(town: Town) -> AsyncIterator[None]:
    """After each race: every trade fits the ledger, the refunds and the outbox."""
    yield
    assert await books.check(town.db) == []
    assert await town.room.ledger.check() == []


async def test_of_two_payers_one_pays(town: Town) -> None:
    shop = await town.shop()
    (anna, annas), (ben, bens) = await town.someone(), await town.someone()
    for _ in range(ROUNDS):
        trade = await prepaid(town, shop, 1)
        ends = await race(
            service.pay(anna, town.room, command=town.key(), trade=trade, wallet=annas, pin=PIN),
            service.pay(ben, town.other, command=town.key(), trade=trade, wallet=bens, pin=PIN),
        )
        assert ends == {"paid": 1, "trade_already_paid": 1}
    assert await town.balance(annas) + await town.balance(bens) == 2 * RICH - ROUNDS


async def test_one_command_sent_to_two_servers_pays_once(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    for _ in range(ROUNDS):
        trade, key = await prepaid(town, shop, 1), town.key()
        ends = await race(
            *(
                service.pay(payer, room, command=key, trade=trade, wallet=wallet, pin=PIN)
                for room in (town.room, town.other, town.room, town.other)
            )
        )
        assert ends == {"paid": 4}
    assert await town.balance(wallet) == RICH - ROUNDS


async def test_a_trade_is_either_paid_or_closed(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    seen: Counter[TradeState] = Counter()
    for turn in range(ROUNDS):
        trade = await prepaid(town, shop, 1)
        commands = [
            service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN),
            ending.close(shop, town.other, command=town.key(), trade=trade),
        ]
        ends = await race(*(commands if turn % 2 else reversed(commands)))
        assert ends in (
            {"paid": 1, "trade_already_paid": 1},
            {"closed": 1, "trade_closed": 1},
        )
        seen[await town.state(trade)] += 1
    assert await town.balance(wallet) == RICH - seen[TradeState.PAID]


async def test_a_call_off_ends_in_reversed_whether_the_payment_came_first_or_not(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    for turn in range(ROUNDS):
        trade = await prepaid(town, shop, 1)
        commands = [
            service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN),
            ending.reverse(shop, town.other, command=town.key(), trade=trade),
        ]
        ends = await race(*(commands if turn % 2 else reversed(commands)))
        assert ends in ({"paid": 1, "reversed": 1}, {"reversed": 1, "trade_closed": 1})
        assert await town.state(trade) is TradeState.REVERSED
    assert await town.balance(wallet) == RICH


async def test_refunds_at_once_never_give_back_more_than_was_paid(town: Town) -> None:
    shop = await town.shop()
    for _ in range(ROUNDS // 4):
        trade, wallet = await paid(town, shop, 100)
        ends = await race(
            *(
                refunds.refund(
                    shop,
                    room,
                    command=town.key(),
                    trade=trade,
                    out_refund_no=town.number(),
                    amount=30,
                )
                for room in (town.room, town.other, town.room, town.other)
            )
        )
        assert ends == {"partly_refunded": 3, "refund_too_large": 1}
        assert await town.balance(wallet) == RICH - 10


async def test_one_refund_number_sent_twice_under_two_keys_is_one_refund(town: Town) -> None:
    shop = await town.shop()
    for _ in range(ROUNDS // 4):
        trade, wallet = await paid(town, shop, 100)
        number = town.number()
        ends = await race(
            *(
                refunds.refund(shop, room, command=town.key(), trade=trade, out_refund_no=number, amount=40)
                for room in (town.room, town.other)
            )
        )
        assert ends == {"partly_refunded": 2}
        assert await town.balance(wallet) == RICH - 60


async def test_a_reversal_and_a_refund_do_not_both_give_back(town: Town) -> None:
    shop = await town.shop()
    for turn in range(ROUNDS // 2):
        trade, wallet = await paid(town, shop, 100)
        commands = [
            ending.reverse(shop, town.room, command=town.key(), trade=trade),
            refunds.refund(
                shop, town.other, command=town.key(), trade=trade, out_refund_no=town.number(), amount=100
            ),
        ]
        ends = await race(*(commands if turn % 2 else reversed(commands)))
        assert ends in ({"reversed": 1, "trade_not_paid": 1}, {"refunded": 1, "trade_not_reversible": 1})
        assert await town.balance(wallet) == RICH


async def test_a_code_shown_to_two_tills_pays_one(town: Town) -> None:
    one, two = await town.shop(), await town.shop()
    for _ in range(ROUNDS // 4):
        payer, wallet = await town.someone()
        code = (await codes.issue(payer, town.room, wallet=wallet)).code

        ends = await race(
            *(
                codes.charge(shop, room, command=town.key(), code=code, out_trade_no=town.number(), amount=1)
                for shop, room in ((one, town.room), (two, town.other), (one, town.other))
            )
        )
        assert ends == {"paid": 1, "code_used": 2}
        assert await town.balance(wallet) == RICH - 1


async def test_one_merchants_number_is_one_trade(town: Town) -> None:
    shop = await town.shop()
    for _ in range(ROUNDS):
        number = town.number()
        ends = await race(
            *(
                service.prepay(
                    shop, room, command=town.key(), out_trade_no=number, amount=amount, subject="tea"
                )
                for room, amount in ((town.room, 1), (town.other, 1), (town.room, 2), (town.other, 2))
            )
        )
        assert ends == {"unpaid": 2, "out_trade_no_used": 2}


async def test_a_charge_and_its_call_off_leave_no_payment(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    for turn in range(5):
        code = (await codes.issue(payer, town.room, wallet=wallet)).code
        number = town.number()
        commands = [
            codes.charge(shop, town.room, command=town.key(), code=code, out_trade_no=number, amount=1_00),
            ending.reverse_number(shop, town.other, command=town.key(), out_trade_no=number),
        ]
        ends = await race(*(commands if turn % 2 else reversed(commands)))
        assert ends in ({"paid": 1, "reversed": 1}, {"out_trade_no_used": 1, "reversed": 1})
    assert await town.balance(wallet) == RICH


async def test_the_sweep_and_a_payment_agree(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    trades = [await prepaid(town, shop, 1, expires_in_s=60) for _ in range(10)]
    town.clock.advance(60)

    async def sweep(room: Payments) -> Receipt:
        await ending.expire(room)
        return Receipt(command=town.key(), result={}, at=0)

    ends = await race(
        sweep(town.room),
        sweep(town.other),
        *(
            service.pay(payer, town.other, command=town.key(), trade=trade, wallet=wallet, pin=PIN)
            for trade in trades
        ),
    )
    assert set(ends) <= {"done", "trade_expired", "trade_closed"}
    assert {await town.state(trade) for trade in trades} == {TradeState.CLOSED}
    assert await town.balance(wallet) == RICH


async def test_a_freeze_comes_before_or_after_a_payment(town: Town) -> None:
    shop = await town.shop()
    for turn in range(ROUNDS // 4):
        payer, wallet = await town.someone()
        trade = await prepaid(town, shop, 1)
        commands = [
            service.pay(payer, town.room, command=town.key(), trade=trade, wallet=wallet, pin=PIN),
            freeze(
                payer.id,
                parties=town.other.parties,
                journal=town.other.journal,
                command=town.key(),
                kind=PartyKind.WALLET,
                account=wallet,
                by=FrozenBy.HOUSE,
                reason="race",
            ),
        ]
        ends = await race(*(commands if turn % 2 else reversed(commands)))
        assert sum(ends.values()) == 2
        state = await town.state(trade)
        assert ("payer_frozen" in ends) == (state is TradeState.UNPAID)
        assert ("paid" in ends) == (state is TradeState.PAID)
