"""The same weekday, as it lately was: what a forecast has to beat, and what serves the youngest network."""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np

from qianbao.insight.demand.outcome import HIGH, LOW, MIDDLE, Outlook, whole
from qianbao.insight.demand.panel import Panel, Table

WEEKS: Final = 3
"""Of which the mean is taken, as the set's published baseline does."""
WEEKS_OF_BOUNDS: Final = 12
"""Of which bounds are taken: on Koubei those of twelve weeks hold 60 to 71 % of days, of four 45 to 57 %."""


def forecast(panel: Panel, days: int) -> Outlook:
    """The `days` after the panel's last."""
    lately = _same(panel.counts, days, WEEKS)
    longer = _same(panel.counts, days, WEEKS_OF_BOUNDS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of a weekday that never was, it is NaN: none
        low, middle, high = np.nanquantile(longer, [LOW, MIDDLE, HIGH], axis=2)
        expected = np.nanmean(lately, axis=2)
    told = [np.nan_to_num(np.asarray(one, np.float32)) for one in (expected, low, middle, high)]
    return whole(
        shops=panel.shops,
        first=panel.end,
        expected=told[0],
        low=told[1],
        middle=told[2],
        high=told[3],
        typical=told[0],
    )


def _same(counts: Table, days: int, weeks: int) -> Table:
    """(shops, days, weeks): the counts of the same weekday; NaN before the panel begins."""
    last = counts.shape[1]
    told = np.full((len(counts), days, weeks), np.nan, np.float32)
    for day in range(days):
        at = last - 7 + day % 7
        for week in range(weeks):
            if at - 7 * week >= 0:
                told[:, day, week] = counts[:, at - 7 * week]
    return told
