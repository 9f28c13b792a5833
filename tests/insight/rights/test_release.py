"""The release across stores: bounded, noised as stated, charged, refused when spent; what it gives away."""

from __future__ import annotations

import itertools
import math
import statistics
from datetime import date
from typing import Any

import duckdb
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qianbao.config import SettingMalformed, Settings
from qianbao.ids import of_int
from qianbao.insight.purposes import Purpose
from qianbao.insight.records.categories import Category
from qianbao.insight.records.parquet import pa, uuids
from qianbao.insight.records.reader import SQL as FACTS
from qianbao.insight.rights import rules as table
from qianbao.insight.rights.release import budget, computing, noise
from qianbao.insight.rights.release.models import BudgetSpent, DayNotOver, DayReleased
from qianbao.insight.rights.release.service import Releases
from qianbao.insight.rights.rules import Rules
from tests.insight.conftest import House
from tests.payments.conftest import NO_SETTINGS

DAY, YESTERDAY = date(2026, 11, 19), date(2026, 11, 18)
CITIES = ("Hangzhou", "Kunming", "Lanzhou")
RULES = Rules(cells_max=2, spent_max=50_00)
Row = tuple[int, str, str, int]
"""Person, city, kind, minor units."""
ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from([*CITIES, "Nowhere"]),
        st.sampled_from(["dining", "groceries", "bills"]),
        st.integers(-10, 200_00),
    ),
    max_size=40,
)


def bounded(rows: list[Row], rules: Rules = RULES) -> dict[tuple[str, str], tuple[int, int]]:
    """What the release would be without noise."""
    with duckdb.connect() as plain:
        connection: Any = plain
        connection.register(
            "record",
            pa.table(
                {
                    "person": uuids([of_int(1 + row[0]).bytes for row in rows]),
                    "city": pa.array([row[1] for row in rows], pa.string()),
                    "category": pa.array([row[2] for row in rows], pa.string()),
                    "spent": pa.array([row[3] for row in rows], pa.int64()),
                    "day": pa.array([YESTERDAY] * len(rows), pa.date32()),
                    "currency": pa.array(["CNY"] * len(rows), pa.string()),
                }
            ),
        )
        return computing.bounded(connection, YESTERDAY, CITIES, rules)


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(0, 5))
def test_a_person_more_or_less_changes_the_numbers_by_no_more_than_is_stated(
    rows: list[Row], person: int
) -> None:
    terms = budget.terms(RULES)
    with_them, without = bounded(rows), bounded([row for row in rows if row[0] != person])
    for place, bound in ((0, terms.people_bound), (1, terms.spent_bound)):
        apart = [
            with_them.get(key, (0, 0))[place] - without.get(key, (0, 0))[place]
            for key in with_them.keys() | without.keys()
        ]
        assert math.hypot(*apart) <= bound * (1 + 1e-12)


def test_the_bound_is_reached_by_who_spends_much_everywhere() -> None:
    terms = budget.terms(RULES)
    cells = bounded([(1, city, "dining", 900_00) for city in CITIES])
    assert len(cells) == RULES.cells_max
    assert math.hypot(*(people for people, _ in cells.values())) == pytest.approx(terms.people_bound)
    assert math.hypot(*(spent for _, spent in cells.values())) == pytest.approx(terms.spent_bound)


@given(st.floats(0.01, 100), st.floats(1e-12, 1e-6))
def test_epsilon_and_rho_are_two_ways_to_say_one_thing(epsilon: float, delta: float) -> None:
    assert budget.epsilon(budget.rho(epsilon, delta), delta) == pytest.approx(epsilon)


def test_the_days_of_a_year_add_up_to_what_is_stated_and_opendp_says_the_same() -> None:
    rules = Rules()
    terms = budget.terms(rules)
    assert budget.epsilon(terms.rho * budget.DAYS, rules.delta) == pytest.approx(rules.epsilon_year)
    told = 0.0
    for bound, sd in ((terms.people_bound, terms.people_sd), (terms.spent_bound, terms.spent_sd)):
        told += noise.measurement(3, bound=bound, sd=sd, rho=terms.rho / budget.MEASURES).map(bound)
    assert told == pytest.approx(terms.rho)
    with pytest.raises(AssertionError):  # less noise than the budget asks for is not released
        noise.measurement(3, bound=terms.people_bound, sd=terms.people_sd / 2, rho=terms.rho / 2)


