"""CDNOW: one cohort's purchases, 39 weeks to learn from, the weeks after to forecast.

The published figures are of P. Fader, B. Hardie, K. L. Lee (2005), table 2 (BG/NBD, Pareto/NBD), and of their
note on the Gamma-Gamma model (2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import astuple, fields
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from qianbao.insight.evaluate.figures import (
    Asked,
    DataUnreadable,
    Figure,
    Stopwatch,
    WindowEmpty,
    file,
    interval,
    mean,
    mean_absolute,
    root_mean_square,
)
from qianbao.insight.models import bgnbd, gamma_gamma, pareto_nbd
from qianbao.insight.models.arrays import Floats
from qianbao.insight.models.history import Histories

NAME: Final = "cdnow"
SUMMARY: Final = "cdnow_sample_summary_39w.csv"
SETS: Final = {"sample": "cdnow_sample.csv.gz", "master": "cdnow_master.csv.gz"}
FIRST_TEST, LAST_TEST = date(1997, 10, 1), date(1998, 6, 30)

PUBLISHED: Final[dict[str, tuple[tuple[float, ...], float | None]]] = {
    "bgnbd": ((0.243, 4.414, 0.793, 2.426), -9582.4),
    "pareto_nbd": ((0.553, 10.578, 0.606, 11.669), -9595.0),
    "gamma_gamma": ((6.25, 3.74, 15.44), None),
}
"""Parameters and log-likelihood, as printed."""


MODELS: Final[dict[str, Callable[[Histories], Any]]] = {
    "bgnbd": bgnbd.fit,
    "pareto_nbd": pareto_nbd.fit,
    "gamma_gamma": gamma_gamma.fit,
}


def evaluate(asked: Asked) -> list[Figure]:
    """Every figure. Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`."""
    printed = summary(file(asked, SUMMARY))
    since, until = asked.since or FIRST_TEST, asked.until or LAST_TEST
    if until < since:
        raise WindowEmpty(field="--to", expected=f"{since} or later")
    sets = {name: _split(file(asked, kept), since, until) for name, kept in SETS.items()}
    figures = list(published(printed))
    for name, (histories, came) in sets.items():
        figures += forecast(name, histories, came, since=since, until=until)
    return figures


def summary(path: Path) -> Histories:
    """The published summary of the sample: ID, x, t_x, T, zbar. Raises `DataUnreadable`."""
    rows = _read("SELECT x, t_x, T, zbar FROM read_csv($1)", str(path))
    return Histories(x=rows[:, 0], t_x=rows[:, 1], t=rows[:, 2], mean=rows[:, 3])


def published(histories: Histories) -> Iterator[Figure]:
    """Parameters and log-likelihoods on the published summary beside what was printed."""
    for name, fit in MODELS.items():
        watch = Stopwatch()
        model = fit(histories)
        printed, likelihood = PUBLISHED[name]
        split = "published summary, 39 weeks"
        values = zip(fields(model), astuple(model), printed, strict=True)
        for parameter, value, given in values:
            yield Figure(
                name=NAME, metric=f"{name}.{parameter.name}", value=value, baseline=given, split=split,
                seconds=watch.seconds,
            )  # fmt: skip
        yield Figure(
            name=NAME, metric=f"{name}.log_likelihood", value=model.log_likelihood(histories),
            baseline=likelihood, split=split, seconds=watch.seconds,
        )  # fmt: skip


def forecast(name: str, histories: Histories, came: Floats, *, since: date, until: date) -> Iterator[Figure]:
    """Repeat purchase days of each customer in the test window, from what was before it."""
    weeks = ((until - since).days + 1) / 7
    split = f"{name}, before {since} -> {since} to {until}"
    watch = Stopwatch()
    model = bgnbd.fit(histories)
    yield from _errors("bgnbd", model.expected(histories, weeks), came, histories.x, split, watch)
    watch = Stopwatch()
    expected = pareto_nbd.fit(histories).expected(histories, weeks)
    yield from _errors("pareto_nbd", expected, came, histories.x, split, watch)
    watch = Stopwatch()
    # What misses least in the mean of absolute errors is the median of what may come, not its mean.
    random = np.random.default_rng(0)
    low, middle, high = model.quantiles(histories, weeks, (0.05, 0.5, 0.95), random)
    yield from _errors("bgnbd_median", middle, came, histories.x, split, watch)
    held = ((came >= low) & (came <= high)).astype(np.float64)
    bounds = interval(held, mean)
    yield Figure(
        name=NAME, metric="bgnbd.coverage_90", value=mean(held), low=bounds[0], high=bounds[1], baseline=0.9,
        split=split, seconds=watch.seconds,
    )  # fmt: skip


def _errors(
    model: str, forecast: Floats, came: Floats, as_before: Floats, split: str, watch: Stopwatch
) -> Iterator[Figure]:
    error, before = forecast - came, as_before - came
    seconds = watch.seconds
    for metric, of in (("mae", mean_absolute), ("rmse", root_mean_square)):
        low, high = interval(error, of)
        yield Figure(
            name=NAME, metric=f"{model}.{metric}", value=of(error), low=low, high=high, baseline=of(before),
            split=split, seconds=seconds,
        )  # fmt: skip
    yield Figure(
        name=NAME, metric=f"{model}.total", value=float(forecast.sum()), baseline=float(came.sum()),
        split=split, seconds=seconds,
    )  # fmt: skip


_DAYS: Final = """
SELECT   customer_id::BIGINT, date::DATE - DATE '1970-01-01', sum(dollars)
FROM     read_csv($1)
GROUP BY ALL
ORDER BY 1, 2
"""


def _split(path: Path, since: date, until: date) -> tuple[Histories, Floats]:
    """Histories of those who came before `since`, and how often each came from then to `until`."""
    rows = _read(_DAYS, str(path))
    first_test, last_test = ((day - date(1970, 1, 1)) // timedelta(days=1) for day in (since, until))
    before = rows[rows[:, 1] < first_test]
    if not len(before):
        raise WindowEmpty(field="--from", expected="a day after the first purchases")
    who, start, count = np.unique(before[:, 0], return_index=True, return_counts=True)
    first, last = before[start, 1], before[start + count - 1, 1]
    again = np.add.reduceat(before[:, 2], start) - before[start, 2]
    x = (count - 1).astype(np.float64)
    end = first_test - 1
    later = rows[(rows[:, 1] >= first_test) & (rows[:, 1] <= last_test)]
    came = np.zeros(len(who))
    place = np.searchsorted(who, later[:, 0])
    known = (place < len(who)) & (who[np.minimum(place, len(who) - 1)] == later[:, 0])
    np.add.at(came, place[known], 1.0)
    histories = Histories(
        x=x, t_x=(last - first) / 7, t=(end - first) / 7, mean=np.where(x > 0, again / np.maximum(x, 1), 0)
    )
    return histories, came


def _read(query: str, *args: str) -> Floats:
    try:
        with duckdb.connect() as plain:
            connection: Any = plain
            columns = connection.execute(query, args).fetchnumpy().values()
            return np.column_stack([np.asarray(column, np.float64) for column in columns])
    except (duckdb.Error, ValueError, TypeError) as broken:
        raise DataUnreadable(str(broken).splitlines()[0]) from None
