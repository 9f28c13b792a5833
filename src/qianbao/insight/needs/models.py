"""A need, a product, and what is kept of them. Chances are of a payment within `AHEAD_DAYS`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import msgspec

from qianbao.insight.purposes import Words
from qianbao.insight.records.categories import Category

AHEAD_DAYS: Final = 30
"""How far a need looks ahead, from the day after the batch's."""
PEOPLE_MIN: Final = 100
"""People with a past, at least, before anything is fitted on what came."""
OUTCOMES_MIN: Final = 30
"""People who paid, and who did not, at least, in all rounds together, before a kind or product is fitted."""


class Product(StrEnum):
    """A financial product that the network or its partners may offer."""

    FUND = "fund"
    CREDIT_PAY = "credit_pay"
    INSTALMENTS = "instalments"
    INSURANCE = "insurance"


KINDS: Final = tuple(category.value for category in Category)
PRODUCTS: Final = tuple(product.value for product in Product)


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """By which payments the use of a product is known: the merchant's code (ISO 18245), or the scene."""

    mccs: tuple[str, ...] = ()
    scenes: tuple[str, ...] = ()


TRACES: Final[Mapping[Product, Trace]] = {
    Product.FUND: Trace(mccs=("6211",), scenes=("fund",)),
    Product.CREDIT_PAY: Trace(mccs=("6012",), scenes=("credit_pay",)),
    Product.INSTALMENTS: Trace(scenes=("instalments",)),
    Product.INSURANCE: Trace(mccs=("5960", "6300", "6381", "6399"), scenes=("insurance",)),
}
"""Security brokers; repayments to a financial institution; sellers and underwriters of insurance. Instalments
have no code of their own: they are known where a room writes their scene."""


class Group(StrEnum):
    """What signs tell of, as a person is told it."""

    OFTEN = "often"
    LATELY = "lately"
    AMOUNT = "amount"
    ACTIVE = "active"
    """How much the person pays at all."""
    OTHERS = "others"
    """What else they pay for."""


GROUPS: Final = tuple(Group)


class State(StrEnum):
    """Whether there is a chance to tell."""

    SCORED = "scored"
    NOT_ENOUGH_USE = "not_enough_use"
    """Too few people have paid for it, or have not, to learn from."""
    IN_USE = "in_use"
    """The person has the product already: its need is met."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch keeps of one person. Kinds and products in their order; NaN where there is no model."""

    chance: list[float]
    effect: list[float]
    """A group of signs after the other, kind after kind: what it adds to ln odds beside the average."""
    purchases: list[int]
    """Of each kind in 365 days;"""
    recency: list[int]
    """days since the last; -1: none."""
    lately: int
    """Payments of the last 30 days, of all kinds."""
    propensity: list[float]
    used: list[bool]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch: as of which day, of how many people, and the mean chance of all, kinds then products."""

    made: int
    day: date
    people: int
    """Scored."""
    fitted: int
    """Of whom it was learnt; 0: of too few, as `refused` says."""
    refused: str
    usual: list[float]


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One kind or product of one person, as it is told."""

    name: str
    state: State
    chance: float | None = None
    usual: float | None = None
    because: tuple[Words, ...] = ()
    change: tuple[Words, ...] = ()
    """What would change it."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A person's needs as of a day: kinds, the likeliest first; and products."""

    batch: Batch
    kinds: tuple[Need, ...]
    products: tuple[Need, ...]
