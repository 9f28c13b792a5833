"""Which columns of a table are inputs, and as what: numbers, categories, or neither, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from qianbao.insight.credit.derived import Derived
from qianbao.insight.credit.errors import NothingToLearnFrom
from qianbao.insight.credit.families import planned
from qianbao.insight.credit.table import Column, Table, Texts, numbers, texts
from qianbao.insight.models.arrays import Floats

NUMERIC_SHARE: Final = 0.95
"""Text is taken as numbers where this share of what is given reads as such."""
LEVELS_MAX: Final = 0.5
"""Text with more different values than this share of people names them, and tells nothing of others."""
ROWS_MIN: Final = 50
"""Of fewer people, that whole numbers are all different says little."""
DENSE: Final = 0.3
"""Whole numbers, all different, that fill this share of their range, count the rows."""
CODED: Final = re.compile(
    r"code|(^|[_\W])(id|zip|postal|area|region|branch|shop|store|district|city|province|type|group|month|day|week)([_\W]|$)",
    re.IGNORECASE,
)
"""Names of numbers that are names: they are categories too."""
_ID: Final = re.compile(
    r"(^|[_\W])(id|uuid|guid|index|row|rownum|serial|unnamed.*)([_\W]|$)|^id$|_?id$", re.IGNORECASE
)


class Kind(StrEnum):
    """As what a column is read."""

    NUMBER = "number"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What was found in the table that a model is fitted on; other tables are read the same way."""

    kinds: Mapping[str, Kind]
    coded: tuple[str, ...]
    """Numbers that are read as categories besides."""
    derived: tuple[Derived, ...]
    left_out: Mapping[str, str]
    """Why a column is no input."""

    def read(self, table: Table) -> People:
        """The inputs of these people; a column that the table has not is not known of anybody."""
        given: dict[str, Floats] = {}
        named: dict[str, Texts] = {}
        for name, kind in self.kinds.items():
            column = table.columns.get(name)
            if kind is Kind.NUMBER:
                given[name] = np.full(table.rows, np.nan) if column is None else numbers(column)
            else:
                named[name] = _unknown(table.rows) if column is None else texts(column)
        for name in self.coded:
            column = table.columns.get(name)
            named[f"{name} as a code"] = _unknown(table.rows) if column is None else texts(column)
        made = {one.name: one.make(given) for one in self.derived}
        for one in self.derived:
            if one.rule == "date":  # of what happens on a day, some is of that day alone
                named[f"{one.name} as a code"] = texts(made[one.name])
        return People(numbers={**given, **made}, categories=named, rows=table.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Inputs as a model takes them."""

    numbers: Mapping[str, Floats]
    categories: Mapping[str, Texts]
    rows: int

    def at(self, rows: np.ndarray) -> People:
        """Some of them, by place."""
        return People(
            numbers={name: values[rows] for name, values in self.numbers.items()},
            categories={name: values[rows] for name, values in self.categories.items()},
            rows=len(rows),
        )


def found(table: Table) -> Inputs:
    """The inputs of a table (without its outcome). Raises `NothingToLearnFrom`."""
    kinds: dict[str, Kind] = {}
    left_out: dict[str, str] = {}
    for name, column in table.columns.items():
        kind, why = _kind(name, column)
        if kind is None:
            left_out[name] = why
        else:
            kinds[name] = kind
    if not kinds:
        raise NothingToLearnFrom(
            "All columns are constant, empty, or name the rows.", expected="columns that tell people apart"
        )
    given = {name: numbers(table.columns[name]) for name, kind in kinds.items() if kind is Kind.NUMBER}
    coded = tuple(name for name, values in given.items() if CODED.search(name) and _codes(values))
    return Inputs(kinds=kinds, coded=coded, derived=planned(given, coded), left_out=left_out)


def _kind(name: str, column: Column) -> tuple[Kind | None, str]:
    values = texts(column)
    given = [value for value in values if value is not None]
    different = len(set(given))
    if not given:
        return None, "empty"
    if different == 1 and len(given) == len(values):
        return None, "constant"
    read = numbers(column)
    known = read[~np.isnan(read)]
    if column.dtype.kind == "f" or len(known) >= NUMERIC_SHARE * len(given):
        return (None, "counts the rows") if _counts_rows(name, known) else (Kind.NUMBER, "")
    if different > max(LEVELS_MAX * len(given), 10):
        return None, "names the rows"
    return Kind.CATEGORY, ""


def _counts_rows(name: str, known: Floats) -> bool:
    unique = np.unique(known)
    if len(unique) < len(known) or len(known) < ROWS_MIN or not (known == np.floor(known)).all():
        return False
    dense = len(unique) / (unique[-1] - unique[0] + 1)
    return bool(_ID.search(name)) or dense > DENSE


def _codes(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    unique = np.unique(known)
    return bool((unique == np.floor(unique)).all()) and 5 < len(unique) < len(known) / 20


def _unknown(rows: int) -> Texts:
    return np.full(rows, None, dtype=object)
