"""How many people a second get their share of one red packet of 100,000 shares, durably.

100,000 people each grab once, 500 (or 250) at a time in each process, through the room's own service: the
wallet's owner and the packet's facts (all kept in memory: who comes first costs one gathered read more), a
plan, and the journal's group commit: claim, the packet's lock, the next free share, a transfer from the
packet's account to the wallet, an event with the amount. The packet is funded through the service too.
At the end each person has exactly one
share, the sum is exact, the packet is empty and the books agree; else there is no figure.

Two processes: this one and another, half of the people each.

    python benchmarks/redpacket.py          # prints figures as JSON
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import uvloop

from qianbao.clock import SystemClock
from qianbao.config import Settings
from qianbao.credentials.keyring import open_keyring
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.rate import Rates
from qianbao.db import Database, connect, embedded, migrate
from qianbao.ids import Id, derive, new, of_int, parse
from qianbao.journal import Journal
from qianbao.ledger.postgres import PostgresEngine
from qianbao.parties import brands as brands_of
from qianbao.parties import kyc as kyc_of
from qianbao.parties.store import Parties
from qianbao.payments import room as payments_room
from qianbao.payments.recent import Recent
from qianbao.risk import Gate, RiskRules
from qianbao.social import books
from qianbao.social.packet import service
from qianbao.social.packet.models import RedPacketKind, RedPacketState
from qianbao.social.room import Social, opened

PEOPLE, CALLERS = 100_000, 500
SENDER = 0
AMOUNT = 2_000_00 * 100
SETTLE = 5_000
"""Shares of a first packet that warms plans and caches."""
LAY = (
    """
    INSERT INTO account (id, credits_posted, ts, ledger, code, flags)
    SELECT ('01' || lpad(to_hex(n), 30, '0'))::uuid, CASE n WHEN 0 THEN 1000000000 ELSE 0 END, 1000000 + n,
           156, 1, 2
    FROM   generate_series(0, $1::int) AS n
    """,
    """
    INSERT INTO account (id, debits_posted, ts, ledger, code, flags)
    SELECT ('0f' || repeat('0', 30))::uuid, 1000000000, 1, 156, 13, 0
    WHERE  $1::int > 0
    """,
    """
    INSERT INTO person (id, name, kyc_class, created_at)
    SELECT ('02' || lpad(to_hex(n), 30, '0'))::uuid, 'Someone', 'III', 1
    FROM   generate_series(0, $1::int) AS n
    """,
    """
    INSERT INTO wallet (id, person, brand, handle, handle_key, created_at)
    SELECT ('01' || lpad(to_hex(n), 30, '0'))::uuid, ('02' || lpad(to_hex(n), 30, '0'))::uuid, 'lanhua',
           'h' || n, 'h' || n, 1
    FROM   generate_series(0, $1::int) AS n
    """,
    """
    INSERT INTO party (id, kind)
    SELECT ('0' || k || lpad(to_hex(n), 30, '0'))::uuid, CASE k WHEN 1 THEN 'wallet' ELSE 'person' END
    FROM   generate_series(0, $1::int) AS n, generate_series(1, 2) AS k
    """,
)


def wallet(number: int) -> Id:
    """The wallet of one of the people."""
    return of_int((1 << 120) + number)


def person(number: int) -> Caller:
    """One of the people, signed in."""
    id = of_int((2 << 120) + number)
    return Caller(id=id, role=Role.PERSON, person=id)


async def verify_pin(_person: Id, _pin: str) -> None:
    """The sender's PIN is right: how it is kept is no part of this."""


