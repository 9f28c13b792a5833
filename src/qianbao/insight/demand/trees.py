"""Boosted trees, as this room grows them: LightGBM, the same trees from the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.demand.panel import Table
from qianbao.insight.models import boosting

BINS_MAX: Final = 127
LEAF_MIN: Final = 60
ROWS_FULL: Final = 150_000
"""Fewer rows than this have fewer trees: more would only learn them by heart."""
SHARE_MIN: Final = 0.35
COMMON: Final[dict[str, Any]] = {
    "verbosity": -1,
    "deterministic": True,
    "force_row_wise": True,
    "feature_fraction": 0.35,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 1.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What a set of trees minimises, and how far it goes."""

    objective: str
    rounds: int
    rate: float
    leaves: int
    seed: int
    alpha: float = 0.5
    """The quantile, where that is the objective."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grown:
    """Trees that have been grown."""

    booster: Any
    threads: int

    def values(self, told: Table) -> NDArray[np.float64]:
        """One a row."""
        return np.asarray(self.booster.predict(told, num_threads=self.threads), np.float64)


def grow(
    how: Growth, names: Sequence[str], told: Table, target: Table, weight: Table, *, threads: int
) -> Grown:
    """Grow trees on rows. Raises `BoostingUnavailable`."""
    settings = {
        **COMMON,
        "objective": how.objective,
        "alpha": how.alpha,
        "seed": how.seed,
        "learning_rate": how.rate,
        "num_leaves": how.leaves,
        "min_data_in_leaf": min(LEAF_MIN, max(len(target) // 400, 5)),
        "num_threads": threads,
    }
    lightgbm = boosting.library()
    rows = lightgbm.Dataset(
        told, target, weight=weight, feature_name=list(names), params={"max_bin": BINS_MAX, "verbosity": -1}
    )
    rounds = round(how.rounds * min(max(len(target) / ROWS_FULL, SHARE_MIN), 1.0))
    return Grown(booster=lightgbm.train(settings, rows, rounds), threads=threads)
