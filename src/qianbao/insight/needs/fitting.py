"""The model: a logistic regression of all kinds together, and of each kind what is its own on top of it.

So a kind that few pay for borrows from the others, and one of which much is known goes its own way. Signs are
put to the mean and spread of the people of the fit: each adds to a person's ln odds, beside the average.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit import logistic
from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.needs import signs
from qianbao.insight.needs.models import KINDS, OUTCOMES_MIN, PEOPLE_MIN, PRODUCTS
from qianbao.insight.needs.signs import SHARED, People

RIDGE: Final = 30.0
"""People who speak for a weight like that of all kinds."""
RIDGE_PRODUCT: Final = 30.0
ROWS_MAX: Final = 120_000
"""People of a kind, at most, that are fitted on: drawn, always the same."""
SEED: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """People as of a past day, and what came in the days after it."""

    people: People
    came: NDArray[np.bool_]
    """(people, kinds): who paid for it."""
    used: NDArray[np.bool_]
    """(people, products): who had paid for it before."""
    adopted: NDArray[np.bool_]
    """(people, products): who paid for it then."""
    born: Floats
    """The year, NaN where it is not known: for the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Weights of standardised signs, and the mean chance of those whom it was fitted on."""

    intercept: float
    weights: Floats
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A model a kind and a product; None where too few have paid for it, or have not."""

    center: Floats
    """(kinds, signs)."""
    spread: Floats
    kinds: tuple[Model | None, ...]
    products: tuple[Model | None, ...]
    people: int

    def effects(self, people: People, whole: NDArray[np.float64], kind: int) -> NDArray[np.float64]:
        """What each sign adds to a person's ln odds beside the average's (people, signs). `whole`: the
        `shared` signs of the same people. Not of a kind without a model."""
        model = self.kinds[kind]
        assert model is not None
        x = np.column_stack([signs.own(people, kind), whole])
        x -= self.center[kind]
        x *= model.weights / self.spread[kind]
        return x

    def chance(self, people: People) -> Floats:
        """(people, kinds): of a payment ahead; NaN where there is no model."""
        whole = signs.shared(people)
        found = np.full((len(people), len(KINDS)), np.nan)
        for kind, model in enumerate(self.kinds):
            if model is not None:
                odds = model.intercept + self.effects(people, whole, kind).sum(axis=1)
                found[:, kind] = logistic.expit(odds)
        return found

    def propensity(self, people: People) -> Floats:
        """(people, products): of a first payment for it ahead; NaN where there is no model."""
        x = (signs.shared(people) - self.center[0, SHARED:]) / self.spread[0, SHARED:]
        found = np.full((len(people), len(PRODUCTS)), np.nan)
        for at, model in enumerate(self.products):
            if model is not None:
                found[:, at] = logistic.expit(model.intercept + x @ model.weights)
        return found


def fit(rounds: Sequence[Round]) -> Fitted:
    """Fit on rounds of the past. Raises `NotFitted` where there are too few people, or nobody pays."""
    people = max((len(one.people) for one in rounds), default=0)
    if people < PEOPLE_MIN:
        raise NotFitted(f"{people} people with a past; at least {PEOPLE_MIN} are needed")
    came = np.concatenate([one.came for one in rounds])
    enough = [OUTCOMES_MIN <= came[:, kind].sum() <= len(came) - OUTCOMES_MIN for kind in range(len(KINDS))]
    if not any(enough):
        raise NotFitted(f"no kind for which {OUTCOMES_MIN} people paid, and {OUTCOMES_MIN} did not")
    drawn = _drawn(rounds)
    some = [one.people.at(rows) for one, rows in zip(rounds, drawn, strict=True)]
    whole = np.concatenate([signs.shared(one) for one in some])
    own = [np.concatenate([signs.own(one, kind) for one in some]) for kind in range(len(KINDS))]
    yes = np.concatenate([one.came[rows] for one, rows in zip(rounds, drawn, strict=True)]).astype(np.float64)
    center = np.array([[*one.mean(axis=0), *whole.mean(axis=0)] for one in own])
    spread = np.array([[*one.std(axis=0), *whole.std(axis=0)] for one in own])
    spread[spread < 1e-9] = 1.0
    kinds = _kinds(own, whole, yes, center, spread, enough)
    used = np.concatenate([one.used[rows] for one, rows in zip(rounds, drawn, strict=True)])
    adopted = np.concatenate([one.adopted[rows] for one, rows in zip(rounds, drawn, strict=True)])
    x = (whole - center[0, SHARED:]) / spread[0, SHARED:]
    products = tuple(_product(x[~used[:, at]], adopted[~used[:, at], at]) for at in range(len(PRODUCTS)))
    return Fitted(center=center, spread=spread, kinds=kinds, products=products, people=people)


def _drawn(rounds: Sequence[Round]) -> list[NDArray[np.intp]]:
    random = np.random.default_rng(SEED)
    each = -(-ROWS_MAX // len(rounds))
    return [
        np.arange(len(one.people))
        if len(one.people) <= each
        else np.sort(random.choice(len(one.people), each, replace=False))
        for one in rounds
    ]


def _kinds(
    own: Sequence[NDArray[np.float64]],
    whole: NDArray[np.float64],
    yes: Floats,
    center: Floats,
    spread: Floats,
    enough: Sequence[bool],
) -> tuple[Model | None, ...]:
    there = [kind for kind, one in enumerate(enough) if one]

    def standard(kind: int) -> NDArray[np.float64]:
        return (np.column_stack([own[kind], whole]) - center[kind]) / spread[kind]

    # Of all kinds together: what is of a kind itself, and of the person; what else they buy is a kind's own.
    shared = SHARED + len(signs.WHOLE)
    every = max(1, len(there) * len(whole) // ROWS_MAX)
    x = np.concatenate([standard(kind)[::every, :shared] for kind in there])
    y = np.concatenate([yes[::every, kind] for kind in there])
    level, common = logistic.fit(x, y, ridge=1.0, free=True)
    found: list[Model | None] = [None] * len(KINDS)
    for kind in there:
        x = standard(kind)
        given = level + x[:, :shared] @ common
        intercept, beside = logistic.fit(x, yes[:, kind], ridge=RIDGE, free=True, given=given)
        weights = beside + np.concatenate([common, np.zeros(x.shape[1] - shared)])
        found[kind] = Model(intercept=level + intercept, weights=weights, usual=float(yes[:, kind].mean()))
    return tuple(found)


def _product(x: NDArray[np.float64], adopted: NDArray[np.bool_]) -> Model | None:
    if not OUTCOMES_MIN <= adopted.sum() <= len(adopted) - OUTCOMES_MIN:
        return None
    yes = adopted.astype(np.float64)
    intercept, weights = logistic.fit(x, yes, ridge=RIDGE_PRODUCT, free=True)
    return Model(intercept=intercept, weights=weights, usual=float(yes.mean()))
