"""From a snapshot of records to rounds of the past, and to a fitted model. It computes and blocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.db import queries
from qianbao.insight.features import build
from qianbao.insight.needs import signs
from qianbao.insight.needs.fitting import Round
from qianbao.insight.needs.models import AHEAD_DAYS, KINDS, PEOPLE_MIN, PRODUCTS, TRACES
from qianbao.insight.needs.signs import ASKED
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import pa

SQL: Final = queries(__package__ or "", "outcomes.sql")
ROUNDS: Final = 3
"""Past days, each so long before the next as is looked ahead, that the model is fitted on."""


def rounds(snapshot: Snapshot, day: date) -> Iterator[Round]:
    """Rounds whose outcomes are known at a day's end, the latest first; those of too few people are left out.

    Features of a round are as known at its own day's end; its outcome begins the day after.
    """
    for back in range(1, ROUNDS + 1):
        asked = day - timedelta(days=back * AHEAD_DAYS)
        with build.as_known(snapshot, asked).opened() as tables:
            table = build.table(tables, asked, ASKED)
        if table.num_rows < PEOPLE_MIN:
            return
        with build.as_known(snapshot, day).opened() as tables:
            yield _round(tables, table, asked)


def used(tables: Any, table: Any, day: date) -> NDArray[np.bool_]:
    """(people, products): who of a table of features has paid for it, up to a day."""
    return _used(tables, table, day, day)[0]


def _round(tables: Any, table: Any, asked: date) -> Round:
    until = asked + timedelta(days=AHEAD_DAYS)
    _registered(tables, table)
    came = np.zeros((table.num_rows, len(KINDS)), np.bool_)
    rows = tables.execute(SQL["needs_came"], {"since": asked, "until": until}).fetchnumpy()
    _marked(came, rows["place"], rows["name"], KINDS)
    before, after = _used(tables, table, asked, until)
    born = np.full(table.num_rows, np.nan)
    rows = tables.execute(SQL["needs_born"]).fetchnumpy()
    born[np.asarray(rows["place"], np.intp)] = rows["year"]
    return Round(people=signs.read(table), came=came, used=before, adopted=after, born=born)


def _used(tables: Any, table: Any, since: date, until: date) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    _registered(tables, table)
    shape = (table.num_rows, len(PRODUCTS))
    before, after = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    rows = tables.execute(SQL["needs_used"], {"since": since, "until": until}).fetchnumpy()
    for found, flag in ((before, rows["before"]), (after, rows["after"])):
        some = np.asarray(flag, np.bool_)
        _marked(found, rows["place"][some], rows["name"][some], PRODUCTS)
    return before, after


def _registered(tables: Any, table: Any) -> None:
    place = pa.array(np.arange(table.num_rows))
    tables.register("person_at", pa.table({"person": table["person"], "place": place}))
    marks = [
        (product.value, mcc, scene)
        for product, trace in TRACES.items()
        for mcc, scene in [*((code, None) for code in trace.mccs), *((None, one) for one in trace.scenes)]
    ]
    columns = dict(zip(("product", "mcc", "scene"), map(list, zip(*marks, strict=True)), strict=True))
    tables.register("trace", pa.table(columns))


def _marked(found: NDArray[np.bool_], places: Any, names: Any, of: tuple[str, ...]) -> None:
    for at, name in enumerate(of):
        found[np.asarray(places, np.intp)[np.asarray(names) == name], at] = True
