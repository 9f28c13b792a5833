"""People as a linear model takes them: scaled measures, and a column for each common value of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.credit.inputs import Kind, found
from qianbao.insight.credit.table import Column, Table, numbers, texts
from qianbao.insight.models.arrays import Floats

LEVELS_MAX: Final = 20
LEVEL_SHARE_MIN: Final = 0.01
LEVEL_PEOPLE_MIN: Final = 20
SKEWED: Final = 2.0
"""Amounts that are skewed more than this are taken as logarithms."""
FAR: Final = 5.0
"""Standard deviations from the mean beyond which nobody counts for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number: where it lies and how it is scaled among the people it was fitted on."""

    name: str
    logarithm: bool
    centre: float
    scale: float
    gaps: bool
    """Whether a number that is not known has a column of its own."""

    def read(self, column: Column) -> list[Floats]:
        """Its columns."""
        values = numbers(column)
        if self.logarithm:
            values = np.log1p(np.maximum(values, 0.0))
        unknown = np.isnan(values)
        scaled = np.where(unknown, 0.0, np.clip((values - self.centre) / self.scale, -FAR, FAR))
        return [scaled, unknown.astype(np.float64)] if self.gaps else [scaled]


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """A text: the values that have columns; the commonest one and all rare ones have none."""

    name: str
    values: tuple[str, ...]

    def read(self, column: Column) -> list[Floats]:
        """Its columns."""
        found = texts(column)
        return [(found == value).astype(np.float64) for value in self.values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """How people are read, as fitted; other people are read the same way."""

    parts: tuple[Measure | Levels, ...]

    def read(self, table: Table) -> Floats:
        """(people, columns). A column that the table has not is not known of anybody."""
        none = np.full(table.rows, np.nan)
        blocks = [column for part in self.parts for column in part.read(table.columns.get(part.name, none))]
        return np.column_stack(blocks)


def fit(table: Table) -> Design:
    """The design of a table without treatment and outcome. Raises `NothingToLearnFrom`."""
    parts: list[Measure | Levels] = []
    for name, kind in found(table).kinds.items():
        column = table.columns[name]
        part = _measure(name, numbers(column)) if kind is Kind.NUMBER else _levels(name, column)
        if part is not None:
            parts.append(part)
    return Design(parts=tuple(parts))


def _measure(name: str, values: Floats) -> Measure:
    known = values[~np.isnan(values)]
    gaps = len(known) < len(values)
    logarithm = bool(known.min() >= 0) and len(np.unique(known)) > 10 and _skew(known) > SKEWED
    if logarithm:
        known = np.log1p(known)
    return Measure(
        name=name,
        logarithm=logarithm,
        centre=float(known.mean()),
        scale=float(known.std()) or 1.0,
        gaps=gaps,
    )


def _skew(values: Floats) -> float:
    apart = values - values.mean()
    return float((apart**3).mean() / max(float(apart.std()) ** 3, 1e-12))


def _levels(name: str, column: Column) -> Levels | None:
    given = np.array(["" if value is None else value for value in texts(column)], dtype=str)
    values, counts = np.unique(given, return_counts=True)
    order = np.argsort(-counts, kind="stable")[: LEVELS_MAX + 1]
    least = max(LEVEL_SHARE_MIN * len(given), LEVEL_PEOPLE_MIN)
    kept = tuple(str(values[at]) for at in order[1:] if counts[at] >= least and values[at])
    return Levels(name=name, values=kept) if kept else None
