"""How long a person waits for what the network knows of their spending: `GET /insight/…` of their own.

A house with a history: 500 people with 500 records each over 13 months, scored by the worker's own batch. The
server is `qianbao up` as users run it; people ask at moments drawn beforehand (Poisson, 60 a second over all
addresses), and wait from the moment at which they asked, also where the server is late: one answer is not
waited for before the next is asked for.

`insight.get_p99_ms`: the slowest address's 99th of a hundred; each address stands in the conditions.

    python benchmarks/insight_reads.py        # prints figures as JSON
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from qianbao.cli.home import read_running
from qianbao.clock import SECOND, business_date
from qianbao.credentials import tokens
from qianbao.ids import of_int

PEOPLE, RECORDS = 500, 500
RATE, SECONDS, WARM_S = 60, 40, 6
CONNECTIONS = 32
QUIET = 3.0
"""Percent of a core."""
ASKED = (
    "/api/v1/insight/me",
    "/api/v1/insight/me/reasons",
    "/api/v1/insight/needs",
    "/api/v1/insight/recurring",
    "/api/v1/insight/consents",
    "/api/v1/insight/me/records?since={since}&until={until}",
)
FACTS = """
INSERT INTO consumption_fact (seq, record, person, kind, happened, known, day, amount, own, refunded,
       merchant, store, currency, mcc, category, scene, brand, city, tier, cell)
SELECT n, md5('r' || n)::uuid, md5('k' || n % $1)::uuid, 'paid', at.ns, at.ns,
       (to_timestamp(at.ns / 1000000000) AT TIME ZONE 'Asia/Shanghai')::date, amount.fen, amount.fen, 0,
       md5('m' || (n * 7919) % 300)::uuid, NULL, 'CNY', '5411', kinds.names[1 + (n * 31 + n / 977) % 7],
       'offline_code', 'lanhua', '杭州', 'new1', NULL
FROM   generate_series(1, $1::bigint * $2::bigint) AS n
CROSS  JOIN LATERAL (SELECT (n / $1) * 395 * 86400 / $2 + (n * 104729) % 70000 AS s) AS ago
CROSS  JOIN LATERAL (SELECT $3::bigint - ago.s * 1000000000 AS ns) AS at
CROSS  JOIN LATERAL (SELECT 100 + (n * 6700417) % 20000 AS fen) AS amount
CROSS  JOIN (SELECT ARRAY['groceries', 'dining', 'transport', 'bills', 'leisure', 'shopping', 'health']
            ) AS kinds (names)
"""
STANDS = """
INSERT INTO consumption (trade, record, person, seq, happened, day, amount, own, refunded, merchant, store,
       currency, category, scene, brand, city, tier)
SELECT   md5('t' || seq)::uuid, record, person, seq, happened, day, amount, own, refunded, merchant, store,
         currency, category, scene, brand, city, tier
FROM     consumption_fact
ORDER BY happened
"""
FOUND = "SELECT count(*) FROM insight_recurring"
SAID = """
INSERT INTO {table} (person, purpose, granted, since)
SELECT pseudonym, 'picture', true, made
FROM   insight_person
"""


async def lay(url: str) -> list[str]:
    """People with sessions, consent and a history; their tokens."""
    now = time.time_ns()
    db = await asyncpg.connect(url)
    drawn = [tokens.new_token(os.urandom) for _ in range(PEOPLE)]
    people = range(PEOPLE)

    async def copy(table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        await db.copy_records_to_table(table, columns=columns.split(), records=rows)

    def person(number: int) -> Any:
        return of_int((0xC0 << 120) + number)

    await copy("person", "id name kyc_class created_at", [(person(n), f"P{n}", "III", now) for n in people])
    await copy(
        "session",
        "id digest holder role person device created_at proved_at seen_at idle expires_at",
        [
            (person(n), tokens.token_digest(token), person(n), "person", person(n), person(n), now, now, now,
             86_400 * SECOND, now + 86_400 * SECOND)
            for n, token in enumerate(drawn)
        ],
    )  # fmt: skip
    await db.execute(
        "INSERT INTO insight_person (pseudonym, person, salt, born, made)"
        " SELECT md5('k' || ordinal - 1)::uuid, id, 'salt', 1990, $2 FROM unnest($1::uuid[])"
        " WITH ORDINALITY AS p (id, ordinal)",
        [person(n) for n in people],
        now - 400 * 86_400 * SECOND,
    )
    for table in ("insight_consent", "insight_consent_said"):
        await db.execute(SAID.format(table=table))
    await db.execute(FACTS, PEOPLE, RECORDS, now, timeout=300)
    await db.execute(STANDS, timeout=300)
    await db.execute("UPDATE consumption_position SET seq = $1", PEOPLE * RECORDS)
    await db.execute("VACUUM ANALYZE")
    await db.execute("CHECKPOINT")
    await db.close()
    return drawn


async def scored(url: str, worker: psutil.Process) -> None:
    """Wait until the worker has scored everybody, and rests."""
    db = await asyncpg.connect(url)
    while await db.fetchval(FOUND) < PEOPLE or worker.cpu_percent(3) > QUIET:
        pass
    await db.close()


class Line:
    """One kept connection of HTTP/1.1, asked one thing at a time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str, token: str) -> bytes:
        """The body of an answer of 200."""
        if self._open is None:
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: qianbao_session={token}\r\n\r\n"
        writer.write(asked.encode())
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(size)
        assert head.startswith(b"http/1.1 200"), body
        return body


