"""Needs are scored in a batch, read with consent by the person alone, and told in words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from qianbao.clock import business_date
from qianbao.ids import Id
from qianbao.insight.needs.models import State
from qianbao.insight.needs.service import Needs
from qianbao.insight.picture.service import ConsentMissing, Pictures
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.reader import SQL as FACTS
from qianbao.insight.rights.erasure.service import Erasures
from qianbao.insight.scores.service import NotScoredYet, Scores
from tests.insight.conftest import House
from tests.insight.needs.lives import TODAY, drawn, fact


def needs_of(house: House) -> Needs:
    """The room of the town."""
    scores = Scores(house.town.db, archive=house.archive, clock=house.town.clock)
    pictures = Pictures(
        house.town.db, known=house.known, consents=house.consents, scores=scores, clock=house.town.clock
    )
    return Needs(house.town.db, archive=house.archive, pictures=pictures, clock=house.town.clock)


async def kept(house: House, rows: list[dict[str, Any]]) -> None:
    """Facts, written as the reader writes them; the lives end on the town's day."""
    moved = business_date(house.town.clock.now()) - TODAY
    ns = moved.days * 86_400 * 10**9
    told = [
        row | {"day": row["day"] + moved, "happened": row["happened"] + ns, "known": row["known"] + ns}
        for row in rows
    ]
    await house.town.db.write(FACTS["facts_keep"], msgspec.json.encode(told).decode())


def life(somebody: Id, *, number: int) -> list[dict[str, Any]]:
    """Dines every third day, and is insured."""
    days = [
        fact(number + back, somebody, TODAY - timedelta(days=back), category="dining")
        for back in range(0, 120, 3)
    ]
    return [*days, fact(number + 1_000, somebody, TODAY, category="services", mcc="6300")]


async def test_ones_own_needs_are_told_with_reasons_the_likeliest_first(house: House) -> None:
    room = needs_of(house)
    person, _ = await house.town.someone()
    pseudonym = await house.pseudonym(person)
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    others = drawn(200)
    everybody = len({row["person"] for row in others}) + 1
    await kept(house, [*others, *life(pseudonym, number=10**6)])
    batch, card = await room.batch()
    assert card is not None
    assert batch.people == everybody
    told = await room.of(person)
    assert [need.state for need in told.kinds[:3]] == [State.SCORED] * 3
    chances = [need.chance for need in told.kinds if need.chance is not None]
    assert chances == sorted(chances, reverse=True)
    dining = next(need for need in told.kinds if need.name == "dining")
    assert dining.chance is not None
    assert dining.usual is not None
    assert dining.chance > 0.9 > dining.usual
    words = [one.en for one in dining.because]
    assert "You paid for dining 40 times in a year: that makes it more likely than for most." in words
    assert all(one.zh for one in dining.because)
    never = next(need for need in told.kinds if need.name == "education")
    assert (never.state, never.chance) == (State.NOT_ENOUGH_USE, None)
    products = {need.name: need.state for need in told.products}
    assert products == {
        "fund": State.NOT_ENOUGH_USE,
        "credit_pay": State.NOT_ENOUGH_USE,
        "instalments": State.NOT_ENOUGH_USE,
        "insurance": State.IN_USE,
    }
    last, _ = await room.last()
    assert (last.made, last.day, last.people) == (batch.made, batch.day, everybody)


async def test_needs_are_read_with_consent_alone_and_by_nobody_after_it_is_withdrawn(house: House) -> None:
    room = needs_of(house)
    person, _ = await house.town.someone()
    pseudonym = await house.pseudonym(person)
    await kept(house, [*drawn(120), *life(pseudonym, number=10**6)])
    await room.batch()
    with pytest.raises(ConsentMissing):
        await room.of(person)
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    assert (await room.of(person)).kinds
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=False)
    with pytest.raises(ConsentMissing):
        await room.of(person)


async def test_who_objects_to_statistics_and_asks_for_the_picture_is_scored_and_not_learnt_from(
    house: House,
) -> None:
    room = needs_of(house)
    person, _ = await house.town.someone()
    pseudonym = await house.pseudonym(person)
    others = drawn(120)
    size = len({row["person"] for row in others})
    await kept(house, [*others, *life(pseudonym, number=10**6)])
    await house.consents.say(pseudonym, Purpose.STATISTICS, granted=False)
    batch, _ = await room.batch()
    assert batch.people == size
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    batch, _ = await room.batch()
    assert batch.people == size + 1
    assert batch.fitted <= size
    assert (await room.of(person)).kinds[0].name == "dining"


async def test_too_few_people_are_refused_in_words_and_nobody_is_scored(house: House) -> None:
    room = needs_of(house)
    person, _ = await house.town.someone()
    pseudonym = await house.pseudonym(person)
    await house.consents.say(pseudonym, Purpose.PICTURE, granted=True)
    await house.town.db.write("DELETE FROM insight_need_batch")
    with pytest.raises(NotScoredYet):
        await room.of(person)
    with pytest.raises(NotScoredYet):
        await room.last()
    await kept(house, [*drawn(20), *life(pseudonym, number=10**6)])
    batch, card = await room.batch()
    assert (batch.people, batch.fitted, card) == (0, 0, None)
    assert batch.refused == "0 people with a past; at least 100 are needed"
    told = await room.of(person)
    assert (told.kinds, told.products, told.batch.refused) == ((), (), batch.refused)


async def test_erasure_takes_needs_along(house: House) -> None:
    room = needs_of(house)
    person, _ = await house.town.someone()
    pseudonym = await house.pseudonym(person)
    await kept(house, [*drawn(120), *life(pseudonym, number=10**6)])
    await room.batch()
    count = "SELECT count(*) AS rows FROM insight_need WHERE person = $1"
    assert [row["rows"] for row in await house.town.db.rows(count, pseudonym)] == [1]
    await Erasures(house.town.db, parties=house.town.room.parties, clock=house.town.clock).erase(person)
    assert [row["rows"] for row in await house.town.db.rows(count, pseudonym)] == [0]
    await room.batch()
    assert [row["rows"] for row in await house.town.db.rows(count, pseudonym)] == [0]
