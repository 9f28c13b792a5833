"""Payments that come again: the same merchant, after the same time, more often than by chance. Pure.

Somebody who pays a merchant at random has gaps of any length; how likely it is that so many of them keep to a
period by chance is said by the binomial tail of exponential gaps with the same mean. Amounts that hardly
differ, or not at all, make chance less likely still. What is likelier by chance than one in two thousand is
not told.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from statistics import median, median_low
from typing import Final

from qianbao.ids import Id
from qianbao.insight.recurring.models import Payment, Period, Recurring

CHANCE_MAX: Final = 0.0005
STEADY: Final = 0.05
"""Amounts that differ by no more than this part of the middle one are the same."""
STEADY_BY_CHANCE: Final = 0.1
"""How likely two payments at one merchant are that much alike without being the same thing."""
SAME_BY_CHANCE: Final = 0.02
"""How likely they are the same to the fen."""
KEPT_MIN: Final = 0.7
"""The share of gaps that keeps to the period, at least."""
LATELY: Final = 6
TRADES_MAX: Final = 12
MISSED: Final = 1.5
"""Periods without it after which it has ended."""

_DAYS: Final[Mapping[Period, tuple[float, int]]] = {
    Period.WEEK: (7.0, 1),
    Period.FORTNIGHT: (14.0, 2),
    Period.MONTH: (30.44, 4),
    Period.QUARTER: (91.3, 8),
    Period.YEAR: (365.25, 8),
}
"""Days, and how far off a payment may come and still keep to it."""
_TIMES_MIN: Final = {Period.WEEK: 4, Period.FORTNIGHT: 4, Period.MONTH: 3, Period.QUARTER: 3, Period.YEAR: 2}
"""Where the amount is the same each time; else one more."""
_MONTHS: Final = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


def recurring(payments: Sequence[Payment], *, today: date) -> tuple[Recurring, ...]:
    """What comes again as of a day and has not ended, the dearest in a year first."""
    by_merchant: dict[Id, list[Payment]] = {}
    for one in payments:
        if one.spent > 0 and one.day <= today:
            by_merchant.setdefault(one.merchant, []).append(one)
    found = [one for some in by_merchant.values() for one in _of_merchant(some)]
    running = [one for one in found if (today - one.last).days <= MISSED * _DAYS[one.period][0]]
    return tuple(sorted(running, key=lambda one: (-one.a_year, one.merchant)))


def _of_merchant(payments: Sequence[Payment]) -> Iterator[Recurring]:
    """One amount that comes again beside others; else all payments together, as a bill that differs."""
    left: list[Payment] = []
    any_alike = False
    groups = list(_alike(payments))
    for some in groups:
        if (one := _recurring(some, steady=True, looked=len(groups))) is not None:
            any_alike = True
            yield one
        else:
            left += some
    if len(left) >= 2 and not any_alike and (one := _recurring(left, steady=False, looked=1)) is not None:
        yield one


def _alike(payments: Sequence[Payment]) -> Iterator[list[Payment]]:
    """Payments by amount, cut where the next differs from the middle of its like."""
    group: list[Payment] = []
    for one in sorted(payments, key=lambda payment: payment.spent):
        if group and one.spent > (1 + STEADY) * group[len(group) // 2].spent:
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _recurring(payments: Sequence[Payment], *, steady: bool, looked: int) -> Recurring | None:
    """`looked`: at how many groups of this merchant; who looks often finds something by chance."""
    days = _by_day(payments)
    same = steady and len({amount for _, amount in days}) == 1
    alike = SAME_BY_CHANCE if same else STEADY_BY_CHANCE if steady else 1.0
    for period, (length, off) in _DAYS.items():
        if len(days) < _TIMES_MIN[period] + (not same):
            continue
        gaps = [(later - earlier).days for (earlier, _), (later, _) in pairwise(days)]
        kept = [gap for gap in gaps if abs(gap - length) <= off]
        if len(kept) < KEPT_MIN * len(gaps) or not kept:
            continue
        chance = _by_chance(gaps, len(kept), length, off) * alike ** len(gaps)
        if chance * looked <= CHANCE_MAX:
            return _told(payments, days, period, kept)
    return None


def _by_day(payments: Iterable[Payment]) -> list[tuple[date, int]]:
    ordered = sorted(payments, key=lambda one: one.happened)
    return [(day, sum(one.spent for one in some)) for day, some in groupby(ordered, key=lambda one: one.day)]


def _by_chance(gaps: Sequence[int], kept: int, length: float, off: int) -> float:
    """How likely so many gaps keep to the period where somebody pays at random."""
    mean = max(sum(gaps) / len(gaps), 1.0)
    once = math.exp(-(length - off - 0.5) / mean) - math.exp(-(length + off + 0.5) / mean)
    n = len(gaps)
    return sum(math.comb(n, k) * once**k * (1 - once) ** (n - k) for k in range(kept, n + 1))


def _told(
    payments: Sequence[Payment], days: Sequence[tuple[date, int]], period: Period, kept: Sequence[int]
) -> Recurring:
    lately = [amount for _, amount in days[-LATELY:]]
    amount, last = median_low(lately), days[-1][0]
    expected = _after(last, period, [day for day, _ in days])
    length = _DAYS[period][0]
    apart = sorted(abs(gap - length) for gap in kept)
    # Nine of ten came within this of their time; with few seen, somewhat more is left open.
    within = max(1, math.ceil(apart[min(len(apart) - 1, int(0.9 * len(apart)))] + 2 / len(apart)))
    newest = max(payments, key=lambda one: one.happened)
    return Recurring(
        merchant=newest.merchant,
        category=newest.category,
        period=period,
        times=len(days),
        since=days[0][0],
        last=last,
        next=expected,
        earliest=expected - timedelta(days=within),
        latest=expected + timedelta(days=within),
        amount=amount,
        low=min(lately),
        high=max(lately),
        a_year=round(amount * 365.25 / length),
        trades=tuple(one.trade for one in sorted(payments, key=lambda one: -one.happened)[:TRADES_MAX]),
    )


def _after(last: date, period: Period, days: Sequence[date]) -> date:
    """The next time: so many days later, or the usual day of a month that comes."""
    if period not in _MONTHS:
        return last + timedelta(days=round(_DAYS[period][0]))
    usual = round(median(_unwrapped(day, last) for day in days[-LATELY:]))
    number = last.year * 12 + last.month - 1 + _MONTHS[period]
    begin = date(number // 12, number % 12 + 1, 1)
    if usual > 0:
        usual = min(usual, calendar.monthrange(begin.year, begin.month)[1])
    return begin + timedelta(days=usual - 1)


def _unwrapped(day: date, last: date) -> int:
    """The day of the month; the end of one month is before the first of the next, where `last` is early."""
    length = calendar.monthrange(day.year, day.month)[1]
    if day.day - last.day > length // 2:
        return day.day - length
    if last.day - day.day > length // 2:
        return day.day + length
    return day.day
