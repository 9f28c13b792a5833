"""The books' standing: sound when they are, and what is off by name when they are not."""

from __future__ import annotations

import asyncio
import contextlib

from qianbao.console.books.models import Kind, State
from tests.console.conftest import House
from tests.events.until import until
from tests.payments.flows import paid


async def test_the_sum_over_all_accounts_is_zero_and_what_is_held_covers_what_is_owed(house: House) -> None:
    shop = await house.town.shop()
    await paid(house.town, shop, 50_00)
    told = await house.books.zero_sum()
    (cny,) = told.sums
    assert cny.zero
    assert cny.held >= cny.owed > 0
    assert told.breaks == ()
    assert {one.code for one in told.accounts if one.id} >= {"fee", "subsidy", "capital"}
    assert sum(one.balance for one in told.accounts) == 0


async def test_money_out_of_nothing_is_named_by_both_checks(house: House) -> None:
    shop = await house.town.shop()
    change = "UPDATE account SET credits_posted = credits_posted + $2 WHERE id = $1"
    await house.town.db.write(change, shop.id, 1)
    try:
        assert [one.kind for one in (await house.books.zero_sum()).breaks] == ["zero_sum"]
        whole = await house.books.whole()
        assert any(one.kind.startswith("ledger_") and shop.id.hex in one.subject for one in whole.breaks)
    finally:
        await house.town.db.write(change, shop.id, -1)
    assert (await house.books.whole()).breaks == ()


async def test_a_check_that_is_asked_for_is_made_once_and_kept(house: House) -> None:
    asked = await house.books.ask("wang")
    assert (await house.books.ask("li")).id == asked.id
    worker = asyncio.create_task(house.books.run())
    try:

        async def done() -> bool:
            return None not in await house.books.latest()

        await until(done, timeout_s=60)
    finally:
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
    check = await house.books.one(asked.id)
    assert check.state is State.DONE
    assert check.sound
    assert check.asked_by == "wang"
    zero_sum, whole = await house.books.latest()
    assert whole is not None
    assert whole.id == asked.id
    assert zero_sum is not None
    assert zero_sum.kind is Kind.ZERO_SUM
