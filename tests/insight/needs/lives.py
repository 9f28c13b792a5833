"""Lives with a known truth: who pays for what how often, and who will take up an insurance."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np

from qianbao.clock import BUSINESS_ZONE, nanoseconds
from qianbao.ids import Id, of_int
from qianbao.insight.needs.models import KINDS
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import SCHEMA, pa, uuids

TODAY: Final = date(2026, 11, 19)
DAYS: Final = 200
PAID_FOR: Final = ("groceries", "dining", "travel")
"""The kinds that anybody pays for."""
TAKES_UP: Final = 0.9
"""The chance that somebody who travels much buys insurance in a month; for others it is a ninth of it."""


def person(number: int) -> Id:
    """The pseudonym of a life."""
    return of_int((0x0EED << 64) + number)


def fact(number: int, of: Id, day: date, *, category: str, mcc: str = "", **more: Any) -> dict[str, Any]:
    """A payment of ¥30 at noon; `more` says what is otherwise."""
    at = nanoseconds(datetime(day.year, day.month, day.day, 12, tzinfo=BUSINESS_ZONE))
    return {
        "seq": number, "record": of_int((0x0EEC << 64) + number), "person": of, "kind": "paid",
        "happened": at, "known": at, "day": day, "amount": 30_00, "own": 30_00,
        "refunded": 0, "merchant": of_int(1),
        "store": None, "currency": "CNY", "mcc": mcc, "category": category, "scene": "native",
        "brand": "lanhua", "city": "Hangzhou", "tier": "new1" if of.int % 2 else "2", "cell": None, **more,
    }  # fmt: skip


def drawn(people: int, *, seed: int = 1, insured: bool = False) -> list[dict[str, Any]]:
    """Payments of some people over `DAYS` days up to `TODAY`, each kind at a pace of the person's own."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for number in range(people):
        pace = {kind: random.gamma(0.6, 0.08) for kind in PAID_FOR}
        for back in range(DAYS, -1, -1):
            day = TODAY - timedelta(days=back)
            for kind, each in pace.items():
                if random.random() < each:
                    rows.append(fact(len(rows), person(number), day, category=kind))
        takes = TAKES_UP if pace["travel"] > 0.06 else TAKES_UP / 9
        if insured and random.random() < takes:
            day = TODAY - timedelta(days=int(random.integers(0, 90)))
            rows.append(fact(len(rows), person(number), day, category="services", mcc="6300"))
    return rows


def snapshot(rows: list[dict[str, Any]], *, born: dict[Id, int] | None = None) -> Snapshot:
    """These facts as an archive shows them."""
    columns: list[Any] = []
    for name in SCHEMA.names:
        values = [row[name] for row in rows]
        kind = SCHEMA.field(name).type
        if kind == pa.uuid():
            columns.append(uuids([None if value is None else value.bytes for value in values]))
        elif pa.types.is_dictionary(kind):
            columns.append(pa.array(values, pa.string()).dictionary_encode())
        else:
            columns.append(pa.array(values, kind))
    known = born or {}
    years = {
        "person": uuids([one.bytes for one in known]),
        "year": pa.array(list(known.values()), pa.int64()),
    }
    return Snapshot(
        files=(),
        fresh=pa.Table.from_arrays(columns, schema=SCHEMA),
        born=pa.table(years),
        said=(),
        rule=REGISTER[Purpose.STATISTICS],
        since=0,
        until=2**62,
    )


def refunded(row: dict[str, Any], *, number: int, day: date) -> dict[str, Any]:
    """That a payment was given back whole, known on a day."""
    at = nanoseconds(datetime(day.year, day.month, day.day, 12, tzinfo=BUSINESS_ZONE))
    return row | {"seq": number, "kind": "refunded", "refunded": row["amount"], "known": at}


def kind(name: str) -> int:
    """Its place."""
    return KINDS.index(name)
