"""Koubei: payments a day at 2,000 shops (IJCAI-17 contest), two weeks ahead from the days before.

The metric is the contest's: the mean of |p - y| / (p + y) over shops and days, p a whole number. A shop and
day without a row had no payment. Nothing of the window is read: not its counts, page views or weather.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from qianbao.insight.demand.panel import Panel
from qianbao.insight.evaluate.figures import Asked, DataUnreadable, Figure, WindowEmpty, file
from qianbao.insight.evaluate.outlooks import DAYS, compared

NAME: Final = "koubei"
PAYS: Final = "shop_day_pay.parquet"
SHOPS: Final = "shop_info.csv"
WINDOWS: Final = (date(2016, 8, 2), date(2016, 9, 13), date(2016, 10, 4))
"""First days of the windows, where none is named."""
FACTS: Final = ("per_pay", "score", "comment_cnt", "shop_level")
GROUPS: Final = ("cate_2", "cate_3", "city")

_SHOPS: Final = """
SELECT   shop_id::INTEGER AS shop, per_pay::FLOAT AS per_pay, score::FLOAT AS score,
         comment_cnt::FLOAT AS comment_cnt, shop_level::FLOAT AS shop_level,
         dense_rank() OVER (ORDER BY cate_2) - 1 AS cate_2,
         dense_rank() OVER (ORDER BY coalesce(cate_3, '')) - 1 AS cate_3,
         dense_rank() OVER (ORDER BY city) - 1 AS city
FROM     read_csv($1)
ORDER BY shop
"""
_PAYS: Final = """
SELECT   shop_id::INTEGER AS shop, date::DATE - DATE '1970-01-01' AS day, sum(pays)::INTEGER AS pays
FROM     read_parquet($1)
WHERE    shop_id IS NOT NULL AND date IS NOT NULL AND pays >= 0
GROUP BY ALL
"""


def evaluate(asked: Asked) -> list[Figure]:
    """Every figure. Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`."""
    panel = read(asked)
    figures: list[Figure] = []
    for since, until in windows(asked):
        figures += compared(NAME, panel, since, until)[1]
    return figures


def windows(asked: Asked) -> list[tuple[date, date]]:
    """First and last days of the windows that are tested. Raises `WindowEmpty`."""
    if asked.since is None:
        if asked.until is not None:
            raise WindowEmpty("A last day without a first.", field="--from", expected="the first day too")
        return [(since, since + timedelta(days=DAYS - 1)) for since in WINDOWS]
    return [(asked.since, asked.until or asked.since + timedelta(days=DAYS - 1))]


def read(asked: Asked) -> Panel:
    """Shops, and payments by day. Raises `DataMissing`, `DataUnreadable`."""
    shops = columns(_SHOPS, file(asked, SHOPS))
    pays = columns(_PAYS, file(asked, PAYS))
    if not len(shops["shop"]) or not len(pays["shop"]):
        raise DataUnreadable(f"{SHOPS} or {PAYS} has no rows.", field="--data")
    place = np.searchsorted(shops["shop"], pays["shop"])
    known = shops["shop"][np.minimum(place, len(shops["shop"]) - 1)] == pays["shop"]
    if not known.all():
        raise DataUnreadable(f"{PAYS} has shops that are not in {SHOPS}.", field="--data")
    first = int(pays["day"].min())
    counts = np.zeros((len(shops["shop"]), int(pays["day"].max()) - first + 1), np.float32)
    counts[place, pays["day"] - first] = pays["pays"]
    return Panel(
        shops=tuple(str(shop) for shop in shops["shop"]),
        first=date(1970, 1, 1) + timedelta(days=first),
        counts=counts,
        facts={name: np.asarray(np.ma.filled(shops[name], np.nan), np.float32) for name in FACTS},
        groups={name: np.asarray(shops[name], np.int64) for name in GROUPS},
    )


def columns(query: str, path: Path) -> dict[str, Any]:
    """What a query finds in a file, by column. Raises `DataUnreadable`."""
    try:
        with duckdb.connect() as plain:
            connection: Any = plain
            return connection.execute(query, [str(path)]).fetchnumpy()
    except duckdb.Error as broken:
        raise DataUnreadable(str(broken).splitlines()[0], field="--data") from None
