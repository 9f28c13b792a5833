"""From bills to a picture of spending: the wallet's own, and what whole years add to it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

import msgspec

from qianbao.insight.bills.capacity import Expected, expected
from qianbao.insight.bills.models import Bill, Flow
from qianbao.insight.bills.recurring import Recurring, recurring
from qianbao.insight.picture import drawing
from qianbao.insight.picture.models import Picture as MonthInFull
from qianbao.insight.picture.models import Spent

MERCHANTS: Final = 15
GAP: Final = 3
"""So many months in a row without a bill: nothing was exported, rather than nothing spent."""


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """What went to one category or merchant, in minor units."""

    name: str
    spent: int
    records: int
    by_month: tuple[int, ...] = ()
    """In the order of the picture's months."""


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """One month: what was spent, and what came in."""

    month: date
    spent: int
    income: int
    records: int


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All the bills. Amounts are minor units of CNY."""

    since: date
    until: date
    spent: int
    """After refunds, with fees."""
    income: int
    moved: int
    """One's own money, from one place to another: no spending."""
    refunded: int
    """Already taken off `spent`."""
    returned: int
    """Came back for purchases that are not in these files: not taken off."""
    fees: int
    closed: int
    """Trades in which nothing was paid: how many."""
    months: tuple[Month, ...]
    categories: tuple[Named, ...]
    merchants: tuple[Named, ...]
    latest: MonthInFull
    """The last month, compared with oneself, as the wallet draws it."""
    next_month: Expected | None
    recurring: tuple[Recurring, ...]


def picture(bills: Sequence[Bill]) -> Picture | None:
    """The picture of these bills; None where there are none."""
    if not bills:
        return None
    since, until = min(bill.day for bill in bills), max(bill.day for bill in bills)
    months = _months(since, until)
    spending = [bill for bill in bills if bill.spent]
    by_month: dict[date, list[Bill]] = defaultdict(list)
    for bill in bills:
        by_month[bill.day.replace(day=1)].append(bill)
    told = tuple(_month(month, by_month[month]) for month in months)
    over = told if until == drawing.last_day(months[-1]) else told[:-1]
    return Picture(
        since=since,
        until=until,
        spent=sum(bill.spent for bill in spending),
        income=_sum(bills, Flow.INCOME),
        moved=_sum(bills, Flow.INTERNAL),
        refunded=sum(bill.refunded for bill in bills),
        returned=sum(bill.amount for bill in bills if bill.flow is Flow.REFUND and not bill.refund_of),
        fees=sum(bill.fee for bill in bills),
        closed=sum(bill.flow is Flow.CLOSED for bill in bills),
        months=told,
        categories=_named(spending, _category, months),
        merchants=_named(spending, lambda bill: bill.merchant, months)[:MERCHANTS],
        latest=drawing.picture(_grain(spending), month=months[-1], today=until),
        next_month=expected(_since_a_gap([one.spent for one in over])),
        recurring=recurring(spending),
    )


def _months(since: date, until: date) -> tuple[date, ...]:
    found = [since.replace(day=1)]
    while found[-1] < until.replace(day=1):
        found.append(drawing.before(found[-1], -1))
    return tuple(found)


def _month(month: date, bills: Sequence[Bill]) -> Month:
    return Month(
        month=month,
        spent=sum(bill.spent for bill in bills),
        income=_sum(bills, Flow.INCOME),
        records=sum(bool(bill.spent) for bill in bills),
    )


def _since_a_gap(months: Sequence[int]) -> Sequence[int]:
    """The months since the last long time without a bill: files of different years are no lean years."""
    for place in range(len(months) - GAP, -1, -1):
        if not any(months[place : place + GAP]):
            return months[place + GAP :]
    return months


def _sum(bills: Iterable[Bill], flow: Flow) -> int:
    return sum(bill.amount for bill in bills if bill.flow is flow)


def _category(bill: Bill) -> str:
    # A fee for moving one's own money is a service.
    return bill.category if bill.flow is Flow.SPENDING else "services"


def _named(bills: Sequence[Bill], name: Callable[[Bill], str], months: Sequence[date]) -> tuple[Named, ...]:
    some: dict[str, list[Bill]] = defaultdict(list)
    for bill in bills:
        some[name(bill)].append(bill)
    place = {month: number for number, month in enumerate(months)}
    found: list[Named] = []
    for one, those in some.items():
        by_month = [0] * len(months)
        for bill in those:
            by_month[place[bill.day.replace(day=1)]] += bill.spent
        found.append(Named(name=one, spent=sum(by_month), records=len(those), by_month=tuple(by_month)))
    return tuple(sorted(found, key=lambda named: (-named.spent, named.name)))


def _grain(bills: Sequence[Bill]) -> list[Spent]:
    sums: dict[tuple[date, str], list[int]] = defaultdict(list)
    for bill in bills:
        sums[bill.day, _category(bill)].append(bill.spent)
    return [
        Spent(day=day, category=category, spent=sum(some), records=len(some))
        for (day, category), some in sorted(sums.items())
    ]
