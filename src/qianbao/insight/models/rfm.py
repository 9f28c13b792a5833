"""Recency, frequency, monetary: how lately, how often, for how much; each 1 to 5 among all, and a word."""

from __future__ import annotations

from typing import Final

import numpy as np

from qianbao.insight.models.arrays import Floats
from qianbao.insight.scores.segments import Segment

FIFTHS: Final = 5


def fifths(values: Floats, *, high_is_good: bool = True) -> np.ndarray:
    """1 to 5 by rank; equal values get equal marks."""
    return marked(values, values, high_is_good=high_is_good)


def marked(values: Floats, among: Floats, *, high_is_good: bool = True) -> np.ndarray:
    """The marks that `values` have among others."""
    ordered = np.sort(among)
    rank = np.searchsorted(ordered, values, side="right" if high_is_good else "left") / max(len(among), 1)
    share = rank if high_is_good else 1 - rank
    return np.clip(np.ceil(share * FIFTHS), 1, FIFTHS).astype(np.int64)


def segment(recency: int, frequency: int) -> Segment:
    """The word for marks of 1 to 5."""
    if recency >= 4:
        return Segment.REGULAR if frequency >= 3 else Segment.COMING
    if recency <= 2:
        return Segment.SLIPPING if frequency >= 4 else Segment.ASLEEP if frequency <= 2 else Segment.STEADY
    return Segment.STEADY
