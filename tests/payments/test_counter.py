"""A merchant's printed codes and numbers."""

from __future__ import annotations

from typing import Any

import pytest

from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.journal import Receipt
from qianbao.journal.errors import StaticCodeLimitExceeded
from qianbao.payments.counter import service
from qianbao.payments.counter.models import (
    Counter,
    CounterAmount,
    CounterKind,
    CounterMalformed,
    CounterUnknown,
    link,
)
from qianbao.payments.trade.errors import AmountOutOfRange, PaysItself, PinRequired
from tests.payments.conftest import PIN, RICH, Town


async def pay_at(
    town: Town, payer: Caller, wallet: Id, counter: Counter, amount: int | None = None, **more: Any
) -> Receipt:
    """A payment with the PIN under a new key, unless it is given."""
    asked: dict[str, Any] = {"command": town.key(), "pin": PIN} | more
    return await service.pay_at(payer, town.room, wallet=wallet, token=counter.token, amount=amount, **asked)


async def test_a_printed_code_is_scanned_and_paid_in_one_commit(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    counter = await service.put_up(shop, town.room, kind=CounterKind.STATIC_QR, subject="Stall 3")
    assert link(counter).startswith("qb://p/")
    assert await service.read(town.room, counter.token) == counter
    key = town.key()
    first = await pay_at(town, payer, wallet, counter, 12_00, command=key)
    again = await pay_at(town, payer, wallet, counter, 12_00, command=key)
    assert (first.result["state"], first.result["scene"]) == ("paid", "static_qr")
    assert (again.result, again.replayed) == (first.result, True)
    assert await town.balance(wallet) == RICH - 12_00


async def test_printed_codes_have_a_daily_limit_of_their_own(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    counter = await service.put_up(shop, town.room, kind=CounterKind.STATIC_QR)
    number = await service.put_up(shop, town.room, kind=CounterKind.NUMBER)
    await pay_at(town, payer, wallet, counter, 500_00)
    with pytest.raises(StaticCodeLimitExceeded):
        await pay_at(town, payer, wallet, counter, 1)
    typed = await pay_at(town, payer, wallet, number, 1)
    assert typed.result["scene"] == "account_number"
    assert len(number.token) == 8


async def test_a_code_with_an_amount_is_paid_as_printed(town: Town) -> None:
    shop = await town.shop()
    payer, wallet = await town.someone()
    counter = await service.put_up(shop, town.room, kind=CounterKind.AMOUNT_QR, amount=9_90)
    assert (await pay_at(town, payer, wallet, counter)).result["amount"] == 9_90
    assert (await pay_at(town, payer, wallet, counter, 9_90)).result["amount"] == 9_90
    with pytest.raises(CounterAmount):
        await pay_at(town, payer, wallet, counter, 1)
    plain = await service.put_up(shop, town.room, kind=CounterKind.STATIC_QR)
    with pytest.raises(CounterAmount):
        await pay_at(town, payer, wallet, plain)


async def test_a_withdrawn_code_is_paid_no_more(town: Town) -> None:
    shop, stranger = await town.shop(), await town.shop()
    payer, wallet = await town.someone()
    counter = await service.put_up(shop, town.room, kind=CounterKind.STATIC_QR)
    with pytest.raises(CounterUnknown):
        await service.withdraw(stranger, town.room, token=counter.token)
    assert await town.room.counters.of(shop.id) == [counter]
    await service.withdraw(shop, town.room, token=counter.token)
    with pytest.raises(CounterUnknown):
        await pay_at(town, payer, wallet, counter, 1_00)
    assert await town.room.counters.of(shop.id) == []


async def test_a_counter_that_may_not_be_is_refused(town: Town) -> None:
    shop = await town.shop()
    with pytest.raises(CounterMalformed):
        await service.put_up(shop, town.room, kind=CounterKind.AMOUNT_QR)
    with pytest.raises(CounterMalformed):
        await service.put_up(shop, town.room, kind=CounterKind.NUMBER, amount=1)
    with pytest.raises(AmountOutOfRange):
        await service.put_up(shop, town.room, kind=CounterKind.AMOUNT_QR, amount=0)


async def test_at_a_counter_pin_and_owner_are_checked_as_everywhere(town: Town) -> None:
    payer, wallet = await town.someone()
    own = await town.shop(owner=payer.person)
    counter = await service.put_up(own, town.room, kind=CounterKind.STATIC_QR)
    with pytest.raises(PaysItself):
        await pay_at(town, payer, wallet, counter, 1_00)
    shop = await town.shop()
    other = await service.put_up(shop, town.room, kind=CounterKind.STATIC_QR)
    with pytest.raises(PinRequired):
        await pay_at(town, payer, wallet, other, 200_01, pin=None)
    await pay_at(town, payer, wallet, other, 200_00, pin=None)
