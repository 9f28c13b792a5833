"""What is known of a day beforehand: its weekday, and the public holidays of mainland China around it.

Holidays and the weekends that are worked for them come from `chinesecalendar`, which has what the State
Council has published. A day in a year that it has not has its weekday and no holiday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import chinese_calendar
import numpy as np
from numpy.typing import NDArray

NEAR_DAYS: Final = 15
"""How far a holiday casts its shadow, either way."""
NAMES: Final[tuple[str, ...]] = tuple(one.value for one in chinese_calendar.Holiday)
"""Holidays in the order of their numbers; number 0 is none."""

_chinese: Any = chinese_calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Days in a row, one number a day in each column."""

    first: date
    weekday: NDArray[np.int64]
    holiday: NDArray[np.int64]
    """Its number in `NAMES`, from 1; 0 on other days."""
    kind: NDArray[np.int64]
    """0 worked, 1 weekend, 2 public holiday."""
    makeup: NDArray[np.bool_]
    """A Saturday or Sunday that is worked for a holiday."""
    passed: NDArray[np.int64]
    """Days of this run of free days up to and with this one; 0 on days that are worked."""
    left: NDArray[np.int64]
    """Days of the run from this one on, with it; 0 on days that are worked."""
    until: NDArray[np.int64]
    """Days to the next public holiday, `NEAR_DAYS` at most."""
    since: NDArray[np.int64]
    """Days from the last one."""

    @property
    def run(self) -> NDArray[np.int64]:
        """How many days are free in a row around a day; 0 on days that are worked."""
        return np.maximum(self.passed + self.left - 1, 0)

    def columns(self) -> dict[str, NDArray[Any]]:
        """By name, as a model reads them."""
        return {
            "weekday": self.weekday,
            "holiday": self.holiday,
            "kind": self.kind,
            "makeup": self.makeup,
            "passed": self.passed,
            "left": self.left,
            "run": self.run,
            "until": self.until,
            "since": self.since,
        }


def calendar(first: date, days: int, *, holidays: bool = True) -> Calendar:
    """The `days` from `first` on; without `holidays`, as if there were none."""
    start = first - timedelta(days=NEAR_DAYS)
    every = [start + timedelta(days=number) for number in range(days + 2 * NEAR_DAYS)]
    told = [_told(day) if holidays else (day.weekday() >= 5, 0) for day in every]
    free = np.array([off for off, _ in told])
    holiday = _whole(free, [number for _, number in told])
    weekday = np.array([day.weekday() for day in every])
    feast = holiday > 0
    inner = slice(NEAR_DAYS, NEAR_DAYS + days)
    passed = _run(free)
    left = _run(free[::-1])[::-1]
    until = _away(feast[::-1])[::-1]
    return Calendar(
        first=first,
        weekday=weekday[inner],
        holiday=holiday[inner],
        kind=np.where(feast, 2, np.where(free, 1, 0))[inner],
        makeup=((weekday >= 5) & ~free)[inner],
        passed=passed[inner],
        left=left[inner],
        until=until[inner],
        since=_away(feast)[inner],
    )


def _told(day: date) -> tuple[bool, int]:
    try:
        free, name = _chinese.get_holiday_detail(day)
    except NotImplementedError:  # a year that is not published
        return day.weekday() >= 5, 0
    return bool(free), NAMES.index(name) + 1 if free and name in NAMES else 0


def _whole(free: NDArray[np.bool_], named: list[int]) -> NDArray[np.int64]:
    # A weekend that a break takes in belongs to it: what is free together bears one name.
    holiday = np.array(named)
    for days in (range(1, len(free)), range(len(free) - 2, -1, -1)):
        for day in days:
            beside = day - 1 if days.step > 0 else day + 1
            if free[day] and not holiday[day]:
                holiday[day] = holiday[beside]
    return holiday


def _run(free: NDArray[np.bool_]) -> NDArray[np.int64]:
    length = np.zeros(len(free), np.int64)
    for day in range(len(free)):
        length[day] = (length[day - 1] + 1 if day else 1) if free[day] else 0
    return length


def _away(feast: NDArray[np.bool_]) -> NDArray[np.int64]:
    # Days since the last one before this day.
    away = np.full(len(feast), NEAR_DAYS)
    for day in range(1, len(feast)):
        away[day] = 1 if feast[day - 1] else min(away[day - 1] + 1, NEAR_DAYS)
    return away
