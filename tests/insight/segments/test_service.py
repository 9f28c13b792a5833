"""A merchant addresses kinds of its own customers, and never learns who is in them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from qianbao.clock import BUSINESS_ZONE, business_date, nanoseconds
from qianbao.credentials.models import Caller
from qianbao.ids import Id, new, of_int
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.reader import SQL as FACTS
from qianbao.insight.rights.erasure.service import Erasures
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.segments.errors import (
    AudienceEmpty,
    AudiencesToday,
    AudienceTooSmall,
    AudienceUnknown,
    SegmentsNotLaidYet,
)
from qianbao.insight.segments.models import AUDIENCES_A_DAY, Tag
from qianbao.insight.segments.service import SQL, Segments
from tests.insight.conftest import DRAWN, House

NOBODY = 10**9


class Shop:
    """A shop of the town with customers who agree to offers, and facts about them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.merchant = new(0, random=DRAWN)
        self.room = Segments(house.town.db, archive=house.archive, clock=house.town.clock, random=DRAWN)
        self.today = business_date(house.town.clock.now())
        self._rows: list[dict[str, Any]] = []

    def paid(self, of: Id, *ago: int, hour: int = 9, subsidy: int = 0, at: Id | None = None) -> None:
        """Payments of somebody, so many days ago."""
        for back in ago:
            day = self.today - timedelta(days=back)
            moment = nanoseconds(datetime(day.year, day.month, day.day, hour, tzinfo=BUSINESS_ZONE))
            number = DRAWN.number * 1_000 + len(self._rows)
            self._rows.append(
                {
                    "seq": number, "record": of_int((0x5E6 << 64) + number), "person": of, "kind": "paid",
                    "happened": moment, "known": moment, "day": day, "amount": 30_00, "own": 30_00 - subsidy,
                    "refunded": 0, "merchant": at or self.merchant, "currency": "CNY", "mcc": "5812",
                    "category": "dining", "scene": "native", "brand": "lanhua", "city": "Hangzhou",
                    "tier": "new1",
                }
            )  # fmt: skip

    async def laid(self) -> bool:
        """Write the facts, and lay the day anew."""
        db = self.house.town.db
        await db.write(FACTS["facts_keep"], msgspec.json.encode(self._rows).decode())
        self._rows = []
        return await self.room.lay_if_due()

    async def agrees(self, pseudonym: Id, *, granted: bool = True) -> None:
        """Say yes, or no, to offers."""
        await self.house.consents.say(pseudonym, Purpose.OFFERS, granted=granted)

    async def crowd(self, size: int, *ago: int, **more: Any) -> list[Id]:
        """So many who agree, each with the same payments."""
        some = [new(0, random=DRAWN) for _ in range(size)]
        for one in some:
            await self.house.keyed(one)
            await self.agrees(one)
            self.paid(one, *ago, **more)
        return some

    async def tags(self, of: Id) -> set[str]:
        """What was laid of somebody."""
        rows = await self.house.town.db.rows("SELECT tags FROM insight_tag WHERE person = $1", of)
        return {tag for row in rows for tag in row["tags"]}

    async def sizes(self) -> dict[Tag, int | None]:
        """What the shop is told."""
        return {one.tag: one.size for one in await self.room.of(self.merchant)}


@pytest.fixture
async def shop(house: House) -> AsyncIterator[Shop]:
    """A shop on a day that nobody has laid; the town's clock is set back afterwards."""
    begun = house.town.clock.at
    await house.town.db.pool.execute(
        "TRUNCATE insight_segment_day, insight_tag, insight_segment, insight_audience_asked"
    )
    yield Shop(house)
    house.town.clock.at = begun


async def customer(shop: Shop) -> tuple[Caller, Id]:
    """A person of the town, and their pseudonym."""
    person, _ = await shop.house.town.someone()
    return person, await shop.house.pseudonym(person)


