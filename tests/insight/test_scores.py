"""Scores in batches, and figures of groups that give no small group away."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qianbao.clock import business_date
from qianbao.db import Database
from qianbao.ids import Id, of_int
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.reader import SQL as FACTS
from qianbao.insight.scores.models import GROUP_MIN, Group, Score, released
from qianbao.insight.scores.service import NotScoredYet, Scores
from tests.insight.conftest import House
from tests.insight.synthetic import households

TODAY = date(2026, 11, 19)
GROUPS = st.lists(
    st.builds(
        Group,
        kind=st.sampled_from(["tier", "age", "month"]),
        key=st.text("abcdef", min_size=1, max_size=2),
        people=st.integers(1, 60),
        records=st.integers(1, 100),
        spent=st.integers(0, 10**9),
    ),
    unique_by=lambda one: (one.kind, one.key),
    max_size=25,
)


@given(GROUPS)
def test_no_released_figure_is_of_few_people_nor_gives_a_single_small_group_away(groups: list[Group]) -> None:
    shown, withheld = released(groups)
    assert all(group.people >= GROUP_MIN for group in shown)
    assert len(shown) + withheld == len(groups)
    for kind, some in itertools.groupby(
        sorted(set(groups) - set(shown), key=lambda one: one.kind), key=lambda one: one.kind
    ):
        hidden = list(some)
        of_kind = [group for group in groups if group.kind == kind]
        assert kind == "month" or len(hidden) >= min(2, len(of_kind))


async def filled(
    db: Database, *, people: int, months: int, seed: int, known: int = 1_790_000_000_000_000_000
) -> list[Id]:
    """Facts of a population, a record a month where it spent, written as the reader writes them."""
    spent = households(people=people, months=months, seed=seed)
    persons = [of_int((0x5C0 << 64) + (seed << 32) + number) for number in range(people)]
    rows: list[dict[str, Any]] = []
    for place, back in np.argwhere(spent > 0):
        month = date(2026, 10, 15) if back == months - 1 else _before(months - 1 - int(back))
        rows.append(
            {
                "seq": len(rows) + 1_000_000 * seed,
                "record": of_int((0x5C1 << 64) + (seed << 32) + len(rows)),
                "person": persons[int(place)],
                "kind": "paid",
                "happened": 1_790_000_000_000_000_000,
                "known": known,
                "day": month,
                "amount": int(spent[place, back]),
                "own": int(spent[place, back]),
                "refunded": 0,
                "merchant": persons[0],
                "currency": "CNY",
                "mcc": "5411",
                "category": "groceries",
                "scene": "native",
                "brand": "lanhua" if place % 2 else "zhuque",
                "city": "Hangzhou",
                "tier": "new1",
            }
        )
    await db.write(
        FACTS["facts_keep"],
        msgspec.json.encode(rows).decode(),
    )
    return persons


def _before(count: int) -> date:
    year, number = divmod(2026 * 12 + 9 - count, 12)
    return date(year, number + 1, 15)


def scores_of(house: House) -> Scores:
    """The scores of the town."""
    return Scores(house.town.db, archive=house.archive, clock=house.town.clock)


async def test_before_the_first_batch_there_are_no_figures(house: House) -> None:
    await house.town.db.write("DELETE FROM insight_batch")
    with pytest.raises(NotScoredYet):
        await scores_of(house).last()


async def test_a_batch_scores_everybody_with_intervals_marks_and_cards(house: House) -> None:
    room = scores_of(house)
    persons = await filled(house.town.db, people=200, months=10, seed=21)
    batch = await room.batch(TODAY)
    assert (batch.people, batch.month) == (200, date(2026, 10, 1))
    assert {card.name for card in batch.cards} == {"capacity", "bgnbd"}
    [capacity] = [card for card in batch.cards if card.name == "capacity"]
    measured = {measure.metric: measure.value for measure in capacity.measures}
    assert measured["coverage"] == pytest.approx(0.8, abs=0.12)
    found = [await room.of(person, Purpose.STATISTICS) for person in persons]
    scores = [score for score in found if score is not None]
    assert len(scores) == 200
    for score in scores:
        assert score.month == date(2026, 11, 1)
        assert score.low is not None
        assert score.point is not None
        assert score.high is not None
        assert 0 <= score.low <= score.point <= score.high
        assert score.alive is not None
        assert 0 <= score.alive <= 1
        assert score.recency in range(1, 6)
    groups = {(group.kind, group.key): group for group in await room.groups()}
    assert groups["tier", "new1"].people <= 200
    assert groups["brand", "lanhua"].spent + groups["brand", "zhuque"].spent == groups["tier", "new1"].spent
    assert sum(group.people for (kind, _), group in groups.items() if kind == "segment") <= 200


async def test_who_objects_to_statistics_is_in_no_figure_and_taught_no_model(house: House) -> None:
    room = scores_of(house)
    persons = await filled(house.town.db, people=120, months=8, seed=22)
    for person in persons[:50]:
        await house.keyed(person)
        await house.consents.say(person, Purpose.STATISTICS, granted=False)
    await house.consents.say(persons[0], Purpose.PICTURE, granted=True)
    batch = await room.batch(TODAY)
    assert batch.people == 70
    assert await room.of(persons[1], Purpose.PICTURE) is None
    assert await room.of(persons[1], Purpose.STATISTICS) is None
    assert await room.of(persons[60], Purpose.PICTURE) is None  # statistics are no consent to a picture
    own = await room.of(persons[0], Purpose.PICTURE)
    assert isinstance(own, Score)
    assert own.point is not None
    await house.consents.say(persons[0], Purpose.PICTURE, granted=False)
    assert await room.of(persons[0], Purpose.PICTURE) is None


async def test_a_few_people_are_neither_marked_nor_modelled(house: House) -> None:
    room = scores_of(house)
    persons = await filled(house.town.db, people=5, months=8, seed=23)
    batch = await room.batch(TODAY)
    assert (batch.people, batch.cards) == (5, ())
    score = await room.of(persons[0], Purpose.STATISTICS)
    assert score is not None
    assert (score.segment, score.point, score.alive) == (None, None, None)
    assert await room.groups() == []
    assert batch.withheld > 0


async def test_a_batch_of_a_day_that_is_past_reads_nothing_learnt_after_it(house: House) -> None:
    now = house.town.clock.now()
    await filled(house.town.db, people=5, months=8, seed=25)
    before = await scores_of(house).batch(TODAY)
    late = await filled(house.town.db, people=3, months=8, seed=26, known=now)
    room = scores_of(house)
    yesterday = business_date(now) - timedelta(days=1)
    batch = await room.batch(yesterday)
    assert (batch.people, batch.records) == (5, before.records)
    assert await room.of(late[0], Purpose.STATISTICS) is None
    assert (await room.batch()).people == 8


async def test_an_empty_house_has_an_empty_batch(house: House) -> None:
    batch = await scores_of(house).batch(TODAY)
    assert (batch.people, batch.records, batch.cards) == (0, 0, ())


async def test_a_batch_is_due_when_there_is_none_when_much_has_come_and_after_a_day(house: House) -> None:
    room = scores_of(house)
    await house.town.db.write("DELETE FROM insight_batch")
    assert not await room.due(0)
    assert await room.due(1)
    await filled(house.town.db, people=60, months=8, seed=24)
    batch = await room.batch(TODAY)
    assert not await room.due(batch.records)
    house.town.clock.advance(121)
    assert await room.due(batch.records * 2 + 200)
    assert not await room.due(batch.records)
    house.town.clock.advance(86_400)
    assert await room.due(batch.records)