async def ask(port: int, drawn: list[str], *, seconds: int, seed: int) -> dict[str, list[float]]:
    """Milliseconds waited, by address."""
    draw = random.Random(seed)
    until = business_date(time.time_ns())
    days = {"since": until.replace(day=1), "until": until}
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        lines.put_nowait(Line(port))
    waited: dict[str, list[float]] = {address: [] for address in ASKED}

    async def one(address: str, token: str, at: float) -> None:
        line = await lines.get()
        assert await line.get(address.format(**days), token)
        waited[address].append(1e3 * (time.perf_counter() - at))
        lines.put_nowait(line)

    at = time.perf_counter()
    end = at + seconds
    async with asyncio.TaskGroup() as asking:
        while at < end:
            at += draw.expovariate(RATE)
            await asyncio.sleep(at - time.perf_counter())
            asking.create_task(one(draw.choice(ASKED), draw.choice(drawn), at))
    return waited


def measure(home: Path, port: int) -> list[dict[str, Any]]:
    """Start the network, lay a history, score it, and ask."""
    home.mkdir(mode=0o755)
    environ = {**os.environ, "QIANBAO_HOME": str(home), "QIANBAO_PORT": str(port), "QIANBAO_DEMO": "0"}
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "qianbao.cli", "up"], env=environ, stdout=log, stderr=log
        )
    try:
        while (running := read_running(home)) is None or not _answers(port):
            if up.poll() is not None:
                sys.exit((home / "up.log").read_text())
            time.sleep(0.1)
        drawn = asyncio.run(lay(running.database_url))
        assert running.worker is not None
        asyncio.run(scored(running.database_url, psutil.Process(running.worker)))
        asyncio.run(ask(port, drawn, seconds=WARM_S, seed=1))
        waited = asyncio.run(ask(port, drawn, seconds=SECONDS, seed=2))
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)
    told = {address.partition("?")[0].removeprefix("/api/v1"): _told(ms) for address, ms in waited.items()}
    conditions = {
        "people": PEOPLE, "records": PEOPLE * RECORDS, "asked_a_second": RATE, "seconds": SECONDS,
        "server": "uvicorn, 1 process", "generator": "Python, 1 process, same cores", "cores": os.cpu_count(),
        "load_1min": round(os.getloadavg()[0], 1),
        **{address: f"p50 {p50} p99 {p99} ms" for address, (p50, p99) in told.items()},
    }  # fmt: skip
    worst = max(p99 for _, p99 in told.values())
    return [{"name": "insight.get_p99_ms", "value": worst, "unit": "ms", "better": "lower",
             "conditions": conditions}]  # fmt: skip


def _told(ms: list[float]) -> tuple[float, float]:
    return round(statistics.median(ms), 1), round(statistics.quantiles(ms, n=100)[98], 1)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def main() -> None:
    """Print the figures."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        json.dump(measure(Path(folder) / "home", port), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
