"""The known sets of people with a yes or no, each beside what was published or measured on it before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from qianbao.insight.credit import outcome, table
from qianbao.insight.evaluate.figures import Asked, Figure, WindowEmpty, file
from qianbao.insight.evaluate.rated import Beside, crossed, figures, repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One set: where its outcome stands, and what it is compared with."""

    file: str
    target: str
    positive: str
    beside: Beside
    left_out: tuple[str, ...] = ()
    """Known only afterwards, or names of the rows."""
    groups: tuple[str, ...] = ()
    """Columns by which fairness is looked at."""


SETS: Final[Mapping[str, Known]] = {
    "taiwan": Known(
        file="taiwan.parquet", target="has_default", positive="1", left_out=("row_id",),
        beside=Beside(auc=(0.7729, 0.7885), ks=(0.4201, 0.4425)), groups=("sex", "age"),
    ),
    "givemesomecredit": Known(
        file="givemesomecredit.parquet", target="SeriousDlqin2yrs", positive="1", left_out=("id",),
        beside=Beside(auc=(0.8565, 0.8666), ks=(0.5592, 0.5810)), groups=("age",),
    ),
    "pakdd2009": Known(
        file="pakdd2009.parquet", target="bad", positive="1", left_out=("row_id",),
        beside=Beside(auc=(0.6729, 0.6780), ks=(0.2551, 0.2572)), groups=("SEX", "AGE"),
    ),
    "german": Known(
        file="german.parquet", target="creditability", positive="bad", left_out=("row_id",),
        beside=Beside(auc=(0.7741, 0.7719), ks=(0.4744, 0.4640)), groups=("age_in_years",),
    ),
    "bankmarketing": Known(
        file="bankmarketing.parquet", target="y", positive="yes", left_out=("row_id", "duration"),
        beside=Beside(auc=(0.7646, 0.8010), ks=(0.4115, 0.4817)), groups=("age",),
    ),
}  # fmt: skip
"""Name and set. The baselines are a plain scorecard's and plain boosted trees' on the shared rows."""


def evaluate(name: str, asked: Asked, *, times: int | None = None) -> list[Figure]:
    """Every figure of a set. Rows whose outcome is not known are left out.

    Raises `DataMissing`, `WindowEmpty`, and the errors of `qianbao.insight.credit`.
    """
    if asked.since or asked.until:
        raise WindowEmpty(f"{name} has no dates.", field="--from", expected="no window: folds of people")
    known = SETS[name]
    people, yes = rows(known, file(asked, known.file))
    seen = crossed(people, yes, times=times or repeats(len(yes)))
    split = f"{len(yes):,} people, 5 folds, dealt {len(seen.fold)} times"
    return list(figures(name, seen, yes, beside=known.beside, split=split))


def rows(known: Known, path: Path) -> tuple[table.Table, np.ndarray]:
    """The people whose outcome is known, and it."""
    read = table.read(path, field="--data")
    came = outcome.outcome(read, known.target, known.positive, field="--data")
    places = np.flatnonzero(came.known)
    return read.without(known.target, *known.left_out).at(places), came.values[places]
