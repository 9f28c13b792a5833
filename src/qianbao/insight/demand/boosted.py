"""The model that serves: boosted trees over the signs of all shops.

Customers of a day are a mixture: nobody (closed, moved, not open yet) with a chance of its own, or a count
whose logarithm is the shop's level and what the trees say of the day. The trees minimise absolute errors of
the logarithm, and quantile losses: a day that is off by a third weighs the same at a small and at a large
shop, and the mean of |p - y| / (p + y) is least near the median of y, not at its mean (T. Gneiting, 2011,
Making and evaluating point forecasts). They learn from days of the past, each seen as if what followed were
unknown.

The bounds are conformal: the same trees, grown without the last weeks, say how far these lay outside, and the
bounds are widened by that (Y. Romano, E. Patterson, E. Candès, 2019, Conformalized quantile regression).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.demand import weekday
from qianbao.insight.demand.examples import FIRST_DAYS, HISTORY_DAYS, Examples, examples, pairs, table
from qianbao.insight.demand.outcome import HIGH, LEVEL, LOW, MIDDLE, Outlook, relative, whole
from qianbao.insight.demand.panel import Panel, Table, past
from qianbao.insight.demand.signs import signs
from qianbao.insight.demand.trees import Grown, Growth, grow
from qianbao.insight.models.arrays import Floats, NotFitted, special

ROWS_MAX: Final = 300_000
ROWS_MIN: Final = 2_000
"""Days of shops with customers, at least, to learn from."""
APART_MIN: Final = 0.02
"""Bounds lie at least so far from the middle, in logarithms."""
CHECKED: Final = 2
"""Windows at the end of the history that the bounds are checked on."""
WIDER_MAX: Final = 2.5

MIDDLES: Final = tuple(
    Growth(objective="l1", rounds=300, rate=0.05, leaves=127, seed=seed) for seed in (1, 2)
)
BOUNDS: Final = tuple(
    Growth(objective="quantile", alpha=alpha, rounds=150, rate=0.08, leaves=31, seed=3)
    for alpha in (LOW, HIGH)
)
EMPTY: Final = Growth(objective="binary", rounds=120, rate=0.06, leaves=31, seed=4)
QUICK: Final = Growth(objective="l1", rounds=120, rate=0.12, leaves=31, seed=1)
"""The middle, where it is only to show how far the bounds hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """How smaller trees, fitted before the last windows, did in these, on days with customers."""

    wider: float
    """By how much the bounds had to be wider: 1 where they held as they were."""
    held: float
    """The share within the bounds as they were."""
    error: float
    """The mean of |p - y| / (p + y)."""
    weekday: float
    """The same of the weekday's mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosted:
    """A fitted model."""

    names: tuple[str, ...]
    empty: Grown | None
    """The chance that nobody comes; None: that never happened."""
    middles: tuple[Grown, ...]
    low: Grown
    high: Grown
    check: Check | None
    """None: the history was too short for one."""
    examples: int

    def forecast(self, panel: Panel, days: int) -> Outlook:
        """The `days` after the panel's last."""
        level, told = _told(panel, days, self.names)
        nobody = np.zeros(len(told)) if self.empty is None else self.empty.values(told)
        low, middle, high = self.spans(told)
        shape = (len(panel.shops), days)
        wide = (high - low) / 2 / special.ndtri(HIGH)
        expected = (1 - nobody) * np.exp(level + middle + wide**2 / 2)
        bounds = [
            _quantile(at, nobody, level, (low, middle, high)).reshape(shape) for at in (LOW, MIDDLE, HIGH)
        ]
        return whole(
            shops=panel.shops,
            first=panel.end,
            expected=np.asarray(expected.reshape(shape), np.float32),
            low=bounds[0],
            middle=bounds[1],
            high=bounds[2],
            typical=np.where(nobody > 1 / 2, 0, np.exp(level + middle)).reshape(shape).astype(np.float32),
        )

    def spans(self, told: Table) -> tuple[Floats, Floats, Floats]:
        """Low, middle, high of where somebody comes, in logarithms apart from the level."""
        middle = np.mean([one.values(told) for one in self.middles], axis=0)
        wider = 1.0 if self.check is None else self.check.wider
        below = np.maximum(middle - self.low.values(told), APART_MIN) * wider
        above = np.maximum(self.high.values(told) - middle, APART_MIN) * wider
        return middle - below, middle, middle + above


