"""The picture, its parts, and the records behind a number. Amounts are minor units of `currency`."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from qianbao.ids import Id

CURRENCY: Final = "CNY"
MONTHS: Final = 13
"""Months in a picture: the one asked for, and a year before it."""
USUAL_MONTHS: Final = 6
"""Months before, at most, whose median is what is usual."""


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What was spent in a kind on a day: the grain from which a picture is drawn."""

    day: date
    category: str
    spent: int
    records: int


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """How a number comes about: by which rule, from how many records, and which they are."""

    rule: str
    """`sum`: of the records. `median`: of the months' sums. `marks`, `model`: what a batch made of them."""
    records: int
    since: date
    until: date
    """The days, both included."""
    category: str | None = None
    day_of_month_max: int | None = None
    """Of each month only the days up to this one."""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of spending in the month, beside what is usual for this person."""

    category: str
    spent: int
    records: int
    usual: int | None
    why: Why


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """One day with records."""

    day: date
    spent: int
    records: int
    why: Why


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """One month, with or without records."""

    month: date
    spent: int
    records: int
    why: Why


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """The median of the months before: of the whole months, and of the same part of them."""

    spent: int
    so_far: int
    """Up to the same day of the month; equal to `spent` where the month is over."""
    months: int
    why: Why
    so_far_why: Why


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """One month of a person."""

    month: date
    until: date
    """The last day that is in it: today, or the month's last."""
    over: bool
    """Whether the month is over."""
    currency: str
    spent: int
    records: int
    why: Why
    usual: Usual | None
    """None where no month lies before it."""
    categories: tuple[Part, ...]
    days: tuple[Day, ...]
    months: tuple[Month, ...]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One record, as its person sees it."""

    trade: Id
    happened: int
    """Nanoseconds."""
    day: date
    amount: int
    own: int
    refunded: int
    spent: int
    """What it cost the person: their own part, less what came back."""
    merchant: Id
    store: Id | None
    category: str
    scene: str
    brand: str
    city: str


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a page of records goes on: after this moment and trade."""

    happened: int
    trade: Id
