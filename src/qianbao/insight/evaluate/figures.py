"""One figure of a comparison, in the form that `qianbao insight evaluate NAME --json` prints."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from qianbao.errors import Invalid, NotFound

if TYPE_CHECKING:  # SciPy comes with it, and the command line need not wait for that
    from qianbao.insight.models.arrays import Floats

DRAWS = 400
"""Bootstrap samples for an interval of 95 %."""
SEED = 20_050


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A value with its interval of 95 % (None: not measured) and what it is compared with."""

    name: str
    metric: str
    value: float
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    split: str
    seconds: float


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the command was given: a folder of data, and the days of the test window, both included."""

    data: Path | None = None
    since: date | None = None
    until: date | None = None


class DataMissing(NotFound):
    """The files of this comparison are not in the folder that was named."""

    code = "insight_data_missing"


class WindowEmpty(Invalid):
    """The test window leaves no time to learn from before it, or has nothing in it."""

    code = "insight_window_empty"


class DataUnreadable(Invalid):
    """A file of this comparison has not the columns or the types that it should have."""

    code = "insight_data_unreadable"


def file(asked: Asked, name: str) -> Path:
    """A file of the data. Raises `DataMissing`."""
    if asked.data is None:
        raise DataMissing(field="--data", expected=f"the folder that has {name}")
    path = asked.data / name
    if not path.is_file():
        raise DataMissing(f"{asked.data} has no {name}.", field="--data", expected=f"a folder with {name}")
    return path


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """How long it has run."""
        return round(time.perf_counter() - self._began, 3)


def interval(values: Floats, of: Callable[[Floats], float]) -> tuple[float, float]:
    """The bootstrap interval of 95 % of a statistic of people's values."""
    random = np.random.default_rng(SEED)
    n = len(values)
    drawn = [of(values[random.integers(0, n, n)]) for _ in range(DRAWS)]
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)


def mean(values: Floats) -> float:
    """The mean, as a plain number."""
    return float(values.mean())


def mean_absolute(values: Floats) -> float:
    """Of errors."""
    return float(np.abs(values).mean())


def root_mean_square(values: Floats) -> float:
    """Of errors."""
    return float(np.sqrt((values**2).mean()))
