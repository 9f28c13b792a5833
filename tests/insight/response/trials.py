"""Randomised trials drawn from a known truth."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from qianbao.insight.models.arrays import Floats
from qianbao.insight.response.models import Trial

PEOPLE = 8_000


def drawn(
    *, people: int = PEOPLE, seed: int = 1, moved: float = 1.4, alike: float = 0.5, steep: float = 0.7
) -> Trial:
    """Half are treated. Column 0 says who is moved, in log-odds, column 1 who comes anyway."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(people, 6))
    x[:, 0] = random.random(people) < 0.4
    treated = (random.random(people) < 0.5).astype(np.float64)
    logit = -1.8 + steep * x[:, 1] + treated * (alike + moved * (x[:, 0] - 0.4))
    came = random.random(people) < 1 / (1 + np.exp(-logit))
    return Trial(x=x, treated=treated, outcome=came.astype(np.float64))


def written(path: Path, trial: Trial, *, extra: dict[str, Floats] | None = None) -> Path:
    """The trial as a CSV file: `coupon` yes or no, `used` 1 or 0, and what was known before."""
    columns = {f"sign_{at}": trial.x[:, at] for at in range(trial.x.shape[1])} | (extra or {})
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["row_id", "coupon", "used", "city", *columns])
        for at in range(len(trial)):
            given = "yes" if trial.treated[at] else "no"
            city = ("杭州", "上海", "")[at % 3]
            values = [round(float(column[at]), 4) for column in columns.values()]
            rows.writerow([at, given, int(trial.outcome[at]), city, *values])
    return path
