"""Bitcoin OTC: what a social graph says of a newcomer, beyond what the newcomer has done alone.

Members who pay one another rate one another. At the first rating of a newcomer it is forecast whether anybody
else will distrust them within 90 days, quarter by quarter, each from newcomers whose days had ended before.
Distrust comes in waves, so rankings are measured within quarters (S. Kumar et al., ICDM 2016, for the set).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit.measures import Ranked, interval
from qianbao.insight.evaluate.figures import Asked, DataUnreadable, Figure, Stopwatch, WindowEmpty, file
from qianbao.insight.evaluate.measured import About
from qianbao.insight.graph.newcomers import DAY, Newcomers, Ratings, Source, walk
from qianbao.insight.models.arrays import Floats
from qianbao.insight.response.logistic import newton

NAME: Final = "bitcoinotc"
ABOUT: Final = About(
    model="A logistic regression at a newcomer's first rating, of what they have done and of who rates "
    "them, fitted anew each quarter.",
    purpose="to show what a social graph says of a newcomer; no product of the house reads it",
    data="ratings among the members of a market of 2010 to 2016; members are numbers only",
    limits=(
        "Distrust there is what other members said, not what somebody did.",
        "It comes in waves: a chance from one quarter is no chance in the next, only the order is.",
        "Whoever nobody vouches for is not the worse for it by that alone.",
    ),
)
FILE: Final = "bitcoinotc.parquet"
FIRST_TEST: Final = date(2012, 1, 1)
QUARTER_DAYS: Final = 91
OUTCOME_DAYS: Final = 90.0
NEWCOMERS_MIN: Final = 300
RIDGE: Final = 30.0
FAR: Final = 4.0

_RATINGS: Final = """
SELECT   rater::DOUBLE AS rater, ratee::DOUBLE AS ratee, rating::DOUBLE AS rating, "time"::DOUBLE AS "time"
FROM     read_parquet($1)
ORDER BY "time"
"""


def evaluate(asked: Asked) -> list[Figure]:
    """The ablation. Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`."""
    watch = Stopwatch()
    ratings = _ratings(file(asked, FILE))
    people = walk(ratings, days=OUTCOME_DAYS)
    quarters = _quarters(people, float(ratings.time[-1]), asked)
    return list(_joined(people, quarters, watch.seconds))


def _joined(people: Newcomers, quarters: list[_Quarter], seconds: float) -> Iterator[Figure]:
    measured = np.concatenate([test for _, test in quarters])
    since, until = (
        datetime.fromtimestamp(float(people.time[at]), UTC).date() for at in (measured[0], measured[-1])
    )
    split = f"{len(measured):,} newcomers from {since} to {until}, each quarter from those before it"
    before: list[tuple[NDArray[np.intp], Ranked]] | None = None
    for number, source in enumerate(Source):
        watch = Stopwatch()
        name = source.value if not number else f"+ {source.value}"
        chance = _forecast(people, quarters, tuple(Source)[: number + 1])
        ranked = _ranked(people, quarters, chance)
        low, high = interval(len(measured), lambda weight, one=ranked: _mean_auc(one, weight))
        yield Figure(
            name=NAME, metric=f"joined: {name}", value=_mean_auc(ranked, np.ones(len(measured))), low=low,
            high=high, baseline=0.5, split=split, seconds=round(seconds + watch.seconds, 3),
        )  # fmt: skip
        if before is not None:

            def adds(weight: Floats, one: _Ranks = ranked, other: _Ranks = before) -> float:
                return _mean_auc(one, weight) - _mean_auc(other, weight)

            low, high = interval(len(measured), adds)
            yield Figure(
                name=NAME, metric=f"joined: {name}, adds", value=adds(np.ones(len(measured))), low=low,
                high=high, baseline=0.0, split=split, seconds=watch.seconds,
            )  # fmt: skip
        before = ranked


_Quarter = tuple[NDArray[np.intp], NDArray[np.intp]]
"""Whom it is learnt from, and who is forecast."""
_Ranks = list[tuple[NDArray[np.intp], Ranked]]
"""By quarter: places among those measured."""


def _forecast(people: Newcomers, quarters: list[_Quarter], sources: tuple[Source, ...]) -> Floats:
    x = np.column_stack([people.signs[source] for source in sources])
    chance = np.full(len(people.time), np.nan)
    for train, test in quarters:
        centre, scale = x[train].mean(axis=0), np.maximum(x[train].std(axis=0), 1e-9)
        a = np.column_stack([np.ones(len(x)), np.clip((x - centre) / scale, -FAR, FAR)])
        penalty = np.r_[0.0, np.full(x.shape[1], RIDGE)]
        found, _ = newton(a[train], people.distrusted[train], penalty, np.zeros(a.shape[1]))
        chance[test] = a[test] @ found
    return chance


def _ranked(people: Newcomers, quarters: list[_Quarter], chance: Floats) -> _Ranks:
    found: _Ranks = []
    begin = 0
    for _, test in quarters:
        came = people.distrusted[test]
        if 0 < came.sum() < len(test):
            found.append((np.arange(begin, begin + len(test)), Ranked(chance[test], came)))
        begin += len(test)
    return found


def _mean_auc(ranked: _Ranks, weight: Floats) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):
        return float(np.nanmean([one.auc(weight[at]) for at, one in ranked]))


def _quarters(people: Newcomers, last: float, asked: Asked) -> list[_Quarter]:
    since = _seconds(asked.since or FIRST_TEST)
    end = last - OUTCOME_DAYS * DAY
    if asked.until is not None:
        end = min(end, _seconds(asked.until + timedelta(days=1)))
    found: list[_Quarter] = []
    while since < end:
        until = min(since + QUARTER_DAYS * DAY, end)
        train = np.flatnonzero(people.time + OUTCOME_DAYS * DAY < since)
        test = np.flatnonzero((people.time >= since) & (people.time < until))
        learnt = people.distrusted[train]
        if len(train) >= NEWCOMERS_MIN and 0 < learnt.sum() < len(train) and len(test):
            found.append((train, test))
        since = until
    if not any(0 < people.distrusted[test].sum() < len(test) for _, test in found):
        raise WindowEmpty(
            field="--from",
            expected=f"days with newcomers, {NEWCOMERS_MIN} of them before, and {OUTCOME_DAYS:g} days after",
        )
    return found


def _seconds(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _ratings(path: Path) -> Ratings:
    try:
        with duckdb.connect() as plain:
            connection: Any = plain
            rows = connection.execute(_RATINGS, [str(path)]).fetchnumpy()
    except duckdb.Error as broken:
        raise DataUnreadable(str(broken).splitlines()[0]) from None
    columns = {name: np.ma.filled(np.ma.asarray(column), np.nan) for name, column in rows.items()}
    if not len(columns["time"]) or any(np.isnan(column).any() for column in columns.values()):
        raise DataUnreadable(f"{path.name} has no ratings, or some without a member, a rating or a time.")
    return Ratings(
        rater=columns["rater"], ratee=columns["ratee"], rating=columns["rating"], time=columns["time"]
    )
