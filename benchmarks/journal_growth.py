"""What one payment costs with ten thousand trades in the tables, and with ten million.

A database grows through `POINTS`, filled in bulk in between (`_growth_fill.py`); checkpoints and autovacuum
run as they are set up. At each point, right after a checkpoint (when each page is logged whole as it is first
touched), 500 callers pay trades that exist, then the index of accounts and references catches up: both are
counted, as processor time of this process and of every process of the server. The machine may be shared, so
each point has its own measure: a second server with ten thousand trades pays just before and just after it,
and what grew is told against that. At the last point follow a long run from one checkpoint on, and reads,
each of which an index alone must serve.

Takes 35 GB and, on a quiet machine, ten minutes. Where `GROWTH_HOME` is set, what stands is kept there, and
a run that was stopped goes on; `--until` stops at a point, `--fill` before it is measured, and `--last` takes
a smaller point than ten million for the last one.

    python benchmarks/journal_growth.py     # prints figures as JSON, draws journal_growth.svg
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import _growth_fill
import _growth_plot
import _growth_reads
import psutil
import uvloop
from _growth_plot import cost

from journal import CALLERS, LANES, LAY_TRADES, SIZE_MAX, Bench, figure, prepare
from qianbao.clock import SystemClock
from qianbao.db import connect, embedded, migrate
from qianbao.ledger.postgres.engine import PostgresEngine

POINTS = {10_000: 10_000, 100_000: 20_000, 1_000_000: 40_000, 3_000_000: 40_000, 10_000_000: 40_000}
"""Trades in the tables, and how many of them are paid at that point."""
LONG, SLICE = 1_200_000, 100_000
"""Payments of the long run at the end, and of one of its slices: what 4,000 a second pay from one checkpoint
to the next (five minutes)."""
SMALL = 10_000
LONE = 200
EMPTY = "TRUNCATE trade, command, transfer, transfer_entry"


class Growing:
    """A server, its trades, and what a payment costs on it."""

    def __init__(self, server: embedded.Embedded, bench: Bench) -> None:
        self.bench = bench
        self.ledger = PostgresEngine(bench.db, clock=SystemClock())
        self._postmaster = psutil.Process(server.pid)
        self._me = psutil.Process()
        self._number = time.time_ns() // 1000  # numbers of trades that no earlier run has used

    def _used(self) -> tuple[float, float]:
        # The postmaster counts the children that have ended, autovacuum's and checkpoints' included.
        ours, ended = self._me.cpu_times(), self._postmaster.cpu_times()
        server = ended.user + ended.system + ended.children_user + ended.children_system
        for child in self._postmaster.children():
            try:
                times = child.cpu_times()
                server += times.user + times.system
            except psutil.Error:
                continue
        return ours.user + ours.system, server

    async def lay(self, count: int) -> None:
        """Unpaid trades to be paid next."""
        self._number += 10 * LONG
        await self._do(LAY_TRADES, self._number, self._number + count)
        await self._do("VACUUM ANALYZE trade")
        self.bench.next = self._number

    async def pay(self, count: int, callers: int = CALLERS) -> dict[str, Any]:
        """Pay so many, then let the index catch up: what each cost."""
        end = self.bench.next + count
        ms: list[float] = []

        async def one() -> None:
            while self.bench.next < end:
                began = time.perf_counter()
                await self.bench.pay()
                ms.append(1e3 * (time.perf_counter() - began))

        python, server = self._used()
        began = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(callers)))
        took = time.perf_counter() - began
        paid_python, paid_server = self._used()
        await self.ledger.index()
        _, indexed = self._used()
        return {
            "payments": count,
            "python_us": 1e6 * (paid_python - python) / count,
            "postgres_us": 1e6 * (paid_server - server) / count,
            "index_us": 1e6 * (indexed - paid_server) / count,
            "wall_us": 1e6 * took / count,
            "p50_ms": statistics.median(ms),
            "p99_ms": statistics.quantiles(ms, n=100)[98],
            "load_1min": round(os.getloadavg()[0], 1),
        }

    async def checkpoint(self) -> None:
        """As after one that time or log have brought."""
        await self._do("CHECKPOINT")

    async def _do(self, statement: str, *given: Any) -> None:
        async with self.bench.db.pool.acquire() as connection:
            await connection.execute(statement, *given, timeout=_growth_fill.STATEMENT_S)

    async def small(self) -> dict[str, Any]:
        """Pay ten thousand trades that are all there are."""
        await self._do(EMPTY)
        await self.lay(SMALL)
        await self.checkpoint()
        return await self.pay(SMALL)


async def at(point: int, grown: Growing, measure: Growing, *, paid_before: int) -> dict[str, Any]:
    """Grow to a point and measure there."""
    pays = POINTS[point]
    began = time.monotonic()
    async with grown.bench.db.pool.acquire() as connection:
        await _growth_fill.fill(connection, point - pays - paid_before)
    filled_s = time.monotonic() - began
    await grown.lay(pays)
    before = await measure.small()
    await grown.checkpoint()
    paid = await grown.pay(pays)
    after = await measure.small()
    against = (cost(before) + cost(after)) / 2
    found = {"trades": point, "filled_s": round(filled_s), "against_us": against, **paid}
    await grown.lay(LONE)
    found["lone_ms"] = (await grown.pay(LONE, callers=1))["p50_ms"]
    return found


async def long(grown: Growing, measure: Growing) -> list[dict[str, Any]]:
    """Slices of a long run, from one checkpoint on."""
    await grown.lay(LONG)
    await grown.checkpoint()
    slices: list[dict[str, Any]] = []
    for _ in range(LONG // SLICE):
        before = await measure.small()
        paid = await grown.pay(SLICE)
        slices.append({**paid, "against_us": (cost(before) + cost(await measure.small())) / 2})
    return slices


async def opened(server: embedded.Embedded) -> Bench:
    """Prepared, or as an earlier run has left it."""
    db = await connect(server.url, application="bench")
    await migrate(db)
    row = await db.row("SELECT EXISTS (SELECT FROM account) AS stands")
    if row is None or not row["stands"]:
        await db.close()
        return await prepare(server)
    return Bench(db, server, lanes=LANES, size_max=SIZE_MAX)


async def run(
    home: Path, server: embedded.Embedded, second: embedded.Embedded, until: int, *, fill: bool, last: bool
) -> None:
    """Go on where an earlier run stopped, up to a point."""
    kept = home / "points.json"
    points: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    if fill:
        db = await connect(server.url, application="bench")
        await migrate(db)
        paid_before = sum(one["payments"] + LONE for one in points.values())
        async with db.pool.acquire() as connection:
            await _growth_fill.fill(connection, until - POINTS[until] - paid_before)
        await db.close()
        return
    grown, measure = [Growing(one, await opened(one)) for one in (server, second)]
    await measure.small()
    wanted = [str(point) for point in POINTS if point <= until]
    for point in wanted:
        if point not in points:
            paid_before = sum(one["payments"] + LONE for one in points.values())
            points[point] = await at(int(point), grown, measure, paid_before=paid_before)
            kept.write_text(json.dumps(points, indent=1))
            print(json.dumps(points[point]), file=sys.stderr)
    if last and "long" not in points:
        points["long"] = await long(grown, measure)
        kept.write_text(json.dumps(points, indent=1))
    if last:
        points["reads"] = await _growth_reads.measure(grown.bench.db, grown.ledger)
        kept.write_text(json.dumps(points, indent=1))
    for one in (grown, measure):
        await one.bench.close()


def figures(points: dict[str, Any]) -> list[dict[str, Any]]:
    """The figures of `results.json`."""
    sizes = {name: paid for name, paid in points.items() if name.isdigit()}
    most, slices = max(map(int, sizes)), points["long"]
    size = f"{most:.0e}".replace("+0", "")
    under = {
        "trades": most, "against": SMALL, "transfers": 2 * most, "filled": "set-based SQL",
        "callers": CALLERS, "cores": os.cpu_count(), "fsync": "on", "synchronous_commit": "on",
        "checkpoints": "on", "autovacuum": "on", "load_1min": slices[-1]["load_1min"],
    }  # fmt: skip
    times = [cost(one) / one["against_us"] for one in slices]
    shown = under | {
        "payments": LONG,
        "counted": "python, server, index of entries",
        "slices": [round(one, 2) for one in times],
        "right_after_a_checkpoint": {
            f"{int(n):,}": round(cost(p) / p["against_us"], 2) for n, p in sizes.items()
        },
        "cpu_us_each": round(statistics.fmean(map(cost, slices)), 1),
        "wall_us_each": round(statistics.fmean(one["wall_us"] for one in slices), 1),
        "plot": "journal_growth.svg",
    }
    rate = 1e6 / statistics.fmean(one["wall_us"] for one in slices)
    alone, grown = under | {"callers": 1}, {"trades": most, "load_1min": under["load_1min"]}
    return [
        figure(f"journal.cost_ratio_{size}", statistics.fmean(times), "times", "lower", shown),
        figure(f"journal.payments_{size}", rate, "payments/s", "higher", under),
        figure(f"journal.lone_ms_{size}", sizes[str(most)]["lone_ms"], "ms", "lower", alone),
        *(
            figure(f"reads_{size}.{name}_ms", read["p50_ms"], "ms", "lower", {**read, **grown})
            for name, read in points["reads"].items()
        ),
    ]


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description="What growth costs.")
    asked.add_argument("--until", type=int, default=max(POINTS), choices=POINTS)
    asked.add_argument("--fill", action="store_true")
    asked.add_argument("--last", action="store_true")
    chosen = asked.parse_args()
    until: int = chosen.until
    last = (chosen.last or until == max(POINTS)) and not chosen.fill
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        home = Path(os.environ.get("GROWTH_HOME", folder))
        server, second = embedded.start(home / "grown"), embedded.start(home / "small")
        try:
            uvloop.run(run(home, server, second, until, fill=chosen.fill, last=last))
        finally:
            server.stop()
            second.stop()
        if last:
            points = json.loads((home / "points.json").read_text())
            _growth_plot.draw(points, Path(__file__).with_suffix(".svg"))
            json.dump(figures(points), sys.stdout, indent=2)
            print()


if __name__ == "__main__":
    main()
