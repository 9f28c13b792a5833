"""Purchases drawn from what is true of people: visits by BG/NBD, bills by the month, what a coupon brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

import numpy as np

from qianbao.insight.models.arrays import Floats
from qianbao.insight.records.categories import Category
from qianbao.insight.synth.truth import CATEGORIES, Ints, People, Purchases, World

JOIN: Final = 0.25
"""Everybody comes for the first time within this share of the time."""
AWAY: Final = 0.05
BILLS: Final = CATEGORIES.index(Category.BILLS)
DINING: Final = CATEGORIES.index(Category.DINING)
COUPON_WEEK: Final = 7.0


def visits(world: World, people: People, days: int, random: np.random.Generator) -> Purchases:
    """Purchases by BG/NBD: exponential times between, and after each repeat purchase a chance to leave."""
    some = np.arange(len(people.rate))
    now: Floats = random.uniform(0, JOIN * days, len(some))
    person, at = [some], [now]
    while len(some):
        now = now + random.exponential(1 / people.rate[some])
        here = now < days
        some, now = some[here], now[here]
        person.append(some)
        at.append(now)
        stays = random.random(len(some)) >= people.leaves[some]
        some, now = some[stays], now[stays]
    whose, when = np.concatenate(person), np.concatenate(at)
    amount = np.maximum(np.rint(random.gamma(world.p, 1, len(whose)) / people.worth[whose]), 1)
    category = (people.taste[whose].cumsum(axis=1) < random.random(len(whose))[:, None]).sum(axis=1)
    return _bought(
        world, whose, when, amount.astype(np.int64), np.minimum(category, len(CATEGORIES) - 1), random
    )


def bills(world: World, people: People, began: date, days: int, random: np.random.Generator) -> Purchases:
    """A bill a month, always on its day, of its amount, to its merchant."""
    payers = np.flatnonzero(people.bill)
    dates = [began + timedelta(days=number) for number in range(days)]
    due = [(number, day.day) for number, day in enumerate(dates) if day.day <= 28]
    parts = [(payers[people.bill_day[payers] == day], number) for number, day in due]
    whose = np.concatenate([some for some, _ in parts] or [payers[:0]])
    when = np.concatenate([np.full(len(some), number + 1 / 3) for some, number in parts] or [np.zeros(0)])
    category = np.full(len(whose), BILLS)
    bought = _bought(world, whose, when, people.bill_amount[whose], category, random)
    here = np.zeros(len(whose), np.bool_)
    return replace(bought, merchant=1 + whose % max(world.merchants // 10, 1), away=here)


def coupons(world: World, people: People, sent: int, random: np.random.Generator) -> Purchases:
    """Who buys at the coupon's shop in the week after it was sent: anyway, or because of it."""
    comes = people.anyway | (people.persuaded & people.treated)
    whose = np.flatnonzero(comes)
    when = sent + random.uniform(0, COUPON_WEEK, len(whose))
    amount = random.integers(20_00, 60_00, len(whose))
    bought = _bought(world, whose, when, amount, np.full(len(whose), DINING), random)
    return replace(
        bought,
        own=amount - people.treated[whose] * world.coupon,
        merchant=np.zeros(len(whose), np.int64),
        away=np.zeros(len(whose), np.bool_),
    )


def _bought(
    world: World, whose: Ints, when: Floats, amount: Ints, category: Ints, random: np.random.Generator
) -> Purchases:
    # Everybody has a few shops of their own for each kind.
    favourite = (whose * 31 + category * 17 + random.geometric(0.5, len(whose))) % (world.merchants - 1)
    return Purchases(
        person=whose,
        at=when,
        amount=amount,
        own=amount,
        category=category,
        merchant=1 + favourite,
        away=random.random(len(whose)) < AWAY,
    )
