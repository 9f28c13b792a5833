"""A store's demand, and the card of the model that forecasts it."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from qianbao.ids import Id

DAYS: Final = 14
"""Days that are forecast."""
LATELY_DAYS: Final = 28
"""Days whose counts stand beside the forecast."""
HOURS_DAYS: Final = 56
"""Days of which the hours are counted: whole weeks."""
AGAIN_DAYS: Final = 90
"""Within which somebody comes again, or does not."""
AGAIN_MIN: Final = 20
"""Customers, at least, before the share of those who come again is told."""
LEVEL: Final = 0.9
"""The share of days that is to lie from low to high."""


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """A day to come: the mean, and the quantiles of 5, 50 and 95 %."""

    day: date
    expected: float
    low: int
    middle: int
    high: int


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A day that is over."""

    day: date
    customers: int


class Demand(msgspec.Struct, frozen=True, kw_only=True):
    """One store's. Customers are payments that were not given back whole; nobody is named."""

    store: Id
    merchant: Id
    """The store itself, where a merchant is paid without one."""
    days: tuple[Expected, ...]
    lately: tuple[Counted, ...]
    hours: tuple[tuple[int, ...], ...]
    """Monday to Sunday, 24 hours each: customers of the last `HOURS_DAYS` days."""
    again: int | None
    """Of 100 customers of the last `AGAIN_DAYS` days, those who came on two or more; None: too few came."""


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """A number of the card, and what the same weekday would have had."""

    metric: str
    value: float
    weekday: float | None = None


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What the model was fitted on, what it is worth, and where it ends. Made by the batch that fits it."""

    name: str
    about: str
    purpose: str
    data: str
    split: str
    stores: int
    days: int
    examples: int
    measures: tuple[Measure, ...]
    limits: tuple[str, ...]


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One batch: when, from which day on, and the model's card."""

    made: int
    first: date
    card: Card


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch found."""

    demands: tuple[Demand, ...]
    card: Card