def test_the_noise_is_as_large_as_stated() -> None:
    terms = budget.terms(Rules())
    drawn = noise.noised(
        [1_000] * 4_000, bound=terms.people_bound, sd=terms.people_sd, rho=terms.rho / budget.MEASURES
    )
    assert statistics.stdev(drawn) == pytest.approx(terms.people_sd, rel=0.06)
    assert statistics.mean(drawn) == pytest.approx(1_000, abs=4 * terms.people_sd / math.sqrt(4_000))


def test_a_cell_of_few_people_is_withheld_and_every_city_has_the_same_cells_asked() -> None:
    loud = budget.terms(Rules())
    terms = msgspec.structs.replace(loud, rho=1e16, people_sd=0.001, spent_sd=0.001, people_min=20)
    exact = {("Hangzhou", "dining"): (19, 500_00), ("Kunming", "bills"): (20, 700_00)}
    shown, withheld = computing.published(exact, YESTERDAY, CITIES, terms)
    assert [(one.city, one.category, one.people, one.spent) for one in shown] == [
        ("Kunming", "bills", 20, 700_00)
    ]
    assert withheld == len(CITIES) * len(Category) - 1
    assert budget.terms(Rules()).people_min >= 20 + 3 * budget.terms(Rules()).people_sd


def test_who_asks_whether_somebody_is_in_it_learns_no_more_than_epsilon_allows() -> None:
    # The strongest attacker: knows everybody else's cells, and that the person, if there, is in as many cells
    # with as much as counts. They look at the published numbers and decide by the likelihood of both worlds.
    rules, trials = Rules(), 10_000
    terms = budget.terms(rules)

    def guessed(there: bool) -> float:
        likelier = np.zeros(trials)
        for others, mine, bound, sd in (
            (900, 1, terms.people_bound, terms.people_sd),
            (90_000_00, rules.spent_max, terms.spent_bound, terms.spent_sd),
        ):
            exact = [others + mine * there] * (rules.cells_max * trials)
            told = noise.noised(exact, bound=bound, sd=sd, rho=terms.rho / budget.MEASURES)
            seen = np.array(told).reshape(trials, rules.cells_max) - others
            likelier += mine * (seen - mine / 2).sum(axis=1) / sd**2
        return float((likelier > 0).mean())

    advantage = guessed(True) - guessed(False)
    half = 5 * math.sqrt(2 * 0.25 / trials)  # five standard errors: chance alone breaks this once in millions
    epsilon = budget.epsilon(terms.rho, rules.delta)
    allowed = (math.exp(epsilon) - 1 + 2 * rules.delta) / (math.exp(epsilon) + 1)
    gaussian = math.erf(math.sqrt(2 * terms.rho) / 2 / math.sqrt(2))  # what the best guess can reach at all
    assert abs(advantage - gaussian) < half
    assert advantage + half < allowed


async def shops(house: House, cities: tuple[str, ...] = CITIES) -> None:
    """A store in each city."""
    for city in cities:
        await house.town.shop()
        await house.town.db.write(
            "UPDATE store SET city = $1 WHERE id = (SELECT id FROM store ORDER BY id DESC LIMIT 1)", city
        )


async def spent(house: House, people: int, *, seed: int) -> None:
    """Facts of yesterday: each person in one city."""
    rows: list[dict[str, Any]] = [
        {
            "seq": seed * 1_000_000 + number,
            "record": of_int((0x6A1 << 64) + (seed << 32) + number),
            "person": of_int((0x6A0 << 64) + (seed << 32) + number),
            "kind": "paid",
            "happened": house.town.clock.at - 86_400 * 10**9,
            "known": house.town.clock.at - 86_400 * 10**9,
            "day": YESTERDAY,
            "amount": 20_00,
            "own": 20_00,
            "refunded": 0,
            "merchant": of_int(1),
            "currency": "CNY",
            "mcc": "5812",
            "category": "dining",
            "scene": "native",
            "brand": "zhuque",
            "city": CITIES[number % 2],
            "tier": "new1",
        }
        for number in range(people)
    ]
    await house.town.db.write(FACTS["facts_keep"], msgspec.json.encode(rows).decode())


def releases(house: House, rules: Rules | None = None) -> Releases:
    """The release room of the town, its tables empty."""
    return Releases(house.town.db, archive=house.archive, rules=rules or Rules(), clock=house.town.clock)


@pytest.fixture
async def fresh(house: House) -> House:
    """The house before any release."""
    for place in ("insight_release", "insight_release_cell", "insight_release_year"):
        await house.town.db.write(f"DELETE FROM {place}")  # noqa: S608
    await shops(house)
    return house