async def test_each_tag_says_what_its_rule_says(shop: Shop) -> None:
    async def one(*ago: int, **more: Any) -> Id:
        [somebody] = await shop.crowd(1, *ago, **more)
        return somebody

    new_one, lapsing = await one(3), await one(90, 80, 70, 60)
    lunch = await one(40, 50, 60, 70, hour=12)
    bargain = await one(100, 130, 160, 190, subsidy=5_00)
    weekend = await one(*(day for day in range(40, 90) if (shop.today - timedelta(days=day)).weekday() >= 5))
    assert await shop.laid()
    assert await shop.tags(new_one) == {"new"}
    assert await shop.tags(lapsing) == {"lapsing"}
    assert "lunch" in await shop.tags(lunch)
    assert "price_sensitive" in await shop.tags(bargain)
    assert "weekend" in await shop.tags(weekend)
    assert "lunch" not in await shop.tags(weekend)


async def test_who_comes_often_and_lately_is_told_among_the_merchants_own_customers(shop: Shop) -> None:
    regulars = await shop.crowd(60, 1, 5, 9, 13)
    asleep = await shop.crowd(15, 200)
    await shop.laid()
    assert {"regular"} <= await shop.tags(regulars[0])
    assert await shop.tags(asleep[0]) == {"asleep"}


async def test_only_customers_who_agree_are_laid_and_only_of_that_merchant(shop: Shop) -> None:
    [other] = await shop.crowd(1, 3, at=of_int(NOBODY))
    silent = new(0, random=DRAWN)
    await shop.house.keyed(silent)
    shop.paid(silent, 3)
    await shop.laid()
    assert await shop.tags(silent) == set()
    rows = await shop.house.town.db.rows("SELECT merchant FROM insight_tag WHERE person = $1", other)
    assert [row["merchant"] for row in rows] == [of_int(NOBODY)]
    assert set((await shop.sizes()).values()) == {None}


async def test_a_day_is_laid_once_and_what_is_told_does_not_change_within_it(shop: Shop) -> None:
    with pytest.raises(SegmentsNotLaidYet):
        await shop.room.day()
    await shop.crowd(60, 3)
    assert await shop.laid()
    told = await shop.sizes()
    assert told[Tag.NEW] in range(30, 100, 10)
    await shop.crowd(60, 3)
    assert not await shop.laid()
    assert await shop.sizes() == told
    shop.house.town.clock.advance(86_400)
    assert await shop.laid()
    assert (await shop.sizes())[Tag.NEW] != told[Tag.NEW]


async def test_an_audience_is_addressed_by_id_and_the_house_alone_knows_who_is_in_it(shop: Shop) -> None:
    person, pseudonym = await customer(shop)
    await shop.crowd(60, 3)
    await shop.agrees(pseudonym)
    shop.paid(pseudonym, 3)
    stranger, _ = await customer(shop)
    await shop.laid()
    made = await shop.room.define(shop.merchant, name="New ones", every=[Tag.NEW], none=[Tag.LUNCH])
    assert await shop.room.audiences(shop.merchant) == (made,)
    assert await shop.room.audiences(of_int(NOBODY)) == ()
    assert await shop.room.contains(made.id, person.id)
    assert not await shop.room.contains(made.id, stranger.id)
    assert not await shop.room.contains(of_int(NOBODY), person.id)
    seen = await Reads(shop.house.town.db, clock=shop.house.town.clock).of(pseudonym, since=0)
    assert [line.purpose for line in seen if line.own] == ["offers"]
    await shop.agrees(pseudonym, granted=False)
    assert not await shop.room.contains(made.id, person.id), "a no holds at once"
    with pytest.raises(AudienceUnknown):
        await shop.room.close(of_int(NOBODY), made.id)
    await shop.room.close(shop.merchant, made.id)
    await shop.agrees(pseudonym)
    assert not await shop.room.contains(made.id, person.id)