def room_on(db: Database, journal: Journal, home: Path) -> Social:
    """The social room of one process."""
    clock = SystemClock()
    settings = Settings(
        home=home,
        tables={
            "social": {"red_packet_count_max": PEOPLE, "red_packet_amount_max": AMOUNT},
            "kyc": {"III": {"day_max": 10**12}},
        },
    )
    rates = Rates(db, clock=clock)
    payments = payments_room.opened(
        db,
        settings=settings,
        journal=journal,
        ledger=PostgresEngine(db, clock=clock),
        parties=Parties(db),
        brands=brands_of.load(settings),
        kyc=kyc_of.load(settings),
        keyring=open_keyring(home),
        rates=rates,
        verify_pin=verify_pin,
        allow=Gate(RiskRules(), clock=clock).allow,
        clock=clock,
    )
    # A server forgets whose wallet it is after half a minute, and keeps 50,000: here all are kept.
    known = Recent(payments.payers.get, clock=clock, keep_s=3_600, size_max=2 * PEOPLE)
    return opened(db, settings=settings, payments=replace(payments, payers=known), rates=rates)


async def send(room: Social, count: int) -> Id:
    """A lucky packet of `count` shares."""
    receipt = await service.fund(
        person(SENDER),
        room,
        command=new(time.time_ns()),
        wallet=wallet(SENDER),
        kind=RedPacketKind.LUCKY,
        amount=AMOUNT * count // PEOPLE,
        count=count,
        pin="000000",
    )
    return parse(receipt.result["id"])


async def open_packet(room: Social, packet: Id, first: int, end: int, callers: int) -> list[float]:
    """People `first` to `end` grab, `callers` at a time; each one's milliseconds."""
    people = iter(range(first, end))
    ms: list[float] = []

    async def one() -> None:
        for number in people:
            who = person(number)
            began = time.perf_counter()
            await service.grab(
                who, room, command=derive(who.id, packet.hex), packet=packet, wallet=wallet(number)
            )
            ms.append(1e3 * (time.perf_counter() - began))

    await asyncio.gather(*(one() for _ in range(callers)))
    return ms


async def warm(room: Social, first: int, end: int) -> None:
    """Whose wallets they are is in memory, as in a server that these people use."""
    for start in range(first, end, 5_000):
        await asyncio.gather(
            *(room.payments.payers.get(wallet(n)) for n in range(start, min(end, start + 5_000)))
        )


