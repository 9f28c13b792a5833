"""kill -9 of whoever reads and writes records, again and again: every payment is one record, counted."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys

import asyncpg
import msgspec
import pytest

from qianbao.api.logins import ready_id
from qianbao.clock import SystemClock, rfc3339
from qianbao.ids import derive
from tests.live import Live, started

EVENTS = 24_000
KILLS = 6
COLUMNS = ("id", "digest", "ts", "caller", "subject", "ordinal", "outcome", "type", "data")
COUNTS = """
SELECT (SELECT seq FROM consumption_position) AS taken,
       (SELECT quarantined FROM consumption_position) AS quarantined,
       (SELECT count(*) FROM consumption) AS records,
       (SELECT count(*) FROM consumption_fact)
       + coalesce((SELECT sum(rows) FROM lake_file), 0)::bigint AS facts
"""


async def told(connection: asyncpg.Connection) -> None:
    """So many payments of the ready person, as the journal writes their events."""
    wallet, shop, now = ready_id("wallet"), ready_id("shop"), SystemClock().now()
    rows: list[tuple[object, ...]] = []
    for number in range(EVENTS):
        trade = derive(wallet, f"killed {number}")
        data = {
            "trade": str(trade),
            "merchant": str(shop),
            "amount": 1_00 + number,
            "currency": "CNY",
            "scene": "native",
            "payer": str(wallet),
            "paid_at": rfc3339(now),
            "paid_by_payer": 1_00 + number,
            "mcc": "5812",
            "city": ("杭州", "上海")[number % 2],
        }
        event = derive(trade, "event")
        text = msgspec.json.encode(data).decode()
        rows.append((event, 0, now, event, trade, number, 0, "trade.paid", text))
    await connection.copy_records_to_table("command", records=rows, columns=COLUMNS)


def building(live: Live) -> subprocess.Popen[bytes]:
    """`qianbao insight build`, under way: it reads beside the worker, and writes the lake's files."""
    return subprocess.Popen(
        [sys.executable, "-m", "qianbao.cli", "insight", "build", "--json"],
        env=live.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.slow
async def test_whoever_is_killed_every_payment_is_one_record_in_one_place() -> None:
    draw = random.Random(9)
    with started() as live:
        connection = await asyncpg.connect(live.running.database_url)
        await told(connection)
        for _ in range(KILLS):
            build = building(live)
            await asyncio.sleep(draw.uniform(1.0, 4.0))
            live.kill(live.running.worker, build.pid)
            build.wait(10)
        found = None
        for _ in range(400):
            found = await connection.fetchrow(COUNTS)
            if found is not None and found["taken"] >= EVENTS:
                break
            await asyncio.sleep(0.25)
        live.command("insight", "build", "--json")
        found = await connection.fetchrow(COUNTS)
        assert found is not None
        assert dict(found) == {"taken": EVENTS, "quarantined": 0, "records": EVENTS, "facts": EVENTS}
        listed = {row["path"] for row in await connection.fetch("SELECT path FROM lake_file")}
        lake = live.home / "lake"
        assert {path.relative_to(lake).as_posix() for path in lake.glob("*/*/*")} == listed
        await connection.close()
