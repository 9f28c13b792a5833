"""From records to the demand of every store. It computes and blocks: run it in a thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from qianbao.db import queries
from qianbao.ids import Id, of_bytes
from qianbao.insight.demand.boosted import ROWS_MAX
from qianbao.insight.demand.examples import HISTORY_DAYS
from qianbao.insight.demand.forecasting import outlook
from qianbao.insight.demand.outcome import Outlook
from qianbao.insight.demand.panel import Panel
from qianbao.insight.demand.stores.cards import card
from qianbao.insight.demand.stores.models import (
    AGAIN_DAYS,
    AGAIN_MIN,
    DAYS,
    HOURS_DAYS,
    LATELY_DAYS,
    Counted,
    Demand,
    Done,
    Expected,
)
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import pa

SQL: Final = queries(__package__ or "", "sales.sql")


def batch(snapshot: Snapshot, *, today: date, rows_max: int = ROWS_MAX, threads: int = 1) -> Done:
    """The demand of every store that has sold, from `today` on; one core is left to payments."""
    since = today - timedelta(days=HISTORY_DAYS)
    with snapshot.opened() as tables:
        asked = {
            "today": [today],
            "since": [since],
            "hours_since": [today - timedelta(days=HOURS_DAYS)],
            "again_since": [today - timedelta(days=AGAIN_DAYS)],
        }
        tables.register("asked", pa.table(asked))
        tables.execute(SQL["view_sale"])
        sold = tables.execute(SQL["demand_days"]).fetchnumpy()
        hours = tables.execute(SQL["demand_hours"]).fetchall()
        again = {_id(store): (people, many) for store, people, many in _rows(tables, "demand_again")}
    stores, place = np.unique(np.asarray(sold["store"]).astype(str), return_inverse=True)
    if not len(stores):
        return Done(demands=(), card=card(None, stores=0, days=0))
    panel = _panel(sold, stores, place, since=since, today=today)
    to_come, model = outlook(panel, DAYS, rows_max=rows_max, threads=threads)
    counted = _hours(hours, {store: number for number, store in enumerate(stores)})
    merchants: dict[int, str] = dict(
        zip(place.tolist(), np.asarray(sold["merchant"]).astype(str), strict=True)
    )
    return Done(
        demands=tuple(
            Demand(
                store=_id(store),
                merchant=_id(merchants[number]),
                days=_expected(to_come, number),
                lately=_lately(panel, number),
                hours=tuple(tuple(day) for day in counted[number].tolist()),
                again=_share(again.get(_id(store))),
            )
            for number, store in enumerate(stores)
        ),
        card=card(model, stores=len(stores), days=panel.days),
    )


def _rows(tables: Any, name: str) -> list[Any]:
    return tables.execute(SQL[name]).fetchall()


def _id(told: UUID | str) -> Id:
    return of_bytes(told.bytes if isinstance(told, UUID) else UUID(told).bytes)


def _panel(
    sold: Mapping[str, Any], stores: NDArray[Any], place: NDArray[Any], *, since: date, today: date
) -> Panel:
    counts = np.zeros((len(stores), (today - since).days), np.float32)
    counts[place, np.asarray(sold["day"], np.int64)] = sold["customers"]
    begun = int(np.argmax((counts > 0).any(axis=0)))
    return Panel(
        shops=tuple(stores.tolist()),
        first=since + timedelta(days=begun),
        counts=counts[:, begun:],
        groups={name: _group(sold[name], place, len(stores)) for name in ("city", "category")},
    )


def _group(told: Any, place: NDArray[Any], stores: int) -> NDArray[np.int64]:
    _, number = np.unique(np.asarray(told).astype(str), return_inverse=True)
    group = np.zeros(stores, np.int64)
    group[place] = number
    return group


def _hours(rows: Sequence[Any], places: Mapping[str, int]) -> NDArray[np.int64]:
    counted = np.zeros((len(places), 7, 24), np.int64)
    for store, weekday, hour, customers in rows:
        counted[places[str(store)], weekday, hour] = customers
    return counted


def _expected(of: Outlook, store: int) -> tuple[Expected, ...]:
    return tuple(
        Expected(
            day=day,
            expected=round(float(of.expected[store, number]), 1),
            low=int(of.low[store, number]),
            middle=int(of.middle[store, number]),
            high=int(of.high[store, number]),
        )
        for number, day in enumerate(of.days)
    )


def _lately(panel: Panel, store: int) -> tuple[Counted, ...]:
    counts = panel.counts[store, -LATELY_DAYS:]
    first = panel.end - timedelta(days=len(counts))
    return tuple(
        Counted(day=first + timedelta(days=number), customers=int(count))
        for number, count in enumerate(counts)
    )


def _share(told: tuple[int, int] | None) -> int | None:
    if told is None or told[0] < AGAIN_MIN:
        return None
    people, again = told
    return round(100 * again / people)
