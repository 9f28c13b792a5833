"""A person's picture: of their own records, compared with themselves, every number with its records."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.credentials.models import Caller
from qianbao.ids import Id
from qianbao.insight.picture import drawing
from qianbao.insight.picture.models import Kept, Picture, Place, Spent, Why
from qianbao.insight.picture.service import ConsentMissing, MonthUnknown, Pictures
from qianbao.insight.purposes import Purpose
from qianbao.insight.scores.service import Scores
from qianbao.payments.refund import service as refunds
from qianbao.payments.trade import service as trades
from tests.insight.conftest import House
from tests.payments.conftest import PIN
from tests.payments.flows import prepaid

MONTH = date(2026, 11, 1)
DAYS = st.dates(date(2025, 9, 1), date(2026, 12, 31))
SPENT = st.lists(
    st.builds(
        Spent,
        day=DAYS,
        category=st.sampled_from(["dining", "groceries", "bills"]),
        spent=st.integers(0, 10**9),
        records=st.integers(1, 50),
    ),
    unique_by=lambda one: (one.day, one.category),
    max_size=80,
)


def behind(why: Why, spent: Sequence[Spent]) -> list[Spent]:
    """What the records that a why names come to."""
    return [
        one
        for one in spent
        if why.since <= one.day <= why.until
        and why.category in (None, one.category)
        and (why.day_of_month_max is None or one.day.day <= why.day_of_month_max)
    ]


def numbers(picture: Picture) -> list[tuple[int | None, Why]]:
    """Every sum of a picture with its why."""
    parts = [*picture.categories, *picture.days, *picture.months]
    return [(picture.spent, picture.why), *((part.spent, part.why) for part in parts)]


@given(spent=SPENT, today=st.dates(date(2026, 11, 1), date(2026, 12, 31)))
def test_every_number_is_the_sum_of_the_records_that_its_why_names(spent: list[Spent], today: date) -> None:
    picture = drawing.picture(spent, month=MONTH, today=today)
    for value, why in numbers(picture):
        some = behind(why, spent)
        assert (value, why.records) == (sum(one.spent for one in some), sum(one.records for one in some))
    assert sum(part.spent for part in picture.categories) == picture.spent
    assert sum(day.spent for day in picture.days) == picture.spent
    assert picture.months[-1].spent == picture.spent


@given(spent=SPENT, today=st.dates(date(2026, 11, 1), date(2026, 12, 31)))
def test_what_is_usual_is_a_sum_that_a_month_before_had(spent: list[Spent], today: date) -> None:
    picture = drawing.picture(spent, month=MONTH, today=today)
    if picture.usual is None:
        assert not [one for one in spent if one.day < MONTH]
        return
    sums = {month.spent for month in picture.months[:-1]}
    assert picture.usual.spent in sums
    assert picture.usual.so_far <= max(sums)
    assert 1 <= picture.usual.months <= 6
    for why in (picture.usual.why, picture.usual.so_far_why):
        assert why.until == MONTH - timedelta(days=1)
        assert why.records == sum(one.records for one in behind(why, spent))


def test_a_month_that_is_not_over_is_compared_with_the_same_part_of_earlier_ones() -> None:
    spent = [
        Spent(day=date(2026, month, day), category="dining", spent=amount, records=1)
        for month in (8, 9, 10)
        for day, amount in ((3, 100), (25, 900))
    ]
    spent.append(Spent(day=date(2026, 11, 2), category="dining", spent=130, records=1))
    picture = drawing.picture(spent, month=MONTH, today=date(2026, 11, 10))
    assert picture.usual is not None
    assert (picture.usual.spent, picture.usual.so_far, picture.over) == (1_000, 100, False)
    assert picture.categories[0].usual == 100
    whole = drawing.picture(spent, month=date(2026, 10, 1), today=date(2026, 11, 10))
    assert whole.usual is not None
    assert (whole.over, whole.spent, whole.usual.so_far) == (True, 1_000, 1_000)


def test_a_first_month_has_nothing_usual() -> None:
    picture = drawing.picture([], month=MONTH, today=date(2026, 11, 10))
    assert (picture.usual, picture.spent, picture.categories, picture.days) == (None, 0, (), ())
    assert picture.months[0].month == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("month", "count", "expected"),
    [
        (date(2026, 1, 1), 1, date(2025, 12, 1)),
        (date(2026, 12, 1), -1, date(2027, 1, 1)),
        (date(2026, 3, 1), 12, date(2025, 3, 1)),
    ],
)
def test_months_are_counted_over_the_turn_of_the_year(month: date, count: int, expected: date) -> None:
    assert drawing.before(month, count) == expected


def pictures(house: House) -> Pictures:
    """The picture room of the town."""
    scores = Scores(house.town.db, archive=house.archive, clock=house.town.clock)
    return Pictures(
        house.town.db,
        known=house.known,
        consents=house.consents,
        scores=scores,
        clock=house.town.clock,
    )


async def buyer(house: House, *amounts: int) -> tuple[Caller, Caller, list[Id]]:
    """A new person who has paid a new shop these amounts, and the trades."""
    shop = await house.town.shop()
    person, wallet = await house.town.someone()
    bought: list[Id] = []
    for amount in amounts:
        trade = await prepaid(house.town, shop, amount)
        await trades.pay(
            person, house.town.room, command=house.town.key(), trade=trade, wallet=wallet, pin=PIN
        )
        bought.append(trade)
    await house.reader.to_the_end()
    return person, shop, bought


async def test_a_picture_is_drawn_only_with_the_persons_consent_and_no_longer_after_it(house: House) -> None:
    room = pictures(house)
    person, _, _ = await buyer(house, 12_00, 30_00)
    today = date(2026, 11, 19)

    async def refused() -> bool:
        asked: list[Any] = [room.picture(person, None), room.records(person, since=today, until=today)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
        return all(isinstance(answer, ConsentMissing) for answer in answers)

    assert await refused()
    await room.say(person, Purpose.PICTURE, granted=True)
    picture, score = await room.picture(person, None)
    assert (picture.spent, picture.records, score) == (42_00, 2, None)
    await room.say(person, Purpose.PICTURE, granted=False)
    assert await refused()


async def test_the_statements_themselves_read_nothing_without_consent(house: House) -> None:
    room = pictures(house)
    person, _, _ = await buyer(house, 12_00)
    await room.say(person, Purpose.PICTURE, granted=True)
    somebody = await house.pseudonym(person)
    asked = "SELECT insight_may($1, 'picture', false) AS may"
    row = await house.town.db.row(asked, somebody)
    assert row is not None
    assert row["may"] is True
    await room.say(person, Purpose.PICTURE, granted=False)
    row = await house.town.db.row(asked, somebody)
    assert row is not None
    assert row["may"] is False


async def test_what_was_refunded_is_not_spent(house: House) -> None:
    room = pictures(house)
    person, shop, [trade] = await buyer(house, 50_00)
    await room.say(person, Purpose.PICTURE, granted=True)
    await refunds.refund(
        shop, house.town.room, command=house.town.key(), trade=trade, out_refund_no=str(trade), amount=20_00
    )
    await house.reader.to_the_end()
    picture, _ = await room.picture(person, None)
    assert picture.spent == 30_00
    [record] = await room.records(person, since=picture.month, until=picture.until)
    assert (record.trade, record.amount, record.refunded, record.spent) == (trade, 50_00, 20_00, 30_00)


async def test_the_records_behind_a_number_are_these_page_by_page(house: House) -> None:
    room = pictures(house)
    person, _, bought = await buyer(house, *(100 * number for number in range(1, 8)))
    await room.say(person, Purpose.PICTURE, granted=True)
    picture, _ = await room.picture(person, None)
    assert picture.why.records == 7
    found: list[Kept] = []
    while page := await room.records(
        person,
        since=picture.why.since,
        until=picture.why.until,
        category="dining",
        after=Place(happened=found[-1].happened, trade=found[-1].trade) if found else None,
        limit=3,
    ):
        found += page
    assert {record.trade for record in found} == set(bought)
    assert sum(record.spent for record in found) == picture.spent
    assert found == sorted(found, key=lambda one: (one.happened, one.trade), reverse=True)
    assert await room.records(person, since=picture.month, until=picture.until, category="bills") == []
    day = picture.until.day
    assert (
        await room.records(person, since=picture.month, until=picture.until, day_of_month_max=day - 1) == []
    )


async def test_nobody_sees_anothers_records(house: House) -> None:
    room = pictures(house)
    person, _, _ = await buyer(house, 12_00)
    other, _, _ = await buyer(house, 99_00)
    for one in (person, other):
        await room.say(one, Purpose.PICTURE, granted=True)
    picture, _ = await room.picture(person, None)
    assert picture.spent == 12_00


async def test_a_month_to_come_is_no_picture(house: House) -> None:
    room = pictures(house)
    person, _, _ = await buyer(house, 12_00)
    await room.say(person, Purpose.PICTURE, granted=True)
    for month in (date(2027, 1, 1), date(1066, 1, 1)):
        with pytest.raises(MonthUnknown):
            await room.picture(person, month)
    for since, until in (
        (date(2026, 2, 2), date(2026, 2, 1)),
        (date(1, 1, 1), date(2026, 1, 1)),
        (date(2026, 1, 1), date.max),
    ):
        with pytest.raises(MonthUnknown):
            await room.records(person, since=since, until=until)
