"""Facts as the reader writes them, told in days and fen, and the features of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from qianbao.clock import BUSINESS_ZONE, nanoseconds
from qianbao.ids import of_int
from qianbao.insight.features import build
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import pa, table, uuids

DAY = date(2026, 11, 1)
"""A Sunday: the day of asking."""
EVER = 2**62


def uuid(number: int) -> UUID:
    """An id of a number."""
    return of_int(number << 8)


def at(days_ago: int, hour: float = 12) -> int:
    """A moment of a business day before `DAY`, nanoseconds."""
    midnight = datetime.combine(DAY - timedelta(days=days_ago), time(), BUSINESS_ZONE)
    return nanoseconds(midnight + timedelta(hours=hour))


@dataclass(frozen=True, kw_only=True)
class Told:
    """A fact, with days counted back from `DAY`; known at once where nothing else is said."""

    person: int = 1
    record: int
    ago: int
    hour: float = 12
    known: int | None = None
    """How many days before `DAY` it became known; below 0: after it."""
    known_hour: float = 23
    amount: int = 10_00
    own: int | None = None
    refunded: int | None = None
    """Given back so far: then it amends a record."""
    merchant: int = 1
    currency: str = "CNY"
    category: str = "dining"
    scene: str = "native"
    brand: str = "lanhua"
    city: str = "Hangzhou"
    tier: str = "new1"
    cell: int | None = 7
    says: str | None = None
    """The person's own word on the kind of a record: then it corrects one."""


def fact(seq: int, told: Told) -> Mapping[str, Any]:
    """A row of `consumption_fact`."""
    return {
        "seq": seq,
        "record": uuid(told.record),
        "person": uuid(told.person),
        "kind": "corrected" if told.says else "paid" if told.refunded is None else "refunded",
        "happened": at(told.ago, told.hour),
        "known": at(told.ago if told.known is None else told.known, told.known_hour),
        "day": DAY - timedelta(days=told.ago),
        "amount": told.amount,
        "own": told.amount if told.own is None else told.own,
        "refunded": told.refunded or 0,
        "merchant": uuid(told.merchant),
        "store": None,
        "currency": told.currency,
        "mcc": "5812",
        "category": told.says or told.category,
        "scene": told.scene,
        "brand": told.brand,
        "city": told.city,
        "tier": told.tier,
        "cell": told.cell,
    }


def snapshot(told: Iterable[Told], **changed: Any) -> Snapshot:
    """What there is, whenever it became known: nothing is in a file yet."""
    rows: Any = [fact(seq, one) for seq, one in enumerate(told, 1)]
    every = Snapshot(
        files=(),
        fresh=table(rows),
        born=pa.table({"person": uuids([]), "year": pa.array([], pa.int64())}),
        said=(),
        rule=REGISTER[Purpose.STATISTICS],
        since=0,
        until=EVER,
    )
    return replace(every, **changed)


def features(told: Iterable[Told], *names: str, day: date = DAY) -> dict[int, dict[str, Any]]:
    """The features of each person, all or some, as of a day."""
    with build.as_known(snapshot(told), day).opened() as tables:
        found = build.table(tables, day, [FEATURES[name] for name in names or FEATURES])
    return by_person(found)


def by_person(found: Any) -> dict[int, dict[str, Any]]:
    """An Arrow table of features, by the numbers of persons."""
    rows: Sequence[dict[str, Any]] = found.to_pylist()
    return {_number(row.pop("person")): row for row in rows}


def _number(person: UUID | bytes) -> int:
    return (int.from_bytes(person) if isinstance(person, bytes) else person.int) >> 8
