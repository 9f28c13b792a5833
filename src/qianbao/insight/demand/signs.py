"""What a model is told of a shop on a day (the origin) about a day to come.

All that is said of counts is in logarithms, apart from the shop's level: a model learns the shape of a week
or a holiday from all shops, large and small, and the level says how large each is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.demand.calendar import NAMES
from qianbao.insight.demand.panel import Past, Table, mean, median, spread

LAGS: Final = 21
WEEKS: Final = 5
SPANS: Final = (3, 7, 14, 28, 56)
LATELY_DAYS: Final = 70
SHORT_DAYS: Final = 4
"""A break of more days is long: people travel."""
BREAK_DAYS, BREAKS_WITHIN_DAYS = 7, 200
"""Of how many days of breaks like it is told, and how long ago they may be."""
GROUP_MIN: Final = 5
"""Shops of a group whose trend is told, at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """Of every shop on one day."""

    level: Table
    """The logarithm of an ordinary day."""
    _past: Past
    _day: int
    _shops: dict[str, Table]
    _weekday: dict[str, Table]
    """(shops, 7)."""
    _kind: dict[str, Table]
    """(shops, kinds of day)."""
    _holiday: dict[str, Table]
    """(shops, holidays and none)."""
    _break: dict[str, Table]
    """(shops, 2): breaks of a few days, and of a week."""

    def rows(self, shop: NDArray[np.int64], ahead: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
        """Of each pair of a shop and how many days ahead (1: the origin itself), the signs by name."""
        days, day = self._past.days, self._day + ahead - 1
        told: dict[str, NDArray[Any]] = {name: values[shop] for name, values in self._shops.items()}
        told["ahead"] = ahead
        told |= {name: column[day] for name, column in days.columns().items()}
        weeks = (ahead + 6) // 7
        for week in range(WEEKS):
            back = np.maximum(day - 7 * (weeks + week), 0)
            told[f"week_{week}"] = self._past.logs[shop, back] - self.level[shop]
            if week < 2:
                told[f"week_{week}.kind"] = days.kind[back]
        told |= {name: of[shop, days.weekday[day]] for name, of in self._weekday.items()}
        told |= {name: of[shop, days.kind[day]] for name, of in self._kind.items()}
        told |= {name: of[shop, days.holiday[day]] for name, of in self._holiday.items()}
        feast, long = days.kind[day] == 2, (days.run[day] > SHORT_DAYS).astype(np.int64)
        told |= {name: np.where(feast, of[shop, long], np.nan) for name, of in self._break.items()}
        for name, series in self._past.panel.ahead.items():
            told[name] = series[shop, day]
            told[f"{name}.beside"] = (
                series[shop, day] - mean(series[:, max(self._day - 14, 0) : self._day])[shop]
            )
        return told


def signs(past: Past, day: int) -> Signs:
    """Of every shop on the morning of a day, by its number: nothing of that day or later is read."""
    level = _level(past, day)
    apart, beside = past.apart[:, :day], past.logs[:, :day] - level[:, None]
    weekday, kind, holiday = past.days.weekday[:day], past.days.kind[:day], past.days.holiday[:day]
    ordinary = (kind < 2) & ~past.days.makeup[:day]
    number = np.arange(day)
    lately, recent = number >= day - LATELY_DAYS, (kind == 2) & (number >= day - 14)
    length = (past.days.run[:day] > SHORT_DAYS).astype(np.int64)
    past_breaks = (kind == 2) & (number >= day - BREAKS_WITHIN_DAYS)
    breaks = _by(apart, length, 2, past_breaks, last=BREAK_DAYS)
    empty = past.empty[:, :day].astype(np.float32)
    known = np.where(past.gap[:day] | (number < past.opened[:, None]), np.nan, empty)

    week = _by(apart, weekday, 7, ordinary, last=12)
    own = _own(past, day, level, _even(beside, week, weekday, ordinary))
    return Signs(
        level=level,
        _past=past,
        _day=day,
        _shops=own | _others(past, day, level, own["even_7"] - own["even_28"]),
        _weekday={
            "weekdays_5": _by(apart, weekday, 7, ordinary, last=5),
            "weekdays_12": week,
            "weekdays_empty": _by(known, weekday, 7, ordinary, last=6),
        },
        _kind={
            "kind_28": _by(beside, kind, 3, (kind < 2) & (number >= day - 28)),
            "kind_70": _by(beside, kind, 3, (kind < 2) & lately),
            "kind_empty": _by(known, kind, 3, (kind < 2) & lately),
        },
        _holiday={
            "holiday": _by(apart, holiday, len(NAMES) + 1, recent),
            "holiday_empty": _by(known, holiday, len(NAMES) + 1, recent),
        },
        _break={
            "break": breaks,
            "break_empty": _by(known, length, 2, past_breaks, last=BREAK_DAYS),
        }
        | {
            f"break.{name}": np.column_stack([_of_group(column, group) for column in breaks.T])
            for name, group in past.panel.groups.items()
        },
    )


def _own(past: Past, day: int, level: Table, even: Table) -> dict[str, Table]:
    """What a shop's own days say of it: lately, on holidays, without customers."""
    apart, feast = past.apart[:, :day], past.days.kind[:day] == 2
    beside = past.logs[:, max(day - LATELY_DAYS, 0) : day] - level[:, None]
    told: dict[str, Table] = {}
    for lag in range(1, LAGS + 1):
        told[f"lag_{lag}"] = beside[:, -lag] if lag <= beside.shape[1] else np.full_like(level, np.nan)
    told |= {f"mean_{span}": mean(beside[:, -span:]) for span in SPANS}
    told |= {f"even_{span}": mean(even[:, -span:]) for span in (4, 7, 14, 28)}
    told["spread_14"], told["spread_28"] = spread(beside[:, -14:]), spread(apart[:, -28:])
    told["holidays"] = mean(apart[:, feast])
    told["holidays_known"] = np.isfinite(apart[:, feast]).sum(axis=1).astype(np.float32)
    told["holidays_lately"] = mean(apart[:, feast & (np.arange(day) >= day - 45)])
    told["level"] = level
    told["age"] = np.clip(day - past.opened, 0, 400).astype(np.float32)
    empty = past.empty[:, :day].astype(np.float32)
    told |= {f"empty_{span}": empty[:, -span:].sum(axis=1) for span in (7, 28)}
    return told | {"away": _away(past.logs[:, :day])}


def _others(past: Past, day: int, level: Table, trend: Table) -> dict[str, Table]:
    """How all shops, and those of its kind and place, have moved; facts of the shop; other series."""
    everywhere = float(np.nanmedian(trend)) if np.isfinite(trend).any() else 0.0
    told = {"trend_all": np.full_like(level, everywhere)}
    for name, group in past.panel.groups.items():
        told[f"trend.{name}"] = _of_group(trend, group)
        told[name] = group.astype(np.float32)
    told |= dict(past.panel.facts)
    for name, series in past.panel.behind.items():
        other = np.log1p(series[:, :day])
        told |= {f"{name}_{span}": mean(other[:, -span:]) - level for span in (3, 7, 28)}
        told[f"{name}_trend"] = mean(other[:, -7:]) - mean(other[:, -28:])
    return told


def _level(past: Past, day: int) -> Table:
    logs = past.logs[:, :day]
    level = median(logs[:, -21:])
    for wider in (logs[:, -LATELY_DAYS:], logs):
        missing = ~np.isfinite(level)
        if missing.any():
            level[missing] = median(wider[missing])
    missing = ~np.isfinite(level)
    if missing.any():
        level[missing] = _unopened(past, day)
    return level


def _unopened(past: Past, day: int) -> float:
    # Of a shop to which nobody has come yet: the first weeks of those that opened lately, else of all.
    logs = past.logs[:, :day]
    for since in (day - 120, 0):
        some = np.flatnonzero((past.opened >= since) & (past.opened < day))
        if len(some):
            return float(
                np.median(median(np.stack([_first_weeks(logs[shop], past.opened[shop]) for shop in some])))
            )
    return 0.0


def _first_weeks(logs: Table, opened: int) -> Table:
    first = np.full(14, np.nan, np.float32)
    told = logs[opened : opened + 14]
    first[: len(told)] = told
    return first


def _by(
    values: Table, of: NDArray[np.int64], many: int, where: NDArray[np.bool_], *, last: int | None = None
) -> Table:
    """(shops, `many`): the mean over the days of each number, the `last` of them."""
    told = np.full((len(values), many), np.nan, np.float32)
    for number in range(many):
        days = np.flatnonzero(where & (of == number))
        if len(days):
            told[:, number] = mean(values[:, days if last is None else days[-last:]])
    return told


def _even(beside: Table, week: Table, weekday: NDArray[np.int64], ordinary: NDArray[np.bool_]) -> Table:
    # Days with the week's own rhythm taken off: a level that does not depend on which days it saw.
    common = np.array([np.nanmedian(column) if np.isfinite(column).any() else 0.0 for column in week.T])
    own = np.where(np.isfinite(week), week, common)
    return np.where(ordinary, beside - own[:, weekday], np.nan).astype(np.float32)


def _away(logs: Table) -> Table:
    # Days since the last customer.
    came = np.isfinite(logs[:, ::-1])
    return np.where(came.any(axis=1), np.minimum(came.argmax(axis=1), 60), 60).astype(np.float32)


def _of_group(values: Table, group: NDArray[np.int64]) -> Table:
    told = np.full_like(values, np.nan)
    known = np.isfinite(values)
    for number in np.unique(group[group >= 0]):
        of = group == number
        if (of & known).sum() > GROUP_MIN:
            told[of] = np.median(values[of & known])
    return told