async def right(db: Database, packet: Id, count: int) -> None:
    """Each person once, the sum exact, the packet empty, the books agree: or an error."""
    row = await db.row(
        "SELECT count(*) AS grabs, count(DISTINCT person) AS people, count(DISTINCT position) AS places,"
        " sum(amount) AS total FROM red_packet_grab WHERE packet = $1",
        packet,
    )
    assert row is not None
    assert (row["grabs"], row["people"], row["places"]) == (count, count, count), dict(row)
    paid = await db.row("SELECT count(*) AS n FROM transfer WHERE debit_account = $1", packet)
    told = await db.row(
        "SELECT count(*) AS n FROM command WHERE type = 'red_packet.grabbed' AND subject = $1", packet
    )
    assert paid is not None
    assert told is not None
    assert (paid["n"], told["n"], row["total"]) == (count, count, AMOUNT * count // PEOPLE)
    assert await books.check(db) == []


def used(processes: list[psutil.Process]) -> float:
    """Seconds of processor time that these have used."""
    return sum(times.user + times.system for times in (one.cpu_times() for one in processes))


def figure(name: str, value: float, unit: str, better: str, under: dict[str, Any]) -> dict[str, Any]:
    """One figure in the form of `results.json`."""
    return {"name": name, "value": round(value, 2), "unit": unit, "better": better, "conditions": under}


async def measure(
    server: embedded.Embedded, home: Path, *, lanes: int, size_max: int
) -> list[dict[str, Any]]:
    """The figures of one process, then of two."""
    db = await connect(server.url, application="bench")
    await migrate(db)
    for statement in LAY:
        await db.write(statement, PEOPLE)
    await db.write("VACUUM ANALYZE account, person, wallet, party")
    journal = Journal(db, clock=SystemClock(), lanes=lanes, size_max=size_max)
    room = room_on(db, journal, home)
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)

    settling = await send(room, SETTLE)
    await open_packet(room, settling, 1, SETTLE + 1, CALLERS)
    await warm(room, 1, PEOPLE + 1)
    began = time.perf_counter()
    packet = await send(room, PEOPLE)
    funded_ms = 1e3 * (time.perf_counter() - began)
    backends = [psutil.Process(server.pid), *psutil.Process(server.pid).children()]
    before = used([psutil.Process()]), used(backends)
    began = time.perf_counter()
    ms = await open_packet(room, packet, 1, PEOPLE + 1, CALLERS)
    took = time.perf_counter() - began
    after = used([psutil.Process()]), used(backends)
    found = await service.one(room, packet)
    assert (found.state, found.taken) == (RedPacketState.EMPTIED, PEOPLE)
    await right(db, packet, PEOPLE)

    packet = await send(room, PEOPLE)
    other = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--join", server.url, "--packet", str(packet), "--home", str(home),
        "--lanes", str(lanes), "--size", str(size_max), stdout=PIPE, stdin=PIPE,
    )  # fmt: skip
    assert other.stdout is not None
    assert other.stdin is not None
    assert await other.stdout.readline() == b"ready\n"
    half = PEOPLE // 2 + 1
    began = time.perf_counter()
    other.stdin.write(b"go\n")
    await other.stdin.drain()
    await open_packet(room, packet, 1, half, CALLERS // 2)
    await other.wait()
    took_two = time.perf_counter() - began
    assert other.returncode == 0
    await right(db, packet, PEOPLE)
    await journal.close()
    await db.close()

    under = {
        "processes": 1, "people": PEOPLE, "shares": PEOPLE, "callers": CALLERS,
        "cores": os.cpu_count(), "fsync": "on", "synchronous_commit": "on", "lanes": lanes,
        "wallets": "in memory", "size_max": size_max, "load_1min": round(os.getloadavg()[0], 1),
        "python_us_each": round(1e6 * (after[0] - before[0]) / PEOPLE, 1),
        "postgres_us_each": round(1e6 * (after[1] - before[1]) / PEOPLE, 1),
    }  # fmt: skip
    two = {"processes": 2}
    return [
        figure("redpacket.grabs", PEOPLE / took, "grabs/s", "higher", under),
        figure("redpacket.p50_ms", statistics.median(ms), "ms", "lower", under),
        figure("redpacket.p99_ms", statistics.quantiles(ms, n=100)[98], "ms", "lower", under),
        figure("redpacket.grabs.2processes", PEOPLE / took_two, "grabs/s", "higher", under | two),
        figure("redpacket.fund_100000_ms", funded_ms, "ms", "lower", under),
    ]  # fmt: skip


async def join(url: str, packet: Id, home: Path, *, lanes: int, size_max: int) -> None:
    """The other process: the second half of the people, when told to go."""
    db = await connect(url, application="bench-other")
    journal = Journal(db, clock=SystemClock(), lanes=lanes, size_max=size_max)
    room = room_on(db, journal, home)
    half = PEOPLE // 2 + 1
    await warm(room, half, PEOPLE + 1)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.readline)
    await open_packet(room, packet, half, PEOPLE + 1, CALLERS // 2)
    await journal.close()
    await db.close()


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description="Red packets' figures.")
    asked.add_argument("--lanes", type=int, default=2)
    asked.add_argument("--size", type=int, default=250)
    asked.add_argument("--join", default="")
    asked.add_argument("--packet", default="")
    asked.add_argument("--home", default="")
    chosen = asked.parse_args()
    if chosen.join:
        uvloop.run(
            join(
                chosen.join,
                parse(chosen.packet),
                Path(chosen.home),
                lanes=chosen.lanes,
                size_max=chosen.size,
            )
        )
        return
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        server = embedded.start(Path(folder) / "home")
        try:
            figures = uvloop.run(
                measure(server, Path(folder) / "home", lanes=chosen.lanes, size_max=chosen.size)
            )
        finally:
            server.stop()
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
