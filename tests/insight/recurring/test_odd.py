"""A payment unlike the person's own is told with what it is unlike; usual ones are not."""

from __future__ import annotations

from datetime import timedelta

from qianbao.ids import Id
from qianbao.insight.recurring.again import recurring
from qianbao.insight.recurring.models import Odd, Oddity, Payment
from qianbao.insight.recurring.odd import odd
from tests.insight.recurring.lives import GYM, TODAY, Life

SHOP, NEW = Id(int=900), Id(int=901)


def of(life: Life) -> dict[Id, Odd]:
    """What is odd, by trade."""
    return {one.trade: one for one in odd(life.payments, recurring(life.payments, today=TODAY), today=TODAY)}


def test_many_times_the_usual_at_a_merchant_is_told_with_the_usual() -> None:
    life = Life(1).noise(days=300)
    for back in range(20):
        life.pay(TODAY - timedelta(days=3 + 11 * back), 3_000, SHOP, "dining")
    big = life.pay(TODAY, 12_000, SHOP, "dining")
    found = of(life)[big.trade]
    assert (found.kind, found.usual, found.ratio, found.compared) == (Oddity.MERCHANT, 3_000, 4.0, 20)


def test_at_a_merchant_not_known_it_is_the_kind_of_thing_that_is_compared() -> None:
    life = Life(2).noise(days=300)
    dining = sorted(one.spent for one in life.payments if one.category == "dining")
    big = life.pay(TODAY, dining[-1] * 12, NEW, "dining")
    assert of(life)[big.trade].kind is Oddity.CATEGORY


def test_an_hour_at_which_this_person_never_pays_is_told() -> None:
    life = Life(3).noise(days=300)
    middle = sorted(one.spent for one in life.payments)[len(life.payments) * 3 // 4]
    late = life.pay(TODAY, middle, Id(int=100), "groceries", hour=3.5)
    found = of(life)[late.trade]
    assert found.kind is Oddity.HOUR
    assert found.ratio <= 0.01


def test_somebody_who_pays_at_night_is_not_told_so() -> None:
    life = Life(4)
    for back in range(200):
        life.pay(TODAY - timedelta(days=back), 2_000 + back % 7 * 100, SHOP, "dining", hour=3.5)
    assert of(life) == {}


def test_a_subscription_that_has_become_dearer_is_told() -> None:
    life = Life(5)
    for back in range(1, 30):
        life.pay(TODAY - timedelta(days=7 * back), 4_900, GYM, "leisure")
    dearer = life.pay(TODAY, 5_900, GYM, "leisure")
    found = of(life)[dearer.trade]
    assert (found.kind, found.usual) == (Oddity.RISE, 4_900)


def test_of_usual_lives_hardly_a_payment_is_told() -> None:
    told = paid = 0
    for seed in range(30):
        life = Life(seed).noise(days=400).bills()
        told += len(of(life))
        paid += sum((TODAY - one.day).days < 31 for one in life.payments)
    assert paid > 1_500
    assert told / paid < 0.006


def test_odd_payments_that_were_put_in_are_found() -> None:
    found = 0
    for seed in range(30):
        life = Life(seed).noise(days=400)
        shop = max(
            {one.merchant for one in life.payments},
            key=lambda id: sum(one.merchant == id for one in life.payments),
        )
        there: list[Payment] = [one for one in life.payments if one.merchant == shop]
        big = life.pay(TODAY, max(one.spent for one in there) * 3, shop, there[0].category)
        found += big.trade in of(life)
    assert found >= 27


def test_a_payment_is_compared_only_with_those_before_it() -> None:
    life = Life(6)
    first = life.pay(TODAY - timedelta(days=20), 50_000, SHOP, "dining")
    for back in range(15):
        life.pay(TODAY - timedelta(days=back), 3_000, SHOP, "dining", hour=13)
    assert first.trade not in of(life)
