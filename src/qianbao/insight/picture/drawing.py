"""From what was spent by day and kind to a picture, pure."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median_low

from qianbao.insight.picture.models import (
    CURRENCY,
    MONTHS,
    USUAL_MONTHS,
    Day,
    Month,
    Part,
    Picture,
    Spent,
    Usual,
    Why,
)


def window(month: date) -> tuple[date, date]:
    """The first and last day of what a picture of `month` (its first day) is drawn from."""
    return before(month, MONTHS - 1), last_day(month)


def before(month: date, count: int) -> date:
    """The first day of the month so many months before."""
    year, number = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(year, number + 1, 1)


def last_day(month: date) -> date:
    """The last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def picture(spent: Sequence[Spent], *, month: date, today: date) -> Picture:
    """The picture of `month` (its first day) as of `today`."""
    end = last_day(month)
    over = today > end
    until = end if over else max(today, month)
    by_month = _by_month(spent)
    here = [one for one in by_month.get(month, ()) if one.day <= until]
    earlier = _earlier(by_month, month)
    return Picture(
        month=month,
        until=until,
        over=over,
        currency=CURRENCY,
        spent=_sum(here),
        records=_records(here),
        why=Why(rule="sum", records=_records(here), since=month, until=until),
        usual=_usual(earlier, month, end.day if over else until.day),
        categories=_parts(here, earlier, month, until),
        days=tuple(
            Day(
                day=day,
                spent=_sum(some),
                records=_records(some),
                why=Why(rule="sum", records=_records(some), since=day, until=day),
            )
            for day, some in _by_day(here).items()
        ),
        months=tuple(_months(by_month, month, until)),
    )


def _by_month(spent: Iterable[Spent]) -> dict[date, list[Spent]]:
    months: dict[date, list[Spent]] = {}
    for one in spent:
        months.setdefault(one.day.replace(day=1), []).append(one)
    return months


def _earlier(by_month: Mapping[date, list[Spent]], month: date) -> Mapping[date, list[Spent]]:
    """The months before, from the first with a record on, at most `USUAL_MONTHS`: one without is a zero."""
    past = [name for name in by_month if name < month]
    if not past:
        return {}
    found: dict[date, list[Spent]] = {}
    here = max(min(past), before(month, USUAL_MONTHS))
    while here < month:
        found[here] = by_month.get(here, [])
        here = before(here, -1)
    return found


def _usual(earlier: Mapping[date, list[Spent]], month: date, day_max: int) -> Usual | None:
    if not earlier:
        return None
    since, until = min(earlier), month - timedelta(days=1)
    whole = [one for some in earlier.values() for one in some]
    part = [one for one in whole if one.day.day <= day_max]
    by_month = {name: [one for one in part if one.day.replace(day=1) == name] for name in earlier}
    return Usual(
        spent=_middle(earlier),
        so_far=_middle(by_month),
        months=len(earlier),
        why=Why(rule="median", records=_records(whole), since=since, until=until),
        so_far_why=Why(
            rule="median", records=_records(part), since=since, until=until, day_of_month_max=day_max
        ),
    )


def _parts(
    here: Sequence[Spent], earlier: Mapping[date, list[Spent]], month: date, until: date
) -> tuple[Part, ...]:
    names = {one.category for one in here}
    parts: list[Part] = []
    for name in names:
        some = [one for one in here if one.category == name]
        past = {
            key: [one for one in rows if one.category == name and (one.day.day <= until.day)]
            for key, rows in earlier.items()
        }
        why = Why(rule="sum", records=_records(some), since=month, until=until, category=name)
        parts.append(
            Part(
                category=name,
                spent=_sum(some),
                records=_records(some),
                usual=_middle(past) if past else None,
                why=why,
            )
        )
    return tuple(sorted(parts, key=lambda part: (-part.spent, part.category)))


def _months(by_month: Mapping[date, list[Spent]], month: date, until: date) -> Iterable[Month]:
    for count in range(MONTHS - 1, -1, -1):
        name = before(month, count)
        end = min(last_day(name), until)
        some = [one for one in by_month.get(name, ()) if one.day <= end]
        why = Why(rule="sum", records=_records(some), since=name, until=end)
        yield Month(month=name, spent=_sum(some), records=_records(some), why=why)


def _by_day(some: Iterable[Spent]) -> dict[date, list[Spent]]:
    days: dict[date, list[Spent]] = {}
    for one in some:
        days.setdefault(one.day, []).append(one)
    return dict(sorted(days.items()))


def _middle(months: Mapping[date, Sequence[Spent]]) -> int:
    """The median of the months' sums; of an even number the lower of the middle two, a sum that was."""
    return median_low([_sum(some) for some in months.values()])


def _sum(some: Iterable[Spent]) -> int:
    return sum(one.spent for one in some)


def _records(some: Iterable[Spent]) -> int:
    return sum(one.records for one in some)
