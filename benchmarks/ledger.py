"""How many transfers a second the ledger takes, durably, beside a published ledger in SQL on the same server.

100,000 accounts drawn uniformly, through the engine (records in, results out, every id looked for), fsync and
synchronous_commit on. Load generator, Python and PostgreSQL share the cores; a connection's next batch is
drawn while its last one is under way.

    python benchmarks/ledger.py                              # prints figures as JSON
    QIANBAO_BENCH_PGLEDGER=…/pgledger python benchmarks/ledger.py   # and pgledger's, from a checkout of it
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil
import uvloop

from qianbao.db import Database, Gather, connect, embedded, migrate
from qianbao.ledger import Account, CreateTransferResult, CreateTransferStatus, Transfer
from qianbao.ledger.postgres import PostgresEngine

ACCOUNTS, BATCH, CALLERS, PGLEDGER_CONNECTIONS = 100_000, 8_000, 500, 20
SETTLE_S, RUN_S = 1.0, 4.0
BASE = 1 << 120
HOT = BASE
CREATED = CreateTransferStatus.CREATED


class Source:
    """Draws transfers with new, time-ordered ids."""

    def __init__(self) -> None:
        self.next = time.time_ns() // 10**6 << 80

    def batch(self, size: int, *, hot: bool) -> list[Transfer]:
        """`size` transfers between random accounts, or from random ones to the hot one."""
        first = self.next
        self.next += size
        draw = random.random
        batch: list[Transfer] = []
        for key in range(first, first + size):
            debit = BASE + 1 + int(draw() * (ACCOUNTS - 1))
            credit = HOT if hot else BASE + 1 + int(draw() * (ACCOUNTS - 1))
            if debit == credit:
                credit = HOT
            batch.append(
                Transfer(
                    id=key, debit_account_id=debit, credit_account_id=credit, amount=5, ledger=156, code=1
                )
            )
        return batch


class Bench:
    """A database with the accounts, and the ways to write to it."""

    def __init__(self, db: Database, server: embedded.Embedded) -> None:
        self.db, self.server, self.source = db, psutil.Process(server.pid), Source()
        self.engine = PostgresEngine(db)

    async def lay(self) -> None:
        """Make the accounts."""
        for first in range(BASE, BASE + ACCOUNTS, BATCH):
            keys = range(first, min(first + BATCH, BASE + ACCOUNTS))
            await self.engine.create_accounts([Account(id=key, ledger=156, code=1) for key in keys])
        await self.settle()

    async def settle(self) -> None:
        """Leave nothing of what came before to be paid by what is measured next."""
        await self.db.write("VACUUM ANALYZE account")
        await self.db.write("CHECKPOINT")

    async def batches(self, end: float, *, size: int, hot: bool) -> int:
        """One connection's batches until `end`; how many transfers."""
        done, batch = 0, self.source.batch(size, hot=hot)
        while time.perf_counter() < end:
            sent = asyncio.ensure_future(self.engine.create_transfers(batch))
            await asyncio.sleep(0)
            batch = self.source.batch(size, hot=hot)
            results = await sent
            assert all(result.status == CREATED for result in results)
            done += size
        return done

    async def callers(self, end: float) -> int:
        """`CALLERS` who each send one transfer after another, gathered as they come; how many."""

        async def fetch(batch: list[Transfer]) -> Mapping[Transfer, CreateTransferResult]:
            return dict(zip(batch, await self.engine.create_transfers(batch), strict=True))

        gather: Gather[Transfer, CreateTransferResult] = Gather(fetch, size_max=CALLERS // 2)

        async def caller() -> int:
            done = 0
            while time.perf_counter() < end:
                result = await gather.one(self.source.batch(1, hot=False)[0])
                assert result is not None
                assert result.status == CREATED
                done += 1
            return done

        return sum(await asyncio.gather(*(caller() for _ in range(CALLERS))))

    async def measured(
        self, name: str, run: Callable[[float], Awaitable[int]], **under: Any
    ) -> dict[str, Any]:
        """A figure of transfers a second, after a short run-in."""
        await self.settle()
        await run(time.perf_counter() + SETTLE_S)
        backends = [self.server, *self.server.children()]
        python, postgres = _used(psutil.Process()), sum(map(_used, backends))
        began = time.perf_counter()
        done = await run(began + RUN_S)
        took = time.perf_counter() - began
        costs = {
            "python_us_each": round(1e6 * (_used(psutil.Process()) - python) / done, 1),
            "postgres_us_each": round(1e6 * (sum(map(_used, backends)) - postgres) / done, 1),
        }
        return figure(name, done / took, "transfers/s", "higher", under | costs)

    async def ours(self) -> list[dict[str, Any]]:
        """The ledger's figures."""
        figures: list[dict[str, Any]] = []
        for name, connections, size, hot in (
            ("ledger.random.1conn", 1, BATCH, False),
            ("ledger.hot", 1, BATCH, True),
            ("ledger.random.2conn", 2, BATCH, False),
            ("ledger.hot.2conn", 2, BATCH, True),
            ("ledger.batch100", 1, 100, False),
        ):

            async def run(
                end: float, connections: int = connections, size: int = size, hot: bool = hot
            ) -> int:
                return sum(
                    await asyncio.gather(*(self.batches(end, size=size, hot=hot) for _ in range(connections)))
                )

            figures.append(await self.measured(name, run, connections=connections, batch=size, hot=hot))
        figures.append(await self.measured("ledger.callers500", self.callers, callers=CALLERS, connections=2))
        rate = {f["name"]: f["value"] for f in figures}
        ratio = rate["ledger.hot"] / rate["ledger.random.1conn"]
        return [*figures, figure("ledger.hot_ratio", ratio, "x", "higher", {"batch": BATCH})]

    async def pgledger(self, published: list[str]) -> list[dict[str, Any]]:
        """pgledger's figures, one transfer a call, on 20 connections."""
        await self.db.write("CREATE DATABASE pgledger")
        url = urlunsplit(urlsplit(self.db.url)._replace(path="/pgledger"))
        pool = await asyncpg.create_pool(url, min_size=PGLEDGER_CONNECTIONS, max_size=PGLEDGER_CONNECTIONS)
        for text in published:
            await pool.execute(text)
        rows = await pool.fetch(
            "SELECT a.id FROM generate_series(1, $1::int) AS n,"
            " LATERAL pgledger_create_account('account ' || n, 'CNY') AS a", ACCOUNTS, timeout=300
        )  # fmt: skip
        hot_key, *keys = [row["id"] for row in rows]
        await pool.execute("VACUUM ANALYZE pgledger_accounts")

        async def run(end: float, *, hot: bool) -> int:
            async def one() -> int:
                done = 0
                while time.perf_counter() < end:
                    debit, credit = (random.choice(keys), hot_key) if hot else random.sample(keys, 2)
                    await pool.fetch("SELECT * FROM pgledger_create_transfer($1, $2, $3)", debit, credit, 5)
                    done += 1
                return done

            return sum(await asyncio.gather(*(one() for _ in range(PGLEDGER_CONNECTIONS))))

        figures: list[dict[str, Any]] = []
        for name, hot in (("pgledger.random", False), ("pgledger.hot", True)):

            async def measure(end: float, hot: bool = hot) -> int:
                return await run(end, hot=hot)

            figures.append(await self.measured(name, measure, connections=PGLEDGER_CONNECTIONS, hot=hot))
        await pool.close()
        return figures


def published(folder: str | None) -> list[str]:
    """The statements of a checkout of pgledger, in the order they are laid."""
    if not folder:
        return []
    files = (*sorted(Path(folder).glob("vendor/*/*.sql")), Path(folder) / "pgledger.sql")
    return [file.read_text() for file in files]


def against(figures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Our figures as multiples of pgledger's."""
    rate = {f["name"]: f["value"] for f in figures}
    return [
        figure(f"ledger.vs_pgledger.{name}", rate[ours] / rate[theirs], "x", "higher", {"ours": ours})
        for name, ours, theirs in (
            ("random", "ledger.random.2conn", "pgledger.random"),
            ("hot", "ledger.hot.2conn", "pgledger.hot"),
            ("callers500", "ledger.callers500", "pgledger.random"),
        )
    ]


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


def figure(name: str, value: float, unit: str, better: str, under: dict[str, Any]) -> dict[str, Any]:
    """One figure in the form of `results.json`."""
    common = {
        "accounts": ACCOUNTS, "cores": os.cpu_count(), "fsync": "on", "synchronous_commit": "on",
        "load_1min": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    return {
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "better": better,
        "conditions": common | under,
    }


async def measure(server: embedded.Embedded, pgledger: list[str]) -> list[dict[str, Any]]:
    """All figures."""
    db = await connect(server.url, application="bench")
    await migrate(db)
    bench = Bench(db, server)
    await bench.lay()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    figures = await bench.ours()
    if pgledger:
        figures += await bench.pgledger(pgledger)
        figures += against(figures)
    await db.close()
    return figures


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        server = embedded.start(Path(folder) / "home")
        try:
            figures = uvloop.run(measure(server, published(os.environ.get("QIANBAO_BENCH_PGLEDGER"))))
        finally:
            server.stop()
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
