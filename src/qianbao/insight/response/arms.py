"""A table of a randomised trial: who was treated, what came of it, and what was known before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.credit.outcome import as_fitted, outcome
from qianbao.insight.credit.table import Table, texts
from qianbao.insight.models.arrays import Floats
from qianbao.insight.response.errors import TreatmentUnclear

TREATED: Final = {"1", "yes", "y", "true", "t", "treated", "treatment", "test", "是"}
"""What means that somebody was treated, where the other value is among `UNTREATED`."""
UNTREATED: Final = {"0", "no", "n", "false", "f", "control", "none", "untreated", "否"}
SETTLED_MIN: Final = 30
"""People with one value, at least, who all have the outcome, before that value is taken for a part of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns say what, and which are not read."""

    treatment: str
    outcome: str
    treated: str | None = None
    """The value of those treated."""
    control: str | None = None
    """The value of those not treated; None: every other one."""
    positive: str | None = None
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """People of a table; NaN where it is not known."""

    treated: Floats
    outcome: Floats
    before: Table
    """What was known before: no treatment, no outcome, nothing ignored."""
    names: Columns
    """With the values that were found."""
    settled: Mapping[str, str]
    """Columns left out because they settle the outcome, with the value that does: they came after it."""

    @property
    def known(self) -> np.ndarray:
        """A mask of people with an arm and an outcome."""
        return ~np.isnan(self.treated) & ~np.isnan(self.outcome)


def read(table: Table, names: Columns) -> Arms:
    """The arms of a table.

    Raises `ColumnMissing`, `TreatmentUnclear`, `OutcomeUnclear`, `OutcomeOneSided`, `TableEmpty`.
    """
    for one in names.ignored:
        table.column(one, field="--leave-out")
    treated, value = _treated(table, names)
    came = outcome(table, names.outcome, names.positive, field="--outcome")
    before = table.without(names.treatment, names.outcome, *names.ignored)
    settled = _settled(before.at(came.known), came.values[came.known])
    found = Columns(
        treatment=names.treatment, outcome=names.outcome, treated=value, control=names.control,
        positive=came.positive, ignored=(*names.ignored, *settled),
    )  # fmt: skip
    return Arms(
        treated=treated, outcome=came.values, before=before.without(*settled), names=found, settled=settled
    )


def as_read(table: Table, found: Columns) -> Arms:
    """Other people, read as those were that a model is fitted on; what they lack is known of nobody."""
    unknown = np.full(table.rows, np.nan)
    return Arms(
        treated=_treated(table, found)[0] if found.treatment in table.columns else unknown,
        outcome=(
            as_fitted(table, found.outcome, found.positive, field="--outcome").values
            if found.outcome in table.columns and found.positive is not None
            else unknown
        ),
        before=table.without(found.treatment, found.outcome, *found.ignored),
        names=found,
        settled={},
    )


def _treated(table: Table, names: Columns) -> tuple[Floats, str]:
    column = texts(table.column(names.treatment, field="--treatment"))
    values = sorted({value for value in column if value is not None})
    treated = _value(values, names.treatment, names.treated)
    control = names.control
    if control is not None and (control not in values or control == treated):
        raise TreatmentUnclear(
            f"No row of {names.treatment!r} is {control!r}, or it is the treated value.",
            field="--control", expected="one of " + ", ".join(values[:12]),
        )  # fmt: skip
    marked = [
        np.nan
        if value is None or (control is not None and value not in (treated, control))
        else float(value == treated)
        for value in column
    ]
    return np.array(marked, np.float64), treated


def _value(values: list[str], name: str, asked: str | None) -> str:
    if asked is not None:
        for value in values:
            if value == asked or value.lower() == asked.lower():
                return value
        raise TreatmentUnclear(
            f"No row of {name!r} is {asked!r}.", field="--treated",
            expected="one of " + ", ".join(values[:12]),
        )  # fmt: skip
    if len(values) == 2:
        for value, other in (values, values[::-1]):
            if value.lower() in TREATED and other.lower() in UNTREATED:
                return value
    raise TreatmentUnclear(
        f"{name!r} has {len(values)} values, and it cannot be told which is the treatment.",
        field="--treated",
        expected="which one of " + ", ".join(values[:12]),
    )


def _settled(before: Table, came: Floats) -> dict[str, str]:
    """Columns of which a value goes with the outcome in every case: what is so came with it, or after."""
    if came.mean() > 0.5:
        return {}
    found: dict[str, str] = {}
    for name, column in before.columns.items():
        read = texts(column)
        values, place, count = np.unique(
            np.array(["" if value is None else value for value in read], dtype=str),
            return_inverse=True, return_counts=True,
        )  # fmt: skip
        commonest = int(np.argmax(count))
        sums = np.bincount(place, weights=came, minlength=len(values))
        sure = (count >= SETTLED_MIN) & (sums == count)
        rest = len(came) - count[commonest]
        if sure.any():
            found[name] = str(values[int(np.argmax(sure))])
        elif rest >= SETTLED_MIN and sums.sum() - sums[commonest] == rest:
            found[name] = f"any but {values[commonest]}"
    return found
