"""What comes again is found, when it comes next is told, and what happens by chance is not taken for it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qianbao.ids import Id
from qianbao.insight.recurring.again import recurring
from qianbao.insight.recurring.models import Payment, Period, Recurring
from tests.insight.recurring.lives import FEE, GYM, PHONE, RENT, TODAY, Life

TRUTH = {RENT: Period.MONTH, GYM: Period.WEEK, FEE: Period.YEAR, PHONE: Period.MONTH}


def by_merchant(life: Life, *, today: date = TODAY) -> dict[Id, Recurring]:
    """What is found, by merchant."""
    return {one.merchant: one for one in recurring(life.payments, today=today)}


def test_rent_gym_fee_and_phone_are_found_among_the_noise() -> None:
    found = by_merchant(Life(1).noise().bills())
    assert {merchant: found[merchant].period for merchant in TRUTH} == TRUTH
    assert found[RENT].amount == 350_000
    assert found[RENT].low == found[RENT].high == 350_000
    assert found[GYM].times == 43
    assert found[FEE].a_year == pytest.approx(19_800, abs=1)
    assert found[PHONE].low < found[PHONE].amount < found[PHONE].high


def test_next_comes_within_what_was_told() -> None:
    came = told = 0
    for seed in range(20):
        life = Life(seed).bills()
        before = TODAY - timedelta(days=60)
        for merchant, one in by_merchant(life, today=before).items():
            later = [pay.day for pay in life.payments if pay.merchant == merchant and pay.day > before]
            if later:
                told += 1
                came += one.earliest <= min(later) <= one.latest
    assert told >= 55
    assert came / told >= 0.9


def test_precision_and_recall_over_many_lives() -> None:
    right = wrong = 0
    for seed in range(30):
        found = by_merchant(Life(seed).noise(days=420).bills())
        right += sum(
            found[merchant].period is period for merchant, period in TRUTH.items() if merchant in found
        )
        wrong += sum(merchant not in TRUTH for merchant in found)
    assert right / (30 * len(TRUTH)) >= 0.97
    assert right / (right + wrong) >= 0.97


def test_people_without_anything_that_comes_again_have_nothing_told() -> None:
    found = [len(recurring(Life(seed).noise(days=420).payments, today=TODAY)) for seed in range(30)]
    assert sum(found) <= 2


def test_what_has_ended_is_not_told() -> None:
    life = Life(3).bills()
    stopped = TODAY - timedelta(days=60)
    life.payments = [one for one in life.payments if one.merchant != GYM or one.day < stopped]
    assert GYM not in by_merchant(life)


def test_one_amount_that_comes_again_at_a_shop_where_much_else_is_bought_is_found() -> None:
    life = Life(4).noise(merchants=1)
    for back in range(10):
        number = TODAY.year * 12 + TODAY.month - 1 - back
        life.pay(date(number // 12, number % 12 + 1, 8), 1_990_00, Id(int=100), "shopping")
    [one] = [one for one in recurring(life.payments, today=TODAY) if one.amount == 1_990_00]
    assert (one.period, one.times, one.next) == (Period.MONTH, 10, date(2026, 12, 8))


def test_the_end_of_a_month_stays_the_end_of_a_month() -> None:
    life = Life(5)
    for day in (date(2026, 7, 31), date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31)):
        life.pay(day, 5_000, RENT, "home")
    assert by_merchant(life)[RENT].next == date(2026, 11, 30)


def test_a_gap_of_one_month_does_not_end_it() -> None:
    life = Life(6)
    for month in (1, 2, 3, 4, 6, 7, 8, 9, 10, 11):
        life.pay(date(2026, month, 5), 5_000, RENT, "home")
    assert by_merchant(life)[RENT].period is Period.MONTH


@settings(max_examples=60, deadline=None)
@given(
    days=st.lists(st.integers(0, 700), max_size=40),
    amounts=st.lists(st.integers(0, 10**12), min_size=40, max_size=40),
)
def test_whatever_the_payments_what_is_told_holds_together(days: list[int], amounts: list[int]) -> None:
    life = Life(0)
    for back, amount in zip(days, amounts, strict=False):
        life.pay(TODAY - timedelta(days=back), amount, Id(int=amount % 3 + 1), "bills")
    for one in recurring(life.payments, today=TODAY):
        assert one.since <= one.last < one.next
        assert one.earliest <= one.next <= one.latest
        assert one.low <= one.amount <= one.high
        assert one.times <= len(life.payments)


def test_nothing_is_read_from_after_the_day() -> None:
    whole = Life(7).noise(days=300).bills()
    day = TODAY - timedelta(days=90)
    before: list[Payment] = [one for one in whole.payments if one.day <= day]
    assert recurring(whole.payments, today=day) == recurring(before, today=day)