async def test_too_few_are_no_audience_and_asking_again_draws_no_new_noise(shop: Shop) -> None:
    person, pseudonym = await customer(shop)
    await shop.agrees(pseudonym)
    shop.paid(pseudonym, 3, hour=12)
    await shop.crowd(60, 50)
    await shop.laid()
    for _ in range(3 * AUDIENCES_A_DAY):
        with pytest.raises(AudienceTooSmall):
            await shop.room.define(shop.merchant, name="Only one", every=[Tag.NEW])
    [row] = await shop.house.town.db.rows(SQL["audience_of"], *await _only(shop))
    assert not await shop.room.contains(row["id"], person.id)
    assert await shop.room.audiences(shop.merchant) == ()


async def _only(shop: Shop) -> tuple[Id, Id]:
    [row] = await shop.house.town.db.rows(
        "SELECT id, merchant FROM insight_audience WHERE merchant = $1", shop.merchant
    )
    return row["id"], row["merchant"]


async def test_the_order_of_conditions_makes_no_other_audience(shop: Shop) -> None:
    await shop.crowd(80, 3, 4, 5, 6, hour=12)
    await shop.laid()
    one = await shop.room.define(shop.merchant, name="A", every=[Tag.NEW, Tag.LUNCH])
    again = await shop.room.define(shop.merchant, name="B", every=[Tag.LUNCH, Tag.NEW, Tag.NEW])
    assert (again.id, again.size, again.name) == (one.id, one.size, "B")
    await shop.room.close(shop.merchant, one.id)
    assert (await shop.room.define(shop.merchant, name="C", every=[Tag.NEW, Tag.LUNCH])).size == one.size


async def test_so_many_audiences_a_day_are_tried_and_no_more_the_refused_among_them(shop: Shop) -> None:
    await shop.crowd(60, 3)
    await shop.laid()
    for number, tag in enumerate((Tag.SLIPPING, Tag.ASLEEP, Tag.LAPSING, Tag.WEEKEND, Tag.LUNCH)):
        assert number < AUDIENCES_A_DAY
        if number % 2:
            await shop.room.define(shop.merchant, name="x", every=[Tag.NEW], none=[tag])
        else:
            with pytest.raises(AudienceTooSmall):
                await shop.room.define(shop.merchant, name="x", every=[tag])
    with pytest.raises(AudiencesToday):
        await shop.room.define(shop.merchant, name="x", every=[Tag.NEW])
    shop.house.town.clock.advance(86_400)
    assert await shop.laid()
    await shop.room.define(shop.merchant, name="x", every=[Tag.NEW])


async def test_an_audience_that_becomes_too_small_addresses_nobody(shop: Shop) -> None:
    person, pseudonym = await customer(shop)
    await shop.agrees(pseudonym)
    shop.paid(pseudonym, 3)
    crowd = await shop.crowd(60, 3)
    await shop.laid()
    made = await shop.room.define(shop.merchant, name="New ones", every=[Tag.NEW])
    assert await shop.room.contains(made.id, person.id)
    for one in crowd:
        await shop.agrees(one, granted=False)
    shop.house.town.clock.advance(86_400)
    await shop.laid()
    assert await shop.tags(pseudonym) == {"new"}
    [now] = await shop.room.audiences(shop.merchant)
    assert (now.size, now.day) == (None, business_date(shop.house.town.clock.now()))
    assert not await shop.room.contains(made.id, person.id)


async def test_an_audience_asks_for_something_and_not_for_its_opposite(shop: Shop) -> None:
    await shop.laid()
    for every, none in (([], []), ([Tag.NEW], [Tag.NEW])):
        with pytest.raises(AudienceEmpty):
            await shop.room.define(shop.merchant, name="x", every=every, none=none)


async def test_erasure_takes_tags_along(shop: Shop) -> None:
    person, pseudonym = await customer(shop)
    await shop.agrees(pseudonym)
    shop.paid(pseudonym, 3)
    await shop.laid()
    assert await shop.tags(pseudonym) == {"new"}
    town = shop.house.town
    await Erasures(town.db, parties=town.room.parties, clock=town.clock).erase(person)
    assert await shop.tags(pseudonym) == set()
