"""Shifts: one at a time, counted against the ledger."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from qianbao.credentials.models import Caller, Role
from qianbao.ids import Id, parse
from qianbao.journal import CommandReused, Receipt
from qianbao.payments.counter import service as counters
from qianbao.payments.counter.models import CounterKind
from qianbao.payments.refund import service as refunds
from qianbao.settlement.errors import (
    ShiftAlreadyOpen,
    ShiftClosed,
    ShiftNotFound,
    StoreNeeded,
    TillTaken,
)
from qianbao.settlement.room import Settlement
from qianbao.settlement.room import opened as room_on
from qianbao.settlement.shift import service
from qianbao.settlement.shift.models import NEXT, ShiftState
from qianbao.settlement.takings.models import Sum
from tests.payments.conftest import PIN, Town
from tests.payments.flows import paid


def cashier_of(shop: Caller, town: Town, *, role: Role = Role.CASHIER, till: str | None = None) -> Caller:
    """Somebody at the shop's store."""
    return replace(shop, id=town.key(), role=role, scopes=None, till=till or shop.till)


async def begun(town: Town, room: Settlement, caller: Caller, **more: Any) -> Id:
    """An open shift."""
    asked: dict[str, Any] = {"command": town.key(), "store": None, "till": "", "float_amount": 0} | more
    return parse((await service.open_shift(caller, room, **asked)).result["id"])


async def test_a_shift_is_opened_counted_and_closed_against_the_ledger(
    town: Town, settlement: Settlement
) -> None:
    shop = await town.shop()
    lin, other = cashier_of(shop, town), cashier_of(shop, town, till="2")
    await paid(town, lin, 7_00)  # before the shift
    town.clock.advance(1)
    opened = await begun(town, settlement, lin, float_amount=200_00)
    town.clock.advance(1)
    trade, _ = await paid(town, lin, 100_00, subject="Noodles")
    await paid(town, lin, 28_16)
    await paid(town, other, 50_00)
    printed = await counters.put_up(shop, town.room, kind=CounterKind.STATIC_QR)
    payer, wallet = await town.someone()
    await counters.pay_at(
        payer, town.room, command=town.key(), wallet=wallet, token=printed.token, amount=3_00, pin=PIN
    )
    await refunds.refund(
        lin, town.room, command=town.key(), trade=trade, out_refund_no=town.number(), amount=10_00
    )
    town.clock.advance(60)
    now = await service.current(lin, settlement)
    assert now is not None
    assert (now.sum.count, now.sum.amount, now.sum.refunds, now.sum.returned) == (2, 128_16, 1, 10_00)

    key = town.key()
    told = await service.close_shift(lin, settlement, command=key, shift=opened, counted=118_00)
    assert (told.result["expected"], told.result["counted"], told.result["difference"]) == (
        118_16,
        118_00,
        -16,
    )
    assert (told.result["state"], told.result["float_amount"]) == ("closed", 200_00)
    again = await service.close_shift(lin, settlement, command=key, shift=opened, counted=118_00)
    assert (again.result, again.replayed) == (told.result, True)
    with pytest.raises(ShiftClosed):
        await service.close_shift(lin, settlement, command=town.key(), shift=opened, counted=118_16)
    with pytest.raises(CommandReused):
        await service.close_shift(lin, settlement, command=key, shift=opened, counted=1)
    town.clock.advance(1)
    await paid(town, lin, 1_00)  # after it
    kept = await service.read(lin, settlement, opened)
    assert kept.sum.net == kept.shift.expected == 118_16
    assert await service.current(lin, settlement) is None


async def test_a_cashier_and_a_till_have_one_open_shift(town: Town, settlement: Settlement) -> None:
    shop = await town.shop()
    lin, chen = cashier_of(shop, town), cashier_of(shop, town)
    key = town.key()
    opened = await begun(town, settlement, lin, command=key)
    assert await begun(town, settlement, lin, command=key) == opened
    with pytest.raises(ShiftAlreadyOpen):
        await begun(town, settlement, lin)
    with pytest.raises(TillTaken):
        await begun(town, settlement, chen)
    elsewhere = cashier_of(shop, town, till="other till")
    await begun(town, settlement, elsewhere)
    await service.close_shift(lin, settlement, command=town.key(), shift=opened, counted=0)
    await begun(town, settlement, chen)


async def test_of_many_who_open_one_till_at_once_one_has_it(town: Town, settlement: Settlement) -> None:
    shop = await town.shop()
    people = [cashier_of(shop, town) for _ in range(8)]
    results = await asyncio.gather(*(begun(town, settlement, one) for one in people), return_exceptions=True)
    assert [type(one) for one in results].count(TillTaken) == 7


async def test_of_many_closings_at_once_one_counts(town: Town, settlement: Settlement) -> None:
    shop = await town.shop()
    lin = cashier_of(shop, town)
    opened = await begun(town, settlement, lin)
    results = await asyncio.gather(
        *(
            service.close_shift(lin, settlement, command=town.key(), shift=opened, counted=n)
            for n in range(6)
        ),
        return_exceptions=True,
    )
    assert [type(one) for one in results].count(ShiftClosed) == 5
    assert sum(isinstance(one, Receipt) for one in results) == 1


async def test_a_closing_sent_many_times_under_one_key_is_answered_once(
    town: Town, settlement: Settlement
) -> None:
    lin = cashier_of(await town.shop(), town)
    other = room_on(town.db, payments=town.other)
    shift, key = await begun(town, settlement, lin), town.key()

    async def close(turn: int) -> Receipt:
        await asyncio.sleep(turn / 2_000)  # while the first is on its way, and when it has arrived
        room = (settlement, other)[turn % 2]
        return await service.close_shift(lin, room, command=key, shift=shift, counted=0)

    told = await asyncio.gather(*(close(turn) for turn in range(40)))
    assert all(one.result == told[0].result for one in told)
    assert [one.replayed for one in told].count(False) == 1


async def test_a_supervisor_closes_for_another_and_a_cashier_does_not(
    town: Town, settlement: Settlement
) -> None:
    shop, stranger = await town.shop(), await town.shop()
    lin, chen = cashier_of(shop, town), cashier_of(shop, town, till="2")
    boss = cashier_of(shop, town, role=Role.SUPERVISOR)
    opened = await begun(town, settlement, lin)
    for nobody in (chen, cashier_of(stranger, town, role=Role.SUPERVISOR), replace(boss, store=town.key())):
        with pytest.raises(ShiftNotFound):
            await service.read(nobody, settlement, opened)
        with pytest.raises(ShiftNotFound):
            await service.close_shift(nobody, settlement, command=town.key(), shift=opened, counted=0)
    assert [one.id for one in await service.of_merchant(boss, settlement)] == [opened]
    assert await service.of_merchant(chen, settlement) == []
    told = await service.close_shift(boss, settlement, command=town.key(), shift=opened, counted=0)
    assert told.result["closed_by"] == str(boss.id)


async def test_an_owner_says_in_which_store(town: Town, settlement: Settlement) -> None:
    shop = await town.shop()
    owner = replace(shop, id=town.key(), store=None, till=None, scopes=None)
    with pytest.raises(StoreNeeded):
        await begun(town, settlement, owner)
    opened = await begun(town, settlement, owner, store=shop.store, till="stall")
    found = await service.read(owner, settlement, opened)
    assert (found.shift.store, found.shift.till, found.sum) == (shop.store, "stall", Sum())


def test_a_closed_shift_stays_closed() -> None:
    assert {
        ShiftState.OPEN: frozenset({ShiftState.CLOSED}),
        ShiftState.CLOSED: frozenset(),
    } == NEXT
