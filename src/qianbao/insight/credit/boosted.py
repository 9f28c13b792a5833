"""Boosted trees (LightGBM) on the inputs: an ensemble of one model a fold and seed, each stopped in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qianbao.insight.credit import encoded
from qianbao.insight.credit.encoded import Encoded
from qianbao.insight.credit.errors import BoostingUnavailable
from qianbao.insight.credit.folds import folds
from qianbao.insight.credit.inputs import People
from qianbao.insight.models.arrays import Floats

ROUNDS_MAX: Final = 1_500
PATIENCE: Final = 60
"""Rounds without gain after which a model stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """The models, each with its encoding of categories."""

    models: tuple[tuple[Encoded, Any], ...]

    def odds(self, people: People) -> Floats:
        """ln of the odds of a yes: the mean of the models."""
        return np.mean(
            [model.predict(way.matrix(people), raw_score=True) for way, model in self.models], axis=0
        )


def fit(people: People, yes: Floats, *, parts: int, seed: int) -> tuple[Boosted, Floats]:
    """The ensemble, and the ln odds that the models give to those whom they had not seen.

    Raises `BoostingUnavailable`.
    """
    lightgbm = _lightgbm()
    apart = np.zeros(len(yes))
    models: list[tuple[Encoded, Any]] = []
    for at, (inside, outside) in enumerate(folds(yes, parts, seed=seed)):
        way, x = encoded.fitted(people.at(inside), yes[inside], seed=seed + at)
        unseen = way.matrix(people.at(outside))
        settings = _settings(len(inside), x.shape[1], seed=seed + at)
        train = lightgbm.Dataset(x, yes[inside], free_raw_data=True, params=settings)
        check = lightgbm.Dataset(unseen, yes[outside], reference=train, params=settings)
        stop = lightgbm.early_stopping(PATIENCE, verbose=False)
        model = lightgbm.train(settings, train, ROUNDS_MAX, valid_sets=[check], callbacks=[stop])
        apart[outside] = model.predict(unseen, raw_score=True)
        models.append((way, model))
    return Boosted(models=tuple(models)), apart


def _settings(people: int, columns: int, *, seed: int) -> dict[str, Any]:
    # Many people bear bigger trees; few need slow steps and broad leaves.
    few = people < 5_000
    return {
        "objective": "binary",
        "learning_rate": 0.03,
        "num_leaves": 5 if few else 8 if people < 60_000 else 12,
        "min_data_in_leaf": int(np.clip(people / 250, 8, 100)),
        "feature_fraction": min(1.0, max(0.3, 3 / columns)),
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "lambda_l2": 5.0 if few else 20.0,
        "max_bin": 127,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "verbosity": -1,
    }


def _lightgbm() -> Any:
    try:
        import lightgbm
    except OSError as missing:
        raise BoostingUnavailable(str(missing)) from None
    return lightgbm
