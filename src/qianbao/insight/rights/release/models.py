"""A release, its cells, and why there is none."""

from __future__ import annotations

from datetime import date

import msgspec

from qianbao.errors import Conflict, Invalid, Refused


class DayNotOver(Invalid):
    """A day is released when it is over."""

    code = "release_day_not_over"


class DayReleased(Conflict):
    """This day has been released. A second release would tell more than was stated."""

    code = "release_day_released"


class BudgetSpent(Refused):
    """What may be told of one person in this year has been told: nothing more is released."""

    code = "release_budget_spent"


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A city and kind on a day, noise and all: how many people, what they spent (minor units)."""

    day: date
    city: str
    category: str
    people: int
    spent: int


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """One day's release. `made` in nanoseconds."""

    day: date
    made: int
    rho: float
    people_sd: float
    spent_sd: float
    people_min: int
    withheld: int


class Year(msgspec.Struct, frozen=True, kw_only=True):
    """What was told of one person in a year, at most, and what may be."""

    year: int
    rho: float
    epsilon: float
    """At `delta`."""
    epsilon_max: float
    delta: float
