"""What is put in: the parameters of everybody, and what is drawn for each person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.models.arrays import Floats
from qianbao.insight.records.categories import Category

Ints = NDArray[np.int64]
CATEGORIES: Final = tuple(Category)
"""In the order of `Person.taste`."""
DAY_NS: Final = 86_400 * 10**9


@dataclass(frozen=True, kw_only=True)
class World:
    """The parameters of everybody. Time in days, money in minor units."""

    r: float = 0.8
    alpha: float = 14.0
    """BG/NBD: purchases a day differ between people by Gamma(r, alpha)."""
    a: float = 0.8
    b: float = 12.0
    """BG/NBD: the chance of leaving after a purchase differs by Beta(a, b)."""
    p: float = 6.0
    q: float = 4.0
    gamma: float = 1_500.0
    """Gamma-Gamma: a purchase's amount is Gamma(p) over a rate that differs by Gamma(q, gamma)."""
    taste: float = 0.6
    """Dirichlet: the smaller, the more of a person's purchases are of a few kinds."""
    recurring: float = 0.3
    """The share of people who pay a bill each month."""
    treated: float = 0.5
    """The share who are sent a coupon, drawn by lot."""
    persuaded: float = 0.25
    """The share who buy within a week because of a coupon, and would not without."""
    anyway: float = 0.1
    """The chance of buying in that week at that shop without a coupon."""
    coupon: int = 5_00
    refunds: float = 0.02
    """The share of purchases that are given back, whole or in part, some days later."""
    merchants: int = 400
    cities: int = 8


@dataclass(frozen=True, kw_only=True)
class People:
    """What was drawn for each person, one row a person."""

    rate: Floats
    """Purchases a day while they come."""
    leaves: Floats
    """The chance of leaving after a purchase."""
    worth: Floats
    """The rate of the amounts: their mean is p over it."""
    taste: Floats
    """(people, categories): the chance that a purchase is of the kind."""
    home: Ints
    """The city."""
    bill: NDArray[np.bool_]
    """Whether a bill comes each month."""
    bill_day: Ints
    bill_amount: Ints
    treated: NDArray[np.bool_]
    persuaded: NDArray[np.bool_]
    """Whether a coupon makes them buy who would not have; so for the untreated too."""
    anyway: NDArray[np.bool_]
    """Whether they buy in the coupon's week without one."""


def drawn(world: World, people: int, random: np.random.Generator) -> People:
    """Some people."""
    persuaded = random.random(people) < world.persuaded
    return People(
        rate=random.gamma(world.r, 1 / world.alpha, people),
        leaves=random.beta(world.a, world.b, people),
        worth=random.gamma(world.q, 1 / world.gamma, people),
        taste=random.dirichlet(np.full(len(CATEGORIES), world.taste), people),
        home=random.integers(0, world.cities, people),
        bill=random.random(people) < world.recurring,
        bill_day=random.integers(1, 29, people),
        bill_amount=random.integers(20, 200, people) * 100,
        treated=random.random(people) < world.treated,
        persuaded=persuaded,
        anyway=(random.random(people) < world.anyway) & ~persuaded,
    )


@dataclass(frozen=True, kw_only=True)
class Purchases:
    """What was bought, one row a purchase, in no order. `own` and `amount` in minor units."""

    person: Ints
    at: Floats
    """Days since the beginning."""
    amount: Ints
    own: Ints
    category: Ints
    merchant: Ints
    away: NDArray[np.bool_]
    """In another city than the person's."""

    def __len__(self) -> int:
        return len(self.person)


def joined(parts: list[Purchases]) -> Purchases:
    """All of some parts."""
    names = tuple(Purchases.__dataclass_fields__)
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in names
    }
    return Purchases(**columns)
