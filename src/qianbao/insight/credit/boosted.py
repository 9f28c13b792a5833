"""Boosted trees (LightGBM) on the inputs, stopped by people whom they had not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qianbao.insight.credit import encoded
from qianbao.insight.credit.encoded import Encoded
from qianbao.insight.credit.inputs import People
from qianbao.insight.models import boosting
from qianbao.insight.models.arrays import Floats

ROUNDS_MAX: Final = 1_500
PATIENCE: Final = 40
"""Rounds without gain after which a model stops."""
FEW: Final = 8_000
"""People under which trees stay small and steps slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """A model, and its encoding of categories."""

    way: Encoded
    model: Any

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes."""
        return np.asarray(self.model.predict(self.way.matrix(people), raw_score=True), np.float64)


def fit(people: People, yes: Floats, *, check: People, came: Floats, turn: int, seed: int) -> Boosted:
    """Fit on `people`, stop by `check` (whose outcome is `came`). Odd and even turns differ in size of trees.

    Raises `BoostingUnavailable`.
    """
    lightgbm = boosting.library()
    way, x = encoded.fitted(people, yes, seed=seed)
    settings = _settings(*x.shape, turn=turn, seed=seed)
    train = lightgbm.Dataset(x, yes, params=settings)
    unseen = lightgbm.Dataset(way.matrix(check), came, reference=train, params=settings)
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    model = lightgbm.train(settings, train, ROUNDS_MAX, valid_sets=[unseen], callbacks=[stop])
    return Boosted(way=way, model=model)


def _settings(people: int, columns: int, *, turn: int, seed: int) -> dict[str, Any]:
    few = people < FEW
    leaves = (4, 6) if few else (8, 31)
    return {
        "objective": "binary",
        "learning_rate": 0.03 if few else 0.05,
        "num_leaves": leaves[turn % len(leaves)],
        "min_data_in_leaf": int(np.clip(people / 250, 8, 80)),
        "feature_fraction": min(1.0, max(0.3, 5 / columns)),
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 5.0 if few else 20.0,
        "max_bin": 127,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1 if few else 0,
        "verbosity": -1,
    }
