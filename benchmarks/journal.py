"""How many payments a second the journal commits, durably, and how long each waits.

500 payers in one process pay trades that exist: a load (gathered), a plan with a versioned step (the
trade's own), a linked chain of two transfers (payer to shop, shop to fees) and an event, with the payer's
balance, day and year limit checked. 100,000 payers, 100 shops, one fee account, drawn uniformly. Load
generator, Python and PostgreSQL share the cores.

    python benchmarks/journal.py            # prints figures as JSON
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import hashlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import uvloop

from qianbao.clock import SystemClock
from qianbao.db import Database, Gather, connect, embedded, migrate
from qianbao.ids import Id, derive, leg, of_bytes, of_int
from qianbao.journal import Event, Journal, Plan, Receipt, Spend, Transfer, digest
from qianbao.payments.trade.models import TradeMoved, TradeState

PAYERS, SHOPS, CALLERS = 100_000, 100, 500
LANES, SIZE_MAX = 2, 250
SETTLE_S, RUN_S, LONE_S = 2.0, 6.0, 2.0
TRADES = 450_000
FEES = of_int(3 << 120)
LOAD = "SELECT id, version, state, merchant, amount, rate_bp FROM trade WHERE id = ANY ($1::uuid[])"
LAY_ACCOUNTS = """
INSERT INTO account (id, credits_posted, ts, ledger, code, flags,
                     day, day_used, day_max, year, year_used, year_max, life_used)
SELECT (lpad(to_hex($1::int), 2, '0') || lpad(to_hex(n), 30, '0'))::uuid, $3, $1 * 1000000 + n, 156, $1, 2,
       0, 0, $4, 0, 0, $4, 0
FROM   generate_series(0, $2::int - 1) AS n
"""
LAY_TRADES = """
INSERT INTO trade (id, merchant, command, amount, created, rate_bp, state, scene, currency, out_trade_no,
                   mcc, city)
SELECT md5('trade' || n)::uuid, ('02' || lpad(to_hex(n % 100), 30, '0'))::uuid, md5('new' || n)::uuid,
       100 + n % 20000, 1764000000000000000 + n, 60, 'unpaid', 'native', 'CNY', 'no-' || n, '5411', 'Hangzhou'
FROM   generate_series($1::bigint, $2::bigint - 1) AS n
"""


def payer(number: int) -> Id:
    """The account of one of the payers."""
    return of_int((1 << 120) + number)


def trade_id(number: int) -> Id:
    """Real trade ids derive from the merchant's number by a hash: they are spread over the index."""
    return of_bytes(hashlib.md5(b"trade%d" % number, usedforsecurity=False).digest())