def fit(panel: Panel, days: int, *, rows_max: int = ROWS_MAX, threads: int = 0) -> Boosted:
    """Fit on what the panel holds, to forecast up to `days`. Raises `NotFitted` where that is too little.

    With 0 `threads`, as many as OpenMP is set to (`OMP_NUM_THREADS`), else one a core.
    """
    fitted = _fit(panel, days, MIDDLES, rows_max=rows_max, threads=threads)
    return replace(fitted, check=_check(panel, days, rows_max=rows_max // 3, threads=threads))


def _fit(
    panel: Panel, days: int, middles: tuple[Growth, ...], *, rows_max: int, threads: int, whole: bool = True
) -> Boosted:
    found = examples(past(panel.before(panel.end, at_most=HISTORY_DAYS)), days, rows_max=rows_max)
    came = np.isfinite(found.came)
    if came.sum() < ROWS_MIN:
        raise NotFitted(f"{came.sum()} days of shops to learn from; {ROWS_MIN} are needed")
    with_some = Examples(
        names=found.names, told=found.told[came], came=found.came[came], weight=found.weight[came]
    )
    grown = [
        grow(how, found.names, with_some.told, with_some.came, with_some.weight, threads=threads)
        for how in (*middles, *BOUNDS)
    ]
    empty = None
    if whole and not came.all():
        nobody = (~came).astype(np.float32)
        empty = grow(EMPTY, found.names, found.told, nobody, found.weight, threads=threads)
    return Boosted(
        names=found.names,
        empty=empty,
        middles=tuple(grown[: len(middles)]),
        low=grown[-2],
        high=grown[-1],
        check=None,
        examples=len(found.came),
    )


def _check(panel: Panel, days: int, *, rows_max: int, threads: int) -> Check | None:
    """How smaller trees without the last windows did in these; None: too little lies before them."""
    if panel.days < CHECKED * days + 2 * FIRST_DAYS:
        return None
    before = panel.end - timedelta(days=CHECKED * days)
    try:
        earlier = panel.before(before, at_most=HISTORY_DAYS)
        model = _fit(earlier, days, (QUICK,), rows_max=rows_max, threads=threads, whole=False)
    except NotFitted:
        return None
    outside: list[Floats] = []
    missed: list[tuple[float, float]] = []
    for window in range(CHECKED):
        known = panel.before(before + timedelta(days=window * days), at_most=HISTORY_DAYS)
        level, told = _told(known, days, model.names)
        low, middle, high = model.spans(told)
        came = panel.window(known.end, days)
        some = came.ravel() > 0
        if not some.any():
            continue
        apart = np.log(np.maximum(came.ravel(), 1)) - level - middle
        outside.append(np.where(apart < 0, -apart / (middle - low), apart / (high - middle))[some])
        simple = weekday.forecast(known, days).typical
        ours = np.round(np.exp(level + middle)).reshape(came.shape).astype(np.float32)
        missed.append((_mean_relative(ours, came), _mean_relative(simple, came)))
    if not outside:
        return None
    measured = np.concatenate(outside)
    error, other = np.mean(missed, axis=0)
    return Check(
        wider=float(np.clip(np.quantile(measured, LEVEL), 1.0, WIDER_MAX)),
        held=float((measured <= 1).mean()),
        error=float(error),
        weekday=float(other),
    )


def _mean_relative(forecast: Table, came: Table) -> float:
    return float(relative(forecast, came)[came > 0].mean())


def _told(panel: Panel, days: int, names: tuple[str, ...]) -> tuple[Table, Table]:
    # The level and the signs of each shop and day to come.
    known = past(panel.before(panel.end, at_most=HISTORY_DAYS))
    seen = signs(known, known.panel.days)
    shop, ahead = pairs(len(panel.shops), days)
    return seen.level[shop], table(seen.rows(shop, ahead), names)


def _quantile(at: float, nobody: Floats, level: Table, spans: tuple[Floats, Floats, Floats]) -> Table:
    """Of the mixture: 0 as far as the chance of nobody reaches, then a normal curve with two widths."""
    low, middle, high = spans
    rest = np.clip((at - nobody) / np.maximum(1 - nobody, 1e-9), 1e-4, 1 - 1e-4)
    deviate: NDArray[np.float64] = special.ndtri(rest) / special.ndtri(HIGH)
    apart = np.where(deviate < 0, middle - low, high - middle) * deviate
    return np.where(at <= nobody, 0, np.exp(level + middle + apart)).astype(np.float32)
