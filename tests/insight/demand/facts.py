"""Payments as the reader of events writes them, for tests that need months of them at once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from qianbao.clock import BUSINESS_ZONE, SystemClock, business_date, nanoseconds
from qianbao.db import Database, connect
from qianbao.ids import Id, of_bytes, of_int
from qianbao.insight.records.reader import SQL as FACTS
from tests.live import Live


def fact(
    seq: int, day: date, hour: int, *, at: Id | None, merchant: Id, who: Id, **more: Any
) -> dict[str, Any]:
    """A payment, as the reader writes it."""
    happened = nanoseconds(datetime.combine(day, time(hour, 30), BUSINESS_ZONE))
    return {
        "seq": seq,
        "record": of_int((0xDE2 << 64) + seq),
        "person": who,
        "kind": "paid",
        "happened": happened,
        "known": happened,
        "day": day,
        "amount": 20_00,
        "own": 20_00,
        "refunded": 0,
        "merchant": merchant,
        "store": at,
        "currency": "CNY",
        "mcc": "5812",
        "category": "dining",
        "scene": "native",
        "brand": "zhuque",
        "city": "Hangzhou",
        "tier": "new1",
    } | more


async def keep(db: Database, rows: list[dict[str, Any]]) -> None:
    """Write facts."""
    await db.write(FACTS["facts_keep"], msgspec.json.encode(rows).decode())


async def months(db: Database, *, store: Id, merchant: Id, today: date, days: int, first_seq: int) -> None:
    """Customers of one store up to yesterday: busy at noon, busier on weekends, some again and again."""
    random = np.random.default_rng(days)
    rows: list[dict[str, Any]] = []
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        for _ in range(random.poisson(14 if day.weekday() >= 5 else 8)):
            hour = int(random.choice([11, 12, 12, 12, 13, 18, 19]))
            who = of_int((0xDE3 << 64) + int(random.integers(0, 120)))
            rows.append(fact(first_seq + len(rows), day, hour, at=store, merchant=merchant, who=who))
    await keep(db, rows)


async def history(live: Live) -> None:
    """Four months of customers of the ready shop of a running installation."""
    login = live.logins()
    db = await connect(live.running.database_url, application="qianbao-tests")
    try:
        row = await db.row("SELECT id FROM store WHERE merchant = $1 ORDER BY id", login["owner"]["merchant"])
        assert row is not None
        today = business_date(SystemClock().now())
        merchant = of_bytes(UUID(login["owner"]["merchant"]).bytes)
        await months(db, store=row["id"], merchant=merchant, today=today, days=120, first_seq=2**50)
    finally:
        await db.close()
