"""Business days: from midnight to midnight of UTC+8, all year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from qianbao.clock import BUSINESS_ZONE, SECOND, business_date, nanoseconds
from qianbao.settlement.errors import PeriodMalformed

DAYS_MAX: Final = 366
"""The longest period."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Whole business days, both included. `since` and `until` (not included) in nanoseconds."""

    first: date
    last: date

    @property
    def since(self) -> int:
        """Where it begins."""
        return begins(self.first)

    @property
    def until(self) -> int:
        """Where it is over."""
        return begins(self.last + timedelta(days=1))

    @property
    def days(self) -> tuple[date, ...]:
        """Its days, in order."""
        return tuple(self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1))


def begins(day: date) -> int:
    """The moment (nanoseconds) at which a business day begins."""
    return nanoseconds(datetime(day.year, day.month, day.day, tzinfo=BUSINESS_ZONE).astimezone(UTC))


def hour_of(at: int) -> int:
    """The hour of the business day, 0 to 23."""
    return (at - begins(business_date(at))) // (3600 * SECOND)


def period(first: date | None, last: date | None, *, now: int) -> Period:
    """The period asked for; without days: today. Raises `PeriodMalformed`."""
    today = business_date(now)
    last = last or first or today
    first = first or last
    if not first <= last <= today or (last - first).days >= DAYS_MAX or first.year < 2000:
        raise PeriodMalformed(field="from", expected=f"1 to {DAYS_MAX} days, none later than {today}")
    return Period(first=first, last=last)
