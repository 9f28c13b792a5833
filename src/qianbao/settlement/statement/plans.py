"""How a statement is drawn up, pure: the movements of a period, and the balance before it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from qianbao.clock import business_date
from qianbao.ids import Id
from qianbao.settlement.days import Period
from qianbao.settlement.movements import Kind, Movement
from qianbao.settlement.statement.models import DayLine, Line, Statement
from qianbao.settlement.takings.plans import slips


def line(moved: Iterable[Movement], *, opening: int) -> Line:
    """The movements, summed up. What goes out is counted above zero."""
    known = list(moved)
    sums = dict.fromkeys(Kind, 0)
    for one in known:
        sums[one.kind] += one.amount
    counted = slips(known)
    return Line(
        opening=opening,
        payments=sums[Kind.PAYMENT],
        payments_count=sum(one.paid > 0 for one in counted),
        subsidies=sums[Kind.SUBSIDY],
        refunds=-sums[Kind.REFUND],
        refunds_count=sum(one.returned > 0 for one in counted),
        reversals=-sums[Kind.REVERSAL],
        fees=-sums[Kind.FEE] - sums[Kind.FEE_RETURNED],
        withdrawals=-sums[Kind.WITHDRAWAL],
        other=sums[Kind.OTHER],
    )


def statement(
    moved: Iterable[Movement], *, merchant: Id, period: Period, opening: int, now: int, currency: str = "CNY"
) -> Statement:
    """A merchant's statement: a line a day, each beginning where the one before ended."""
    by_day: dict[date, list[Movement]] = {day: [] for day in period.days}
    for one in moved:
        by_day[business_date(one.at)].append(one)
    days: list[DayLine] = []
    balance = opening
    for day, of_day in by_day.items():
        told = line(of_day, opening=balance)
        days.append(DayLine(day=day, line=told))
        balance = told.closing
    whole = line([one for of_day in by_day.values() for one in of_day], opening=opening)
    assert whole.closing == balance
    return Statement(
        merchant=merchant,
        period=period,
        currency=currency,
        made=min(now, period.until),
        days=tuple(days),
        total=replace(whole, opening=opening),
    )
