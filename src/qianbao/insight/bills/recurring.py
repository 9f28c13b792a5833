"""Payments that come again: the same merchant, about the same amount, after about the same time. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

import msgspec

from qianbao.insight.bills.models import Bill, Flow

TIMES_MIN: Final = 3
PERIODS: Final = ((7, 1), (14, 2), (30, 3), (91, 7), (365, 10))
"""Days, and how far off a payment may come."""
STEADY: Final = 0.75
"""The share of gaps that must keep to the period."""
AMOUNT_APART: Final = 0.3
"""Amounts that differ by more than this part of the middle one are other payments."""


class Recurring(msgspec.Struct, frozen=True, kw_only=True):
    """One payment that comes again. Amounts in minor units."""

    merchant: str
    category: str
    times: int
    period_days: int
    amount: int
    """The middle one."""
    last: date
    next: date
    a_year: int
    """What it comes to in a year."""


def recurring(bills: Iterable[Bill]) -> tuple[Recurring, ...]:
    """What comes again, the dearest first."""
    by_merchant: dict[str, list[Bill]] = defaultdict(list)
    for bill in bills:
        if bill.flow is Flow.SPENDING and bill.spent > 0 and bill.merchant and bill.category != "people":
            by_merchant[bill.merchant].append(bill)
    found = [one for some in by_merchant.values() for one in _of_merchant(some)]
    return tuple(sorted(found, key=lambda one: (-one.a_year, one.merchant)))


def _of_merchant(bills: Sequence[Bill]) -> Iterable[Recurring]:
    for some in _alike(sorted(bills, key=lambda bill: bill.spent)):
        days = sorted({bill.day for bill in some})
        if len(days) < TIMES_MIN:
            continue
        gaps = [(later - earlier).days for earlier, later in pairwise(days)]
        middle = median(gaps)
        for period, off in PERIODS:
            kept = sum(abs(gap - period) <= off for gap in gaps)
            if abs(middle - period) <= off and kept >= STEADY * len(gaps):
                amount = round(median(bill.spent for bill in some))
                yield Recurring(
                    merchant=some[0].merchant,
                    category=some[-1].category,
                    times=len(days),
                    period_days=period,
                    amount=amount,
                    last=days[-1],
                    next=days[-1] + timedelta(days=round(middle)),
                    a_year=amount * 365 // period,
                )


def _alike(bills: Sequence[Bill]) -> Iterable[list[Bill]]:
    """Bills ordered by amount, cut where the next is far from the first of its like."""
    group: list[Bill] = []
    for bill in bills:
        if group and bill.spent > group[0].spent * (1 + AMOUNT_APART):
            yield group
            group = []
        group.append(bill)
    if group:
        yield group
