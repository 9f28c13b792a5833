"""Payments that come again, and payments unlike the person's own. Amounts are minor units."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from qianbao.ids import Id


class Period(StrEnum):
    """How often it comes."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Oddity(StrEnum):
    """In what a payment is unlike the person's own."""

    MERCHANT = "merchant"
    """Much more than usual at this merchant."""
    CATEGORY = "category"
    """Much more than usual for this kind of thing."""
    HOUR = "hour"
    """At an hour at which this person hardly ever pays, and not a small one."""
    RISE = "rise"
    """Comes again, and has become dearer."""


class Payment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One payment of the person, as it stands today."""

    trade: Id
    happened: int
    """Nanoseconds."""
    day: date
    minute: int
    """Of the business day."""
    spent: int
    """What it cost the person; refunds are taken off."""
    merchant: Id
    category: str


class Recurring(msgspec.Struct, frozen=True, kw_only=True):
    """One payment that comes again."""

    merchant: Id
    category: str
    period: Period
    times: int
    """How often it came."""
    since: date
    last: date
    next: date
    """When it is expected; between `earliest` and `latest`."""
    earliest: date
    latest: date
    amount: int
    """The middle one of the last six."""
    low: int
    high: int
    """Of the last six."""
    a_year: int
    """What it comes to in a year."""
    trades: tuple[Id, ...]
    """The last of them, newest first."""


class Odd(msgspec.Struct, frozen=True, kw_only=True):
    """One payment unlike the person's own, with what it is unlike."""

    trade: Id
    happened: int
    day: date
    merchant: Id
    category: str
    spent: int
    kind: Oddity
    usual: int
    """What is usual: the middle one of `compared` payments before."""
    ratio: float
    """How many times the usual; of an hour, the share of payments within two hours of it."""
    compared: int
    since: date
    """The first one that it is compared with."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch found in one person's records."""

    recurring: tuple[Recurring, ...]
    odd: tuple[Odd, ...]
    records: int
    until: date
    """The day as of which it was looked for."""
