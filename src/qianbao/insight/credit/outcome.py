"""The outcome of a table: which value is the yes (the event that is forecast), and who has none yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.credit.errors import OutcomeOneSided, OutcomeUnclear, TableEmpty
from qianbao.insight.credit.table import Table, texts
from qianbao.insight.models.arrays import Floats

YES: Final = {"1", "yes", "y", "true", "t", "bad", "default", "defaulted", "positive", "是", "违约"}
"""What means the event, where the other value is among `NO`."""
NO: Final = {"0", "-1", "no", "n", "false", "f", "good", "paid", "none", "negative", "否", "正常"}

LEAST: Final = 8
"""People of each outcome, at least, before anything is learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Of each row: 1 where it came, 0 where it did not, NaN where it is not known."""

    values: Floats
    positive: str

    @property
    def known(self) -> np.ndarray:
        """A mask of those whose outcome is known."""
        return ~np.isnan(self.values)


def outcome(table: Table, target: str, positive: str | None, *, field: str = "--target") -> Outcome:
    """The outcome in the column `target`.

    Without `positive` the yes is found by its name, else it is the rarer of two values.
    Raises `ColumnMissing`, `TableEmpty`, `OutcomeUnclear`, `OutcomeOneSided`.
    """
    found = texts(table.column(target, field=field))
    given = [value for value in found if value is not None]
    if not given:
        raise TableEmpty(f"No row has an outcome in {target!r}.", field=field, expected="a yes or a no")
    names, counts = np.unique(np.array(given, dtype=str), return_counts=True)
    values = {str(name): int(count) for name, count in zip(names, counts, strict=True)}
    yes = _positive(values, target, positive)
    if len(values) < 2:
        raise OutcomeOneSided(
            f"All of {target!r} is {next(iter(values))!r}.", field=field, expected="two values"
        )
    marked = [np.nan if value is None else float(value == yes) for value in found]
    return Outcome(values=np.array(marked, np.float64), positive=yes)


def as_fitted(table: Table, target: str, positive: str, *, field: str = "--target") -> Outcome:
    """The outcome of other people, by the yes that the model was fitted for. Raises `ColumnMissing`."""
    found = texts(table.column(target, field=field))
    marked = [np.nan if value is None else float(value == positive) for value in found]
    return Outcome(values=np.array(marked, np.float64), positive=positive)


def enough(values: Floats, *, field: str) -> None:
    """Raises `OutcomeOneSided` where too few have either outcome."""
    yes = int((values == 1).sum())
    fewer = min(yes, int((values == 0).sum()))
    if fewer < LEAST:
        raise OutcomeOneSided(
            f"Only {fewer} people have one of the outcomes.",
            field=field,
            expected=f"{LEAST} of each, at least",
        )


def _positive(values: dict[str, int], target: str, positive: str | None) -> str:
    if positive is not None:
        for name in values:
            if name == positive or (_same(name, positive)):
                return name
        raise OutcomeUnclear(
            f"No row of {target!r} is {positive!r}.",
            field="--positive",
            expected="one of " + ", ".join(sorted(values)[:12]),
        )
    if len(values) > 2:
        raise OutcomeUnclear(
            f"{target!r} has {len(values)} different values.",
            field="--positive",
            expected="which one of " + ", ".join(sorted(values)[:12]),
        )
    for name in values:
        if name.lower() in YES and all(other == name or other.lower() in NO for other in values):
            return name
    return min(sorted(values), key=lambda name: values[name])


def _same(name: str, asked: str) -> bool:
    try:
        return float(name) == float(asked)
    except ValueError:
        return name.lower() == asked.lower()
