"""Figures: each payment counts once, by what it was, whoever projects and whenever they are killed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.clock import SECOND, business_date, rfc3339
from qianbao.console.figures.models import AGE_GROUPS, Dimension, Totals
from qianbao.console.figures.store import Pulse, percentile, slowest
from qianbao.db import Database
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.journal import Event, Plan, digest
from qianbao.payments.refund import service as refunding
from qianbao.payments.trade import service
from qianbao.payments.trade.models import Scene
from tests.console.conftest import House, project
from tests.payments.conftest import NOON, PIN
from tests.payments.flows import paid, prepaid

TODAY = business_date(NOON)


async def totals(house: House, *by: Dimension) -> dict[tuple[str, ...], Totals]:
    await house.caught_up()
    found = await house.figures.volumes(by, since=TODAY - timedelta(days=3650), until=TODAY)
    return {one.keys: one.totals for one in found}


async def born(house: House, wallet: Id, year: int | None) -> None:
    await house.town.db.write(
        "UPDATE person SET birth_year = $2 WHERE id = (SELECT person FROM wallet WHERE id = $1)", wallet, year
    )


async def test_a_payment_counts_by_scene_way_brand_city_tier_and_age(house: House) -> None:
    shop = replace(await house.town.shop(), till=None)
    before = await totals(house, Dimension.AGE_GROUP, Dimension.CITY_TIER)
    for year, size in ((TODAY.year - 17, 1), (TODAY.year - 18, 2), (TODAY.year - 70, 3), (None, 4)):
        payer, wallet = await house.town.someone()
        await born(house, wallet, year)
        for _ in range(size):
            trade = await prepaid(house.town, shop, 10_00, scene=Scene.NATIVE)
            await service.pay(
                payer, house.town.room, command=house.town.key(), trade=trade, wallet=wallet, pin=PIN
            )
    after = await totals(house, Dimension.AGE_GROUP, Dimension.CITY_TIER)

    def more(group: str) -> int:
        key = (group, "new1")
        return after[key].paid - before.get(key, Totals()).paid

    assert {group: more(group) for group in ("0-17", "18-24", "65+", "")} == {
        "0-17": 1,
        "18-24": 2,
        "65+": 3,
        "": 4,
    }
    for by, key in (
        (Dimension.SCENE, "native"),
        (Dimension.BRAND, "zhuque"),
        (Dimension.CITY, "Hangzhou"),
        (Dimension.DAY, str(TODAY)),
    ):
        assert (await totals(house, by))[(key,)].paid >= 10
    assert (await totals(house, Dimension.WAY))[("online",)].paid >= 10  # made for a trade, at no till


async def test_a_code_at_a_till_is_offline(house: House) -> None:
    shop = await house.town.shop()
    before = (await totals(house, Dimension.WAY)).get(("offline",), Totals())
    await paid(house.town, shop, 5_00, scene=Scene.NATIVE)
    assert (await totals(house, Dimension.WAY))[("offline",)].paid == before.paid + 1


async def test_what_was_refused_and_given_back_is_told_apart(house: House) -> None:
    shop = await house.town.shop()
    before = (await totals(house, Dimension.CITY))[("Hangzhou",)]
    trade, _ = await paid(house.town, shop, 40_00)
    await house.town.give(shop.id, 100_00)
    await refunding.refund(
        shop,
        house.town.room,
        command=house.town.key(),
        trade=trade,
        out_refund_no=house.town.number(),
        amount=15_00,
    )
    poor, wallet = await house.town.someone(money=1)
    unpaid = await prepaid(house.town, shop, 99_00)
    with pytest.raises(QianbaoError):
        await service.pay(
            poor, house.town.room, command=house.town.key(), trade=unpaid, wallet=wallet, pin=PIN
        )
    after = (await totals(house, Dimension.CITY))[("Hangzhou",)]
    assert after.paid - before.paid == 1
    assert after.amount - before.amount == 40_00
    assert (after.refunds - before.refunds, after.returned - before.returned) == (1, 15_00)
    assert after.refused - before.refused == 1
    assert after.fee - before.fee == 24


async def test_a_replayed_record_counts_on_the_day_it_happened(house: House) -> None:
    long_ago = NOON - 200 * 86_400 * SECOND
    told = {
        "trade": str(house.town.key()),
        "scene": "offline_code",
        "currency": "CNY",
        "amount": 7_00,
        "fee": 4,
        "city": "Elsewhere",
        "occurred_at": rfc3339(long_ago),
    }
    await house.town.room.journal.commit(
        Plan(
            caller=house.town.key(),
            command=house.town.key(),
            digest=digest(1),
            event=Event(type="trade.paid", subject=house.town.key(), data=told),
        )
    )
    await house.caught_up()
    day = business_date(long_ago)
    found = await house.figures.volumes([Dimension.CITY], since=day, until=day)
    assert [(one.keys, one.totals.amount) for one in found] == [(("Elsewhere",), 7_00)]


async def test_the_same_figures_come_of_a_rebuild(house: House) -> None:
    before = await totals(house, Dimension.CITY_TIER, Dimension.AGE_GROUP)
    await house.figures.rebuild()
    assert await totals(house, Dimension.CITY_TIER, Dimension.AGE_GROUP) == before


async def test_projectors_that_run_at_once_and_die_midway_count_each_payment_once(
    house: House, db: Database
) -> None:
    shop = await house.town.shop()
    for _ in range(30):
        await paid(house.town, shop, 1_00)
    before = (
        await totals(house, Dimension.WAY),
        await db.row("SELECT sum(paid)::bigint AS paid FROM figure_second"),
    )
    await house.figures.rebuild()

    async def dies() -> None:
        connection = await db.connection()
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.fetchval("SELECT figure_project(7)")
        except asyncpg.SerializationError:
            return
        finally:
            connection.terminate()

    await asyncio.gather(*(dies() for _ in range(4)), *(project(db, size=5) for _ in range(4)))
    after = (
        await totals(house, Dimension.WAY),
        await db.row("SELECT sum(paid)::bigint AS paid FROM figure_second"),
    )
    assert after[0] == before[0]
    assert after[1] == before[1]


async def test_now_is_the_last_whole_seconds_and_today_the_business_day(house: House) -> None:
    shop = await house.town.shop()
    await house.caught_up()
    so_far = (await house.figures.now()).today
    house.town.clock.advance(120)
    for _ in range(10):
        await paid(house.town, shop, 3_00)
    house.town.clock.advance(4)
    await house.caught_up()
    now = await house.figures.now()
    assert now.per_s == 2.0
    assert now.today.paid == so_far.paid + 10
    assert now.recent.success_bp is not None
    assert now.recent.success_bp <= 10_000
    assert now.behind.figures_s == 0


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4), st.sampled_from([0.5, 0.9, 0.99]))
def test_a_percentile_bounds_its_share(counts: list[int], share: float) -> None:
    bounds = (0.001, 0.01, 0.1)
    if not sum(counts):
        return
    bound = percentile(counts, bounds, share)
    within = sum(count for count, upper in zip(counts, (*bounds, 0.1), strict=True) if upper <= bound)
    assert within >= share * sum(counts)


def test_several_processes_are_one_picture() -> None:
    buckets = (0.001, 0.01)
    one = Pulse(buckets_s=buckets, steps={"/a": (99, 0, 0), "/b": (0, 0, 1)})
    two = Pulse(buckets_s=buckets, steps={"/a": (100, 1, 0)})
    found = slowest([one, two])
    assert [(step.step, step.count, step.p99_ms) for step in found] == [("/b", 1, 10.0), ("/a", 200, 1.0)]


async def test_every_age_is_in_a_group(db: Database) -> None:
    row = await db.row("SELECT array_agg(DISTINCT figure_age(n)) AS found FROM generate_series(0, 120) AS n")
    assert row is not None
    assert sorted(row["found"]) == sorted(AGE_GROUPS)
