"""How fast what happened is told: webhooks a second, an event's way to an open till, and what waiting costs.

`notify.per_s`: events, a subject each, dispatched and sent to 20 webhooks, signed, each acknowledged by a
receiver in a process of its own, and noted. `stream.*`: 1,000 tills with open streams in one process while
events are committed at a steady pace: the time from just before the commit to the frame in the till's hands.
Each till sees as a cashier's does: what names its merchant and is of its own store. Every merchant has ten
stores, so each event is looked at for ten tills and told to one.

    python benchmarks/events.py        # prints figures as JSON
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import uvloop

from qianbao.clock import SystemClock
from qianbao.db import Database, connect, embedded, migrate
from qianbao.events import Bell, Dispatcher, Feed, Stream, View
from qianbao.events.webhook import service
from qianbao.events.webhook.client import Client
from qianbao.events.webhook.guard import Guard, allowed
from qianbao.events.webhook.sender import Sender
from qianbao.ids import Id, of_int

CLOCK = SystemClock()
SHOPS, STORES = 100, 10
EVENTS = 8_000
HOOKS = 20
TILLS = 1_000
HEARD = ("trade.paid", "trade.refunded", "trade.reversed", "trade.closed", "trade.failed")
"""What a till's page listens to."""
STREAM_S = 8
PACE_PER_S = 500
IDLE_S = 5

TELL = """
INSERT INTO command (id, digest, ts, caller, subject, ordinal, type, data)
SELECT gen_random_uuid(), 0, $1, shop, gen_random_uuid(), place, 'trade.paid',
       json_build_object('merchant', shop, 'store', store, 'amount', 2816, 'currency', 'CNY', 'state', 'paid',
                         'out_trade_no', place::text, 'told', ($1::bigint)::text)::text
FROM   unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS s (shop, store, place)
"""


def shop(number: int) -> Id:
    """A shop's id."""
    return of_int((0xB0 << 120) + number)


