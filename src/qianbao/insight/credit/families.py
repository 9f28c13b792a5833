"""Which columns are made of others: repeated months, amounts beside their measure, late payments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final

import numpy as np

from qianbao.insight.credit.derived import Derived
from qianbao.insight.models.arrays import Floats

LEAST: Final = 3
"""Months, at least, that make a family."""
PAIRED_MAX: Final = 10
"""Single columns, at most, of which each is set beside each other one."""

_NUMBERED: Final = re.compile(r"(?P<stem>.*[^\d_\- .])[_\- .]?(?P<place>\d{1,3})")
_LATE: Final = re.compile(r"late\b|late$|past.?due|overdue|delinq|dpd|arrear|missed|逾期", re.IGNORECASE)
_RATE: Final = re.compile(r"ratio|rate|percent|pct|share|util", re.IGNORECASE)

_MONTH: Final = re.compile(r"month|月", re.IGNORECASE)
_DAY: Final = re.compile(r"day|日", re.IGNORECASE)

_OF_MONTHS: Final = (
    "mean", "largest", "smallest", "spread", "slope", "above", "at_zero", "below", "height", "departed",
)  # fmt: skip


def planned(given: Mapping[str, Floats], coded: Collection[str] = ()) -> tuple[Derived, ...]:
    """The columns to be made of these; those in `coded` are names more than they are measures."""
    numbers = {name: values for name, values in given.items() if name not in coded}
    families = _families(numbers)
    within = {name for family in families.values() for name in family}
    single = [name for name in numbers if name not in within]
    amounts = {stem: family for stem, family in families.items() if _is_amount(numbers, family)}
    made = [
        *(one for stem, family in families.items() for one in _months(stem, family)),
        *_measured(numbers, amounts, single),
        *_late(numbers),
        *_pairs(numbers, single),
        *_dates(given),
    ]
    return tuple({one.name: one for one in made if one.name not in given}.values())


def _families(numbers: Mapping[str, Floats]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for name in numbers:
        if numbered := _NUMBERED.fullmatch(name):
            found.setdefault(numbered["stem"], []).append((int(numbered["place"]), name))
    return {
        stem: tuple(name for _, name in sorted(members))
        for stem, members in found.items()
        if len(members) >= LEAST
    }


def _months(stem: str, family: tuple[str, ...]) -> Iterator[Derived]:
    for rule in _OF_MONTHS:
        yield Derived(name=f"{stem} {rule}", rule=rule, of=family)


def _measured(
    numbers: Mapping[str, Floats], amounts: Mapping[str, tuple[str, ...]], single: Sequence[str]
) -> Iterator[Derived]:
    units = [name for name in single if _is_amount(numbers, (name,))][:2]
    for stem, family in amounts.items():
        for unit in units:
            for rule in ("mean_to", "slope_to", "spread_to", "largest_to", "sum_to"):
                yield Derived(name=f"{stem} {rule} {unit}", rule=rule, of=(*family, unit))
            for name in family:
                yield Derived(name=f"{name} / {unit}", rule="ratio", of=(name, unit))
    for left, right in combinations(amounts, 2):
        paid, owed = amounts[right], amounts[left]
        if len(paid) != len(owed):
            continue
        yield Derived(name=f"{right} covered {left}", rule="covered", of=(*paid, *owed), parts=len(paid))
        for shift in (0, 1):
            for a, b in zip(paid, owed[shift:], strict=False):
                yield Derived(name=f"{a} / {b}", rule="ratio", of=(a, b))
                if shift and units:
                    yield Derived(name=f"{b} - {a}", rule="left_over_to", of=(a, b, units[0]))


def _late(numbers: Mapping[str, Floats]) -> Iterator[Derived]:
    late = tuple(name for name in numbers if _LATE.search(name))
    if len(late) >= 2:
        for rule in ("sum", "largest", "above"):
            yield Derived(name=f"late {rule}", rule=rule, of=late)


def _pairs(numbers: Mapping[str, Floats], single: Sequence[str]) -> Iterator[Derived]:
    wide = [name for name in single if _is_wide(numbers[name])]
    if not 2 <= len(wide) <= PAIRED_MAX:
        return
    for one, other in combinations(wide, 2):
        if _RATE.search(one) or _RATE.search(other):
            yield Derived(name=f"{one} x {other}", rule="product", of=(one, other))
        elif _is_amount(numbers, (one,)):
            yield Derived(name=f"{one} / {other}", rule="ratio", of=(one, other))
        elif _is_amount(numbers, (other,)):
            yield Derived(name=f"{other} / {one}", rule="ratio", of=(other, one))


def _dates(numbers: Mapping[str, Floats]) -> Iterator[Derived]:
    months = [name for name in numbers if _MONTH.search(name) and _within(numbers[name], 1, 12)]
    days = [name for name in numbers if _DAY.search(name) and _within(numbers[name], 1, 31)]
    if len(months) == len(days) == 1:
        yield Derived(name=f"{months[0]} and {days[0]}", rule="date", of=(months[0], days[0]))


def _within(values: Floats, low: float, high: float) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 0 and float(known.min()) >= low and float(known.max()) <= high


def _is_wide(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return len(np.unique(known)) > 10


def _is_amount(numbers: Mapping[str, Floats], family: Sequence[str]) -> bool:
    # Money, not counts or codes: large, and hardly ever the same.
    values = np.concatenate([numbers[name] for name in family])
    known = values[~np.isnan(values)]
    return len(known) > 0 and float(np.quantile(np.abs(known), 0.9)) >= 500 and len(np.unique(known)) > 50
