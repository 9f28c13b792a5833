"""Reading the figures, and what a process tells of itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Any, Final

import asyncpg
import msgspec

from qianbao.clock import SECOND, Clock, business_date
from qianbao.console.figures.models import Behind, Dimension, Latency, Now, Point, Totals, Volume
from qianbao.db import Database, queries
from qianbao.ids import Id

SQL: Final = queries(__package__ or "qianbao.console.figures")

RATE_S: Final = 5
"""Whole seconds over which "now" is."""
SETTLED_S: Final = 2
"""A second is whole for the figures this long after it has passed."""
RECENT_MIN: Final = 5
FRESH_S: Final = 10
"""A process that told nothing for this long is not counted."""
SLOWEST: Final = 5
DAY_S: Final = 86_400


class Pulse(msgspec.Struct, frozen=True, kw_only=True):
    """What a server process tells of its last minute."""

    buckets_s: tuple[float, ...]
    """The upper bounds of the latency's buckets, seconds; beyond the last one is one more."""
    steps: dict[str, tuple[int, ...]]
    """Of each step the answers by bucket."""


class HookStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How one webhook fares."""

    id: Id
    merchant: Id | None
    """None: the operator's own."""
    merchant_name: str | None
    url: str
    state: str
    failing_since: int | None
    waiting: int
    oldest_s: float
    """The age of what waits longest."""
    failed: int
    """Given up within the last day."""


class Figures:
    """The figures of the network. Every call is a few short queries; each raises `DatabaseLost`."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def now(self, currency: str = "CNY") -> Now:
        """How the network fares at this moment."""
        at = self._clock.now()
        now_s = at // SECOND
        today = business_date(at)
        seconds = await self.seconds(3600, currency=currency)
        whole = [p for p in seconds if now_s - SETTLED_S - RATE_S <= p.at < now_s - SETTLED_S]
        days = {
            row["day"]: _totals(row)
            for row in await self._db.rows(SQL["days"], today - timedelta(days=1), currency)
        }
        slowest, processes = await self._latencies(at)
        return Now(
            at=at,
            currency=currency,
            per_s=sum(p.totals.paid for p in whole) / RATE_S,
            peak_per_s=max((p.totals.paid for p in seconds), default=0),
            recent=added(p.totals for p in seconds if p.at >= now_s - RECENT_MIN * 60),
            today=days.get(today, Totals()),
            yesterday=days.get(today - timedelta(days=1), Totals()),
            behind=await self._behind(at),
            slowest=slowest,
            processes=processes,
        )

    async def seconds(self, last_s: int, *, currency: str = "CNY") -> list[Point]:
        """The last seconds in which something happened, by the moment of the commit; oldest first."""
        since = self._clock.now() // SECOND - last_s
        return [_point(row) for row in await self._db.rows(SQL["seconds"], since, currency)]

    async def minutes(self, last_min: int, *, currency: str = "CNY") -> list[Point]:
        """The last minutes in which something happened, by the moment of the commit; oldest first."""
        since = self._clock.now() // SECOND // 60 - last_min
        return [_point(row) for row in await self._db.rows(SQL["minutes"], since, currency)]

    async def volumes(
        self, by: Sequence[Dimension], *, since: date, until: date, currency: str = "CNY"
    ) -> list[Volume]:
        """The totals of a period, both days within, by one or two dimensions."""
        assert 1 <= len(by) <= 2
        second = by[1].value if len(by) == 2 else ""
        rows = await self._db.rows(SQL["volumes"], since, until, currency, by[0].value, second)
        return [Volume(keys=(row["first"], row["second"])[: len(by)], totals=_totals(row)) for row in rows]

    async def span(self) -> tuple[date, date] | None:
        """The first and the last day that have payments, or None while there are none."""
        row = await self._db.row(SQL["span"])
        return None if row is None or row["first"] is None else (row["first"], row["last"])

    async def hooks(self) -> list[HookStanding]:
        """How the webhooks fare, those with most behind first; two hundred at most."""
        at = self._clock.now()
        return [
            HookStanding(
                id=row["id"],
                merchant=row["party"],
                merchant_name=row["merchant_name"],
                url=row["url"],
                state=row["state"],
                failing_since=row["failing_since"],
                waiting=row["waiting"],
                oldest_s=row["oldest"] / 1e9,
                failed=row["failed"],
            )
            for row in await self._db.rows(SQL["hooks_behind"], at, at - DAY_S * SECOND)
        ]

    async def rebuild(self) -> None:
        """Throw the figures away; the projector makes them again from the first event on."""
        await self._db.write(SQL["rebuild"])

    async def tell(self, process: str, pulse: Pulse) -> None:
        """Tell what a server process did in its last minute."""
        steps = msgspec.json.encode(pulse).decode()
        await self._db.write(SQL["pulse"], process, self._clock.now(), steps)

    async def _behind(self, at: int) -> Behind:
        lag = await self._db.row(SQL["lags"], at)
        due = await self._db.row(SQL["deliveries_behind"], at, at - DAY_S * SECOND)
        assert lag is not None
        assert due is not None
        return Behind(
            dispatcher_s=lag["dispatcher"] / 1e9,
            figures_s=lag["figures"] / 1e9,
            deliveries=due["due"],
            oldest_delivery_s=due["age"] / 1e9 if due["due"] else 0.0,
            failed=due["failed"],
        )

    async def _latencies(self, at: int) -> tuple[tuple[Latency, ...], int]:
        rows = await self._db.rows(SQL["pulses"], at - FRESH_S * SECOND)
        pulses = [msgspec.json.decode(row["steps"], type=Pulse) for row in rows]
        return slowest(pulses)[:SLOWEST], len(pulses)


def slowest(pulses: Sequence[Pulse]) -> tuple[Latency, ...]:
    """The steps of all processes, by their 99th percentile, worst first."""
    summed: defaultdict[str, list[int]] = defaultdict(list)
    bounds = pulses[0].buckets_s if pulses else ()
    for pulse in pulses:
        if pulse.buckets_s != bounds:
            continue  # another version of the code, just before it is stopped
        for step, counts in pulse.steps.items():
            so_far = summed[step] or [0] * len(counts)
            summed[step] = [one + more for one, more in zip(so_far, counts, strict=True)]
    found = [
        Latency(
            step=step,
            count=sum(counts),
            p50_ms=percentile(counts, bounds, 0.50) * 1000,
            p99_ms=percentile(counts, bounds, 0.99) * 1000,
        )
        for step, counts in summed.items()
        if sum(counts)
    ]
    return tuple(sorted(found, key=lambda one: (-one.p99_ms, -one.count, one.step)))


def percentile(counts: Sequence[int], bounds_s: Sequence[float], share: float) -> float:
    """The bound, in seconds, below which `share` of the counted lie; beyond the last bound, the last."""
    wanted = share * sum(counts)
    place = next(n for n, so_far in enumerate(accumulate(counts)) if so_far >= wanted)
    return bounds_s[min(place, len(bounds_s) - 1)]


def added(totals: Any) -> Totals:
    """The sum of totals."""
    names = Totals.__struct_fields__
    sums: Mapping[str, int] = dict.fromkeys(names, 0)
    for one in totals:
        sums = {name: sums[name] + getattr(one, name) for name in names}
    return Totals(**sums)


def _totals(row: asyncpg.Record) -> Totals:
    return Totals(**{name: row[name] for name in Totals.__struct_fields__})


def _point(row: asyncpg.Record) -> Point:
    return Point(at=row["at"], totals=_totals(row))
