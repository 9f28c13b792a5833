"""How far a forecast of customers lay from what came, by shop: figures for any set of shops."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import numpy as np

from qianbao.insight.demand import boosted, weekday
from qianbao.insight.demand.outcome import HIGH, LEVEL, LOW, MIDDLE, Outlook, relative
from qianbao.insight.demand.panel import AHEAD_MAX, Panel, Table
from qianbao.insight.evaluate.figures import Figure, Stopwatch, WindowEmpty, interval, mean
from qianbao.insight.models.arrays import Floats, NotFitted

DAYS: Final = 14
"""How long a test window is, where none is named."""
NEW_DAYS: Final = 60
"""A shop whose first customer came later than this before the window is new."""
NEW_MIN: Final = 5


def window(panel: Panel, since: date, until: date) -> int:
    """How many days a test window has. Raises `WindowEmpty` where it cannot be tested."""
    days = (until - since).days + 1
    if not 1 <= days <= AHEAD_MAX:
        raise WindowEmpty(field="--to", expected=f"{since} to {since + timedelta(days=AHEAD_MAX - 1)}")
    if until >= panel.end or since <= panel.first:
        last = panel.end - timedelta(days=1)
        raise WindowEmpty(field="--from", expected=f"days after {panel.first}, to {last}")
    return days


def compared(name: str, panel: Panel, since: date, until: date) -> tuple[Outlook, list[Figure]]:
    """The forecast of a window from the days before it, and its figures. Raises `WindowEmpty`."""
    days = window(panel, since, until)
    watch = Stopwatch()
    before = panel.before(since, at_most=panel.days)
    try:
        outlook = boosted.fit(before, days).forecast(before, days)
    except NotFitted as few:
        raise WindowEmpty(
            f"Too little to learn from: {few}.", field="--from", expected="a later day, or more shops"
        ) from None
    split = f"before {since} -> {since} to {until}"
    came = panel.window(since, days)
    simple = weekday.forecast(before, days)
    figures = list(measured(name, split, outlook, simple, came, watch.seconds))
    opened = np.where((before.counts > 0).any(axis=1), (before.counts > 0).argmax(axis=1), before.days)
    new = opened >= before.days - NEW_DAYS
    if new.sum() >= NEW_MIN:
        ours, theirs = _relative(outlook.typical, came)[new], _relative(simple.typical, came)[new]
        figures.append(_figure(name, "relative_error.new_shops", split, ours, mean(theirs), watch.seconds))
    return outlook, figures


def measured(
    name: str, split: str, outlook: Outlook, simple: Outlook, came: Table, seconds: float
) -> Iterator[Figure]:
    """Relative error, coverage and pinball loss, beside those of the same weekday."""
    theirs = mean(_relative(simple.typical, came))
    yield _figure(name, "relative_error", split, _relative(outlook.typical, came), theirs, seconds)
    held = ((came >= outlook.low) & (came <= outlook.high)).mean(axis=1)
    yield _figure(name, "coverage_90", split, np.asarray(held, np.float64), LEVEL, seconds)
    yield _figure(name, "pinball", split, _pinball(outlook, came), mean(_pinball(simple, came)), seconds)


def _relative(forecast: Table, came: Table) -> Floats:
    return np.asarray(relative(forecast, came).mean(axis=1), np.float64)


def _pinball(outlook: Outlook, came: Table) -> Floats:
    losses: list[Table] = []
    for at, said in ((LOW, outlook.low), (MIDDLE, outlook.middle), (HIGH, outlook.high)):
        error = came - said
        losses.append(np.maximum(at * error, (at - 1) * error))
    return np.asarray(np.mean(losses, axis=0).mean(axis=1), np.float64)


def _figure(name: str, metric: str, split: str, of_shops: Floats, baseline: float, seconds: float) -> Figure:
    low, high = interval(of_shops, mean)
    return Figure(
        name=name, metric=metric, value=mean(of_shops), low=low, high=high, baseline=baseline, split=split,
        seconds=seconds,
    )  # fmt: skip