def plan(caller: Id, number: int, trade: Mapping[str, Any], now: int) -> Plan:
    """Pay a trade that stands as it was loaded."""
    command = derive(caller, f"pay-{number}")
    who = payer(random.randrange(PAYERS))
    amount, merchant, trade_key = trade["amount"], trade["merchant"], trade["id"]
    fee = (2 * amount * trade["rate_bp"] + 10_000) // 20_000
    pay = Transfer(
        id=leg(command, 1), debit=who, credit=merchant, amount=amount, code=10, user_data_128=trade_key,
        spend=Spend.LIMITED,
    )  # fmt: skip
    take = Transfer(
        id=leg(command, 2), debit=merchant, credit=FEES, amount=fee, code=12, user_data_128=trade_key
    )
    step = TradeMoved(
        id=trade_key, seen=trade["version"], state=TradeState.PAID, payer=who, paid=now, fee=fee
    )
    told = {"trade": trade_key, "merchant": merchant, "payer": who, "amount": amount, "fee": fee}
    return Plan(
        caller=caller,
        command=command,
        digest=digest(trade_key, who, amount),
        transfers=(pay, take),
        steps=(step,),
        event=Event(type="trade.paid", subject=trade_key, data=told),
        result={"state": "paid", "amount": amount},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """What a crowd of payers saw."""

    rate: float
    """Payments a second."""
    ms: list[float]
    """Each payment's milliseconds."""
    python_us: float
    """Processor time of this process, load generator included, a payment."""
    postgres_us: float
    """Processor time of all processes of the server, a payment."""

    def p99(self) -> float:
        """The milliseconds within which 99 of 100 payments were done."""
        return statistics.quantiles(self.ms, n=100)[98]


class Bench:
    """A database with payers, shops and unpaid trades, and those who pay them one after another."""

    def __init__(self, db: Database, server: embedded.Embedded, *, lanes: int, size_max: int) -> None:
        self.db = db
        self.server = psutil.Process(server.pid)
        self.clock = SystemClock()
        self.journal = Journal(db, clock=self.clock, lanes=lanes, size_max=size_max)
        self.trades: Gather[Id, asyncpg.Record] = Gather(self._load)
        self.caller = of_int(9 << 120)
        self.next = 0

    async def _load(self, keys: list[Id]) -> Mapping[Id, asyncpg.Record]:
        return {row["id"]: row for row in await self.db.rows(LOAD, keys)}

    async def lay(self, first: int, end: int) -> None:
        """Lay the unpaid trades that are to be paid next."""
        await self.db.write(LAY_TRADES, first, end)
        await self.db.write("VACUUM ANALYZE trade")
        self.next = first

    async def pay(self) -> None:
        """Load, plan and commit the next trade."""
        number = self.next
        self.next += 1
        trade: Any = await self.trades.one(trade_id(number))
        assert trade is not None, "not enough trades were laid"
        receipt = await self.journal.commit(plan(self.caller, number, trade, self.clock.now()))
        assert isinstance(receipt, Receipt)

    async def one(self, end: float, ms: list[float]) -> None:
        """One payer, one payment after another, until `end`."""
        while (began := time.perf_counter()) < end:
            await self.pay()
            ms.append(1e3 * (time.perf_counter() - began))

    async def crowd(self, seconds: float) -> Crowd:
        """`CALLERS` payers for `seconds`."""
        ms: list[float] = []
        backends = [self.server, *self.server.children()]
        python, postgres = _used(psutil.Process()), sum(map(_used, backends))
        began = time.perf_counter()
        await asyncio.gather(*(self.one(began + seconds, ms) for _ in range(CALLERS)))
        took = time.perf_counter() - began
        return Crowd(
            rate=len(ms) / took,
            ms=ms,
            python_us=1e6 * (_used(psutil.Process()) - python) / len(ms),
            postgres_us=1e6 * (sum(map(_used, backends)) - postgres) / len(ms),
        )

    async def close(self) -> None:
        """Close the journal and the pool."""
        await self.journal.close()
        await self.db.close()


def _used(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


async def prepare(server: embedded.Embedded, *, lanes: int = LANES, size_max: int = SIZE_MAX) -> Bench:
    """A migrated database with payers who have money, shops and the fee account."""
    db = await connect(server.url, application="bench")
    await migrate(db)
    for group, count, money, most in ((1, PAYERS, 10**12, 10**13), (2, SHOPS, 0, None), (3, 1, 0, None)):
        await db.write(LAY_ACCOUNTS, group, count, money, most)
    await db.write("VACUUM ANALYZE account")
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    return Bench(db, server, lanes=lanes, size_max=size_max)


def conditions(crowd: Crowd, **more: Any) -> dict[str, Any]:
    """What the figures were measured under, and what a payment cost."""
    return {
        "callers": CALLERS, "payers": PAYERS, "shops": SHOPS, "cores": os.cpu_count(), "fsync": "on",
        "synchronous_commit": "on", "python_us_each": round(crowd.python_us, 1),
        "postgres_us_each": round(crowd.postgres_us, 1), "load_1min": round(os.getloadavg()[0], 1),
    } | more  # fmt: skip


def figure(name: str, value: float, unit: str, better: str, under: dict[str, Any]) -> dict[str, Any]:
    """One figure in the form of `results.json`."""
    return {"name": name, "value": round(value, 2), "unit": unit, "better": better, "conditions": under}


async def measure(server: embedded.Embedded, *, lanes: int, size_max: int) -> list[dict[str, Any]]:
    """The figures."""
    bench = await prepare(server, lanes=lanes, size_max=size_max)
    await bench.lay(0, TRADES)
    await bench.crowd(SETTLE_S)
    crowd = await bench.crowd(RUN_S)
    lone: list[float] = []
    await bench.one(time.perf_counter() + LONE_S, lone)
    await bench.close()
    under = conditions(crowd, lanes=lanes, size_max=size_max, seconds=RUN_S)
    return [
        figure("journal.payments", crowd.rate, "payments/s", "higher", under),
        figure("journal.p50_ms", statistics.median(crowd.ms), "ms", "lower", under),
        figure("journal.p99_ms", crowd.p99(), "ms", "lower", under),
        figure("journal.lone_ms", statistics.median(lone), "ms", "lower", under | {"callers": 1}),
    ]


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description="The journal's figures.")
    asked.add_argument("--lanes", type=int, default=LANES)
    asked.add_argument("--size", type=int, default=SIZE_MAX)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        server = embedded.start(Path(folder) / "home")
        try:
            figures = uvloop.run(measure(server, lanes=chosen.lanes, size_max=chosen.size))
        finally:
            server.stop()
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
