"""What the customer-base models know of somebody: how often, how lately, since when, and how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qianbao.insight.models.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Histories:
    """One row a customer, in one unit of time (weeks)."""

    x: Floats
    """Repeat purchases: days with a purchase after the first."""
    t_x: Floats
    """From the first purchase to the last."""
    t: Floats
    """From the first purchase to the end of the time observed."""
    mean: Floats
    """Mean amount of a repeat purchase (0 where there is none)."""

    def __len__(self) -> int:
        return len(self.x)

    def of(self, chosen: np.ndarray) -> Histories:
        """Those of some customers, by mask or index."""
        return Histories(x=self.x[chosen], t_x=self.t_x[chosen], t=self.t[chosen], mean=self.mean[chosen])


def gathered(histories: Histories) -> tuple[Floats, Floats, Floats, Floats]:
    """(x, t_x, t, how many): customers who are alike in these are one row of the likelihood."""
    triples = np.column_stack((histories.x, histories.t_x, histories.t))
    alike, count = np.unique(triples, axis=0, return_counts=True)
    return alike[:, 0], alike[:, 1], alike[:, 2], count.astype(np.float64)
