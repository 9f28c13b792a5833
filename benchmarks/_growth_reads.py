"""How long people wait for what they look up, among all that has grown; and that an index alone serves it."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

from qianbao.db import Database
from qianbao.ids import Id, of_int
from qianbao.ledger import AccountFilter, AccountFilterFlags
from qianbao.ledger.postgres.engine import PostgresEngine
from qianbao.payments.trade.store import Trades

READS: Final = 300
DAY_NS: Final = 86_400_000_000_000
TABLES: Final = ("account", "command", "trade", "transfer", "transfer_entry")
SCANS: Final = "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY ($1)"
KNOWN: Final = "SELECT md5('old' || n)::uuid AS id FROM unnest($1::bigint[]) AS n"
TOLD_AFTER_S: Final = 12
"""An idle session tells the server's statistics what it has read within ten seconds."""


async def measure(db: Database, ledger: PostgresEngine) -> dict[str, dict[str, Any]]:
    """Each kind of look-up: its median and its 99th of a hundred, in milliseconds."""
    draw = random.Random(3)
    trades = Trades(db)
    row = await db.row("SELECT base, filled FROM growth")
    assert row is not None
    base, filled = row["base"], row["filled"]
    drawn = [draw.randrange(filled) for _ in range(READS)]
    known = [row["id"] for row in await db.rows(KNOWN, drawn)]

    def payer() -> Id:
        return of_int((1 << 120) + draw.randrange(100_000))

    def shop() -> Id:
        return of_int((2 << 120) + draw.randrange(100))

    def day() -> int:
        return base + draw.randrange(30) * DAY_NS

    async def trade() -> int:
        return len(await trades.of([known.pop()]))

    async def of_wallet() -> int:
        spent = await ledger.get_account_transfers(
            AccountFilter(
                account_id=payer().int,
                code=10,
                limit=50,
                flags=AccountFilterFlags.DEBITS | AccountFilterFlags.REVERSED,
            )
        )
        return len(await trades.of([of_int(one.user_data_128) for one in spent]))

    async def of_merchant() -> int:
        since = day()
        return len(await trades.page(shop(), since=since, before=(since + DAY_NS, of_int(0)), limit=200))

    async def history() -> int:
        since = day()
        asked = AccountFilter(
            account_id=shop().int, timestamp_min=since, timestamp_max=since + DAY_NS // 24, limit=200
        )
        return len(await ledger.get_account_transfers(asked))

    before = await _scans(db)
    found = {
        "trade": await _timed(trade, "one trade by its id"),
        "wallet": await _timed(of_wallet, "a wallet's latest fifty payments"),
        "merchant_day": await _timed(of_merchant, "the last two hundred trades of one of a merchant's days"),
        "account_hour": await _timed(history, "a merchant's account, two hundred transfers of an hour"),
    }
    scans = await _scans(db)
    assert scans == before, f"read from end to end: {before} before, {scans} after"
    return found


async def _timed(read: Callable[[], Awaitable[int]], about: str) -> dict[str, Any]:
    ms: list[float] = []
    rows: list[int] = []
    for _ in range(READS):
        began = time.perf_counter()
        rows.append(await read())
        ms.append(1e3 * (time.perf_counter() - began))
    assert sum(rows), f"{about}: nothing found"
    return {
        "about": about,
        "reads": READS,
        "rows_each": round(statistics.fmean(rows), 1),
        "served_by": "index alone",
        "p50_ms": round(statistics.median(ms), 2),
        "p99_ms": round(statistics.quantiles(ms, n=100)[98], 2),
    }


async def _scans(db: Database) -> dict[str, int]:
    await asyncio.sleep(TOLD_AFTER_S)
    return {row["relname"]: row["seq_scan"] for row in await db.rows(SCANS, list(TABLES))}