def receive(told: Connection) -> None:
    """A receiver that acknowledges everything."""

    class Receiver(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self._line = cast(asyncio.Transport, transport)
            self._got = b""

        def data_received(self, data: bytes) -> None:
            self._got += data
            while (end := self._got.find(b"\r\n\r\n")) >= 0:
                head = self._got[:end].lower()
                size = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
                if len(self._got) < end + 4 + size:
                    return
                self._got = self._got[end + 4 + size :]
                self._line.write(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    uvloop.run(serve())


def store(number: int) -> Id:
    """A store's id: of shop `number % SHOPS`."""
    return of_int((0xB1 << 120) + number)


async def tell(db: Database, places: list[int]) -> None:
    """One event a store, in one transaction."""
    shops = [shop(number % SHOPS) for number in places]
    await db.write(TELL, CLOCK.now(), shops, [store(number) for number in places])


async def running(*loops: Callable[[], Any]) -> list[asyncio.Task[None]]:
    """These loops, begun."""
    tasks = [asyncio.create_task(loop()) for loop in loops]
    await asyncio.sleep(0.5)
    return tasks


async def ended(tasks: list[asyncio.Task[None]]) -> None:
    """These loops, ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def webhooks(db: Database, port: int) -> list[dict[str, Any]]:
    """Events through the dispatcher and the sender to the receiver's acknowledgement, noted."""

    async def announce(_: object) -> None:
        raise AssertionError("nothing is switched off here")

    guard = Guard(allowed(["loopback"]))
    for number in range(HOOKS):
        url = f"http://127.0.0.1:{port}/{number}"
        await service.add(db, guard, CLOCK, party=shop(number), url=url)
    bell, client = Bell(db), Client(guard)
    sender = Sender(db, CLOCK, client, bell, announce)
    for start in range(0, EVENTS, 500):
        await tell(db, [number % HOOKS for number in range(start, start + 500)])
    began = time.perf_counter()
    tasks = await running(bell.run, Dispatcher(db, CLOCK).run, sender.run)
    while sender.sent["delivered"] < EVENTS:
        assert time.perf_counter() - began < 120, dict(sender.sent)
        await asyncio.sleep(0.02)
    took = time.perf_counter() - began
    await ended(tasks)
    await client.close()
    for hook in await service.every(db, party=None):
        await service.remove(db, hook.id, party=None)
    conditions = {
        "events": EVENTS, "webhooks": HOOKS, "receiver": "1 process, same cores, acknowledges at once",
        "counted": "from nothing dispatched to all acknowledged and noted",
    }  # fmt: skip
    return [figure("notify.per_s", EVENTS / took, "webhooks/s", "higher", conditions)]


async def streams(db: Database) -> list[dict[str, Any]]:
    """Events to a thousand open tills."""
    bell = Bell(db)
    stream = Stream(Feed(db), bell)
    tasks = await running(bell.run, stream.run, Dispatcher(db, CLOCK).run)
    waits: list[float] = []

    async def till(frames: AsyncGenerator[bytes]) -> None:
        async for frame in frames:
            if not frame.startswith(b":"):
                now = CLOCK.now()
                at = int(frame.split(b'"told" : "')[1].split(b'"')[0])
                waits.append((now - at) / 1e6)

    assert TILLS == SHOPS * STORES
    views = (
        View(parties=frozenset({str(shop(n % SHOPS))}), types=HEARD, store=str(store(n)))
        for n in range(TILLS)
    )
    opened = [stream.events(view) for view in views]
    tills = [asyncio.create_task(till(frames)) for frames in opened]
    await asyncio.sleep(1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    sent = 0
    while (now := time.perf_counter() - began) < STREAM_S:
        if sent < now * PACE_PER_S:
            await tell(db, [(sent + k) % TILLS for k in range(10)])
            sent += 10
        else:
            await asyncio.sleep(0.002)
    for _ in range(250):
        if len(waits) == sent:
            break
        await asyncio.sleep(0.02)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert len(waits) == sent, f"{len(waits)} of {sent} arrived"
    for one in tills:
        one.cancel()
    await asyncio.gather(*tills, return_exceptions=True)
    busy = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    conditions = {
        "tills": TILLS, "shops": SHOPS, "view": "own store", "events_per_s": PACE_PER_S, "seconds": STREAM_S,
        "process_busy_percent": round(100 * busy / STREAM_S),
    }  # fmt: skip
    ordered = statistics.quantiles(waits, n=100)
    used = resource.getrusage(resource.RUSAGE_SELF)
    await asyncio.sleep(IDLE_S)
    after = resource.getrusage(resource.RUSAGE_SELF)
    idle = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    await ended(tasks)
    return [
        figure("stream.p50_ms", ordered[49], "ms", "lower", conditions),
        figure("stream.p99_ms", ordered[98], "ms", "lower", conditions),
        figure("dispatch.idle_cpu", 100 * idle / IDLE_S, "% of a core", "lower", {"events_per_s": 0}),
    ]


async def measure(url: str, port: int) -> list[dict[str, Any]]:
    """All figures of this file."""
    db = await connect(url, application="bench")
    await migrate(db)
    figures = [*await webhooks(db, port), *await streams(db)]
    await db.close()
    return figures


def figure(name: str, value: float, unit: str, better: str, conditions: dict[str, Any]) -> dict[str, Any]:
    """One figure in the form of `results.json`."""
    house = {
        "cores": os.cpu_count(),
        "fsync": "on",
        "synchronous_commit": "on",
        "load_1min": round(os.getloadavg()[0], 1),
    }
    return {
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "better": better,
        "conditions": conditions | house,
    }


def main() -> None:
    """Print the figures."""
    ours, theirs = multiprocessing.Pipe()
    receiver = multiprocessing.Process(target=receive, args=(theirs,), daemon=True)
    receiver.start()
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        server = embedded.start(Path(folder) / "home")
        try:
            figures = uvloop.run(measure(server.url, ours.recv()))
        finally:
            server.stop()
            receiver.kill()
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
