"""A merchant's view of demand, laid from consumption records: exact, and without identities."""

from __future__ import annotations

import statistics
import time
from datetime import date, datetime, timedelta
from datetime import time as hour_of
from typing import Any

import msgspec
import numpy as np
import pytest

from qianbao.clock import BUSINESS_ZONE, nanoseconds
from qianbao.ids import Id, of_int
from qianbao.insight.demand.stores.models import AGAIN_MIN, DAYS, LATELY_DAYS, Demand
from qianbao.insight.demand.stores.service import Demands, DemandUnknown
from qianbao.insight.purposes import Purpose
from tests.insight.conftest import House
from tests.insight.demand.facts import fact, keep

TODAY = date(2026, 3, 30)  # a Monday
DAYS_SOLD = 120
STORES, MERCHANT, OTHER = 30, of_int(0xDE_0001), of_int(0xDE_0002)
WEEKEND = 2.0


def store(number: int) -> Id:
    """A store's id."""
    return of_int((0xDE0 << 64) + number)


def person(number: int) -> Id:
    """A pseudonym."""
    return of_int((0xDE1 << 64) + number)


async def sold(house: House) -> np.ndarray:
    """Customers of a few stores over months, twice as many on weekends; how many came to each on each day."""
    random = np.random.default_rng(11)
    first = TODAY - timedelta(days=DAYS_SOLD)
    counts = np.zeros((STORES, DAYS_SOLD), np.int64)
    rows: list[dict[str, Any]] = []
    for day in range(DAYS_SOLD):
        on = first + timedelta(days=day)
        for number in range(STORES):
            counts[number, day] = random.poisson((3 + number / 6) * (WEEKEND if on.weekday() >= 5 else 1))
            for _ in range(counts[number, day]):
                who = person(number * 100 + int(random.integers(0, 40)))
                at = store(number)
                merchant = MERCHANT if number < 2 else OTHER
                hour = int(random.integers(11, 14))
                rows.append(fact(len(rows) + 1, on, hour, at=at, merchant=merchant, who=who))
    # Today is not over, and a payment that was given back whole is no customer.
    rows.append(fact(len(rows) + 1, TODAY, 9, at=store(0), merchant=MERCHANT, who=person(0)))
    gone = fact(len(rows) + 1, TODAY - timedelta(days=1), 20, at=store(0), merchant=MERCHANT, who=person(0))
    rows += [gone, gone | {"seq": gone["seq"] + 1, "kind": "refunded", "refunded": 20_00}]
    await keep(house.town.db, rows)
    return counts


async def laid(house: House) -> Demands:
    """The room, its clock at noon of today."""
    house.town.clock.at = nanoseconds(datetime.combine(TODAY, hour_of(12), BUSINESS_ZONE))
    return Demands(house.town.db, archive=house.archive, clock=house.town.clock)


async def test_before_the_first_batch_no_demand_is_known(house: House) -> None:
    await house.town.db.write("DELETE FROM insight_demand_batch")
    with pytest.raises(DemandUnknown):
        await (await laid(house)).last()


async def test_a_store_sees_its_exact_counts_its_hours_its_share_and_two_weeks_ahead(house: House) -> None:
    counts = await sold(house)
    room = await laid(house)
    batch = await room.batch()
    assert (batch.first, batch.card.name, batch.card.stores) == (TODAY, "boosted", STORES)
    [one, other] = await room.of(MERCHANT)
    assert {one.store, other.store} == {store(0), store(1)}
    assert [day.customers for day in one.lately] == counts[0, -LATELY_DAYS:].tolist()
    assert sum(map(sum, one.hours)) == counts[0, -56:].sum()
    assert {hour for day in one.hours for hour, many in enumerate(day) if many} == {11, 12, 13}
    assert one.again is not None
    assert one.again > 50
    assert [day.day for day in one.days] == [TODAY + timedelta(days=number) for number in range(DAYS)]
    everybody = [day for demand in (one, other, *await room.of(OTHER)) for day in demand.days]
    assert all(day.low <= day.middle <= day.high for day in everybody)
    weekend, week = (
        statistics.mean(day.expected for day in everybody if (day.day.weekday() >= 5) is free)
        for free in (True, False)
    )
    assert weekend / week == pytest.approx(WEEKEND, rel=0.25)

    assert (await room.last()).card == batch.card
    assert await room.of(of_int(0xDE_0003)) == []
    await house.keyed(person(5))
    assert await house.consents.say(person(5), Purpose.STATISTICS, granted=False)
    await room.batch()
    [again, _] = await room.of(MERCHANT)
    assert again.lately == one.lately  # a store's own payments are exact, whoever objects to statistics

    began = time.process_time()  # our own processor's time: how long a starved machine waits says nothing
    for _ in range(50):
        await room.of(MERCHANT)
    assert (time.process_time() - began) / 50 < 0.01


async def test_few_customers_have_no_share_and_a_young_network_has_its_weekdays(house: House) -> None:
    on = TODAY - timedelta(days=3)
    few = [
        fact(number + 1, on, 8, at=None, merchant=MERCHANT, who=person(number))
        for number in range(AGAIN_MIN - 1)
    ]
    await keep(house.town.db, few)
    room = await laid(house)
    batch = await room.batch()
    assert batch.card.name == "weekday"
    [one] = await room.of(MERCHANT)
    assert one.store == MERCHANT  # paid without a store
    assert one.again is None
    assert sum(day.customers for day in one.lately) == AGAIN_MIN - 1


async def test_a_network_without_records_has_a_batch_and_no_store(house: House) -> None:
    room = await laid(house)
    batch = await room.batch()
    assert batch.card.stores == 0
    assert await room.of(MERCHANT) == []


def test_a_demand_is_kept_as_it_was() -> None:
    one = Demand(store=store(1), merchant=MERCHANT, days=(), lately=(), hours=(), again=None)
    assert msgspec.json.decode(msgspec.json.encode(one), type=Demand) == one
