"""What each source adds to the forecast of Koubei's shops: the same trees with and without it, by window.

Page views are those up to the day before. The weather is taken as it was on the days forecast, which nobody
knows two weeks ahead: what it adds here is more than any weather forecast can. So it is no part of the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from qianbao.insight.demand import boosted
from qianbao.insight.demand.outcome import relative
from qianbao.insight.demand.panel import AHEAD_MAX, Panel, Table
from qianbao.insight.evaluate.figures import Asked, Figure, Stopwatch, file, interval, mean
from qianbao.insight.evaluate.koubei import columns, read, windows
from qianbao.insight.evaluate.outlooks import window
from qianbao.insight.models.arrays import Floats

NAME: Final = "koubei_sources"
VIEWS: Final = "shop_day_view.parquet"
WEATHER: Final = "weather_day.parquet"
ROWS_MAX: Final = 60_000
"""Enough to see a difference; all of them take five times as long."""

_VIEWS: Final = """
SELECT   shop_id::INTEGER AS shop, date::DATE - DATE '1970-01-01' AS day, sum(views)::FLOAT AS views
FROM     read_parquet($1)
GROUP BY ALL
"""
_WEATHER: Final = """
SELECT   city, date::DATE - DATE '1970-01-01' AS day, max(temp_high_c)::FLOAT AS warm,
         max(condition LIKE '%雨%' OR condition LIKE '%雪%')::FLOAT AS wet
FROM     read_parquet($1)
GROUP BY ALL
"""
_CITIES: Final = "SELECT shop_id::INTEGER AS shop, city FROM read_csv($1) ORDER BY shop"


def evaluate(asked: Asked) -> list[Figure]:
    """Every figure. Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`."""
    panel = read(asked)
    told = _told(panel, asked)
    return [figure for since, until in windows(asked) for figure in _one(told, panel, since, until)]


def _told(panel: Panel, asked: Asked) -> dict[str, tuple[str, Panel]]:
    """Panels by what is told in each, with the one that it is compared with."""
    counts = replace(panel, facts={}, groups={}, holidays=False)
    calendar = replace(counts, holidays=True)
    return {
        "counts": ("", counts),
        "calendar": ("counts", calendar),
        "shops": ("calendar", panel),
        "views": ("shops", replace(panel, behind={"views": _views(panel, asked)})),
        "weather_as_it_was": ("shops", replace(panel, ahead=_weather(panel, asked))),
    }


def _one(told: dict[str, tuple[str, Panel]], panel: Panel, since: date, until: date) -> Iterator[Figure]:
    days = window(panel, since, until)
    came = panel.window(since, days)
    split = f"before {since} -> {since} to {until}"
    errors: dict[str, Floats] = {}
    for source, (without, known) in told.items():
        watch = Stopwatch()
        before = known.before(since, at_most=known.days)
        outlook = boosted.fit(before, days, rows_max=ROWS_MAX).forecast(before, days)
        error = np.asarray(relative(outlook.typical, came).mean(axis=1), np.float64)
        errors[source] = error
        low, high = interval(error, mean)
        yield Figure(
            name=NAME, metric=f"relative_error.{source}", value=mean(error), low=low, high=high,
            baseline=mean(errors[without]) if without else None, split=split, seconds=watch.seconds,
        )  # fmt: skip
        if without:
            gain = errors[without] - error
            low, high = interval(gain, mean)
            yield Figure(
                name=NAME, metric=f"gain.{source}", value=mean(gain), low=low, high=high, baseline=0.0,
                split=split, seconds=watch.seconds,
            )  # fmt: skip


def _views(panel: Panel, asked: Asked) -> Table:
    rows = columns(_VIEWS, file(asked, VIEWS))
    told = _laid(rows["shop"], _numbers(panel), rows["day"], rows["views"], panel, 0)
    known = np.isfinite(told).any(axis=0)  # before the first day, and on two lost days, nothing is known
    return np.where(known, np.nan_to_num(told), np.nan).astype(np.float32)


def _weather(panel: Panel, asked: Asked) -> dict[str, Table]:
    rows = columns(_WEATHER, file(asked, WEATHER))
    cities = np.asarray(columns(_CITIES, file(asked, "shop_info.csv"))["city"]).astype(str)
    names, of_shop = np.unique(cities, return_inverse=True)
    city = np.asarray(rows["city"]).astype(str)
    return {
        name: _laid(city, names, rows["day"], rows[name], panel, AHEAD_MAX)[of_shop]
        for name in ("warm", "wet")
    }


def _numbers(panel: Panel) -> Any:
    return np.array([int(shop) for shop in panel.shops])


def _laid(who: Any, names: Any, day: Any, value: Any, panel: Panel, more: int) -> Table:
    """(names, days and `more`): what is known of each on each day; NaN: nothing."""
    at = np.asarray(day, np.int64) - (panel.first - date(1970, 1, 1)) // timedelta(days=1)
    place = np.minimum(np.searchsorted(names, who), len(names) - 1)
    told = np.full((len(names), panel.days + more), np.nan, np.float32)
    here = (at >= 0) & (at < told.shape[1]) & (names[place] == who)
    told[place[here], at[here]] = np.asarray(value, np.float32)[here]
    return told
