"""Folds: people dealt at random into parts with like shares of yes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.models.arrays import Floats

Places = NDArray[np.intp]


def folds(yes: Floats, parts: int, *, seed: int) -> Iterator[tuple[Places, Places]]:
    """(those to fit on, those left aside), `parts` times; everybody is left aside once."""
    random = np.random.default_rng(seed)
    part = np.empty(len(yes), dtype=np.intp)
    dealt = 0
    for outcome in (1.0, 0.0):
        places = random.permutation(np.flatnonzero(yes == outcome))
        part[places] = (np.arange(len(places)) + dealt) % parts
        dealt += len(places)
    for one in range(parts):
        yield np.flatnonzero(part != one), np.flatnonzero(part == one)
