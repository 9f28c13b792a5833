"""Payments unlike the person's own, by what is usual for this very person. Pure.

An amount is odd where it is at least three times the middle one of the payments before it, more than any of
them, and far out by their own spread (in logarithms, by the median of distances, so that one large payment
does not hide the next). Nothing is compared with anybody else, nor with what came later.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median, median_low
from typing import Final

from qianbao.insight.recurring.models import Odd, Oddity, Payment, Recurring

LATELY_DAYS: Final = 31
"""How far back odd payments are told."""
COMPARED_DAYS: Final = 366
TIMES_MIN: Final = 3.0
FAR: Final = 3.5
"""Spreads from the middle (Iglewicz and Hoaglin 1993)."""
SPREAD_MIN: Final = 0.15
MERCHANT_MIN: Final = 5
CATEGORY_MIN: Final = 12
HOURS_MIN: Final = 60
HOUR_SHARE_MAX: Final = 0.01
HOUR_WITHIN_MIN: Final = 120
RISE_MIN: Final = 0.15
"""A payment that comes again and costs this much more has risen."""
DAY_MINUTES: Final = 1_440


def odd(payments: Sequence[Payment], again: Sequence[Recurring], *, today: date) -> tuple[Odd, ...]:
    """The odd payments of the last month as of a day, newest first; each once, by its first reason."""
    ordered = sorted(
        (one for one in payments if one.spent > 0 and one.day <= today), key=lambda one: one.happened
    )
    since = today - timedelta(days=LATELY_DAYS)
    found: list[Odd] = []
    for at, one in enumerate(ordered):
        if one.day <= since:
            continue
        before = [past for past in ordered[:at] if past.day >= one.day - timedelta(days=COMPARED_DAYS)]
        reason = next(_reasons(one, before, again), None)
        if reason is not None:
            found.append(reason)
    return tuple(reversed(found))


def _reasons(one: Payment, before: Sequence[Payment], again: Sequence[Recurring]) -> Iterator[Odd]:
    there = [past for past in before if past.merchant == one.merchant]
    # Comes again, and comes dearer: its usual is the steady amount of the payments before.
    steady = next((known for known in again if known.merchant == one.merchant), None)
    if steady is not None and len(there) >= 2:
        yield from _rise(one, there)
    if len(there) >= MERCHANT_MIN:
        yield from _amount(one, there, Oddity.MERCHANT)
    else:
        alike = [past for past in before if past.category == one.category]
        if len(alike) >= CATEGORY_MIN:
            yield from _amount(one, alike, Oddity.CATEGORY)
    if len(before) >= HOURS_MIN:
        yield from _hour(one, before)


def _amount(one: Payment, before: Sequence[Payment], kind: Oddity) -> Iterator[Odd]:
    amounts = [past.spent for past in before]
    usual = median_low(amounts)
    if one.spent < TIMES_MIN * usual or one.spent <= max(amounts):
        return
    logs = [math.log(amount) for amount in amounts]
    middle = median(logs)
    spread = max(1.4826 * median(abs(log - middle) for log in logs), SPREAD_MIN)
    if (math.log(one.spent) - middle) / spread >= FAR:
        yield _told(one, before, kind, usual=usual, ratio=one.spent / usual)


def _rise(one: Payment, there: Sequence[Payment]) -> Iterator[Odd]:
    lately = [past.spent for past in there[-6:]]
    usual = median_low(lately)
    alike = max(lately) <= usual * 1.05 and min(lately) >= usual * 0.95
    if alike and usual * (1 + RISE_MIN) <= one.spent < TIMES_MIN * usual:
        yield _told(one, there[-6:], Oddity.RISE, usual=usual, ratio=one.spent / usual)


def _hour(one: Payment, before: Sequence[Payment]) -> Iterator[Odd]:
    usual = median_low([past.spent for past in before])
    if one.spent < usual:
        return
    near = sum(_apart(one.minute, past.minute) <= HOUR_WITHIN_MIN for past in before)
    if near <= HOUR_SHARE_MAX * len(before):
        yield _told(one, before, Oddity.HOUR, usual=usual, ratio=near / len(before))


def _apart(minute: int, other: int) -> int:
    apart = abs(minute - other)
    return min(apart, DAY_MINUTES - apart)


def _told(one: Payment, before: Sequence[Payment], kind: Oddity, *, usual: int, ratio: float) -> Odd:
    return Odd(
        trade=one.trade,
        happened=one.happened,
        day=one.day,
        merchant=one.merchant,
        category=one.category,
        spent=one.spent,
        kind=kind,
        usual=usual,
        ratio=round(ratio, 4),
        compared=len(before),
        since=before[0].day,
    )