async def test_a_day_is_released_once_and_read_as_it_was_released(fresh: House) -> None:
    rules = Rules(epsilon_year=100.0)
    room = releases(fresh, rules)
    await spent(fresh, 1_200, seed=31)
    made = await room.release(YESTERDAY)
    assert made.people_sd == pytest.approx(budget.terms(rules).people_sd)
    told, cells = await room.read("Hangzhou", YESTERDAY, YESTERDAY)
    assert told == [made]
    [dining] = [one for one in cells if one.category == "dining"]
    assert dining.people == pytest.approx(600, abs=6 * made.people_sd)
    assert dining.spent == pytest.approx(12_000_00, abs=6 * made.spent_sd)
    assert await room.read("Hangzhou", YESTERDAY, YESTERDAY) == (
        told,
        cells,
    )  # asking again draws no new noise
    with pytest.raises(DayReleased):
        await room.release(YESTERDAY)
    assert await room.release_if_due() is None
    for day in (DAY, date(2027, 1, 1)):
        with pytest.raises(DayNotOver):
            await room.release(day)


async def test_the_budget_of_a_year_is_tracked_and_a_release_is_refused_when_it_is_spent(
    fresh: House,
) -> None:
    room = releases(fresh)
    for back in (17, 16, 15):
        await room.release(date(2026, 11, back))
    year = await room.year(2026)
    assert year.rho == pytest.approx(3 * budget.terms(Rules()).rho)
    assert year.epsilon == pytest.approx(budget.epsilon(year.rho, 1e-9))
    assert year.epsilon < year.epsilon_max == 8.0
    # Another year has a budget of its own; a smaller one is found to be spent.
    await room.release(date(2025, 12, 31))
    assert (await room.year(2025)).rho == pytest.approx(budget.terms(Rules()).rho)
    small = releases(fresh, Rules(epsilon_year=0.3))
    with pytest.raises(BudgetSpent):
        await small.release(YESTERDAY)
    assert await small.release_if_due() is None
    told, cells = await room.read("Hangzhou", YESTERDAY, YESTERDAY)
    assert (told, cells) == ([], [])
    assert (await room.year(2026)).rho == pytest.approx(year.rho)


async def test_a_whole_year_of_days_fits_its_budget_and_not_one_release_more(fresh: House) -> None:
    terms, limit = budget.terms(Rules()), budget.rho_year(Rules())
    await fresh.town.db.write(
        "INSERT INTO insight_release_year (year, rho) VALUES (2026, $1)", limit - 1.5 * terms.rho
    )
    room = releases(fresh)
    await room.release(date(2026, 11, 17))
    with pytest.raises(BudgetSpent):
        await room.release(date(2026, 11, 16))


async def test_a_day_is_released_by_itself_when_the_network_stood_all_day(fresh: House) -> None:
    room = releases(fresh)
    begun = await fresh.town.db.row("SELECT min(at) AS at FROM migration")
    assert begun is not None
    for stood_since, expected in (("2026-11-17T12:00:00Z", YESTERDAY), ("2026-11-18T12:00:00Z", None)):
        await fresh.town.db.write("DELETE FROM insight_release")
        await fresh.town.db.write("UPDATE migration SET at = $1::text::timestamptz", stood_since)
        made = await room.release_if_due()
        assert (made.day if made else None) == expected
    await fresh.town.db.write("UPDATE migration SET at = $1", begun["at"])


async def test_who_objects_to_statistics_is_in_no_release(fresh: House) -> None:
    rules = Rules(epsilon_year=100.0)
    await spent(fresh, 1_200, seed=32)
    for number in range(0, 1_200, 2):
        somebody = of_int((0x6A0 << 64) + (32 << 32) + number)
        await fresh.keyed(somebody)
        await fresh.consents.say(somebody, Purpose.STATISTICS, granted=False)
    room = releases(fresh, rules)
    await room.release(YESTERDAY)
    _, cells = await room.read("Hangzhou", YESTERDAY, YESTERDAY)
    assert not [one for one in cells if one.category == "dining"]


def test_bounds_that_cannot_be_are_refused_at_the_start() -> None:
    for asked in ({"epsilon_year": 0}, {"delta": 0.1}, {"cells_max": 0}, {"epsilon": 1}):
        with pytest.raises(SettingMalformed):
            table.rules(Settings(home=NO_SETTINGS.home, tables={"insight": asked}))
    assert list(itertools.islice(table.rules(NO_SETTINGS).retention_days.values(), 1)) == [800]
