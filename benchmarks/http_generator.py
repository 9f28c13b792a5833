"""What charges codes where wrk is not installed: the same requests from one asyncio process, slower than wrk.

    python benchmarks/http_generator.py URL KEYS START SECONDS CONNECTIONS [PER_S]     # one line of JSON

With `PER_S` at that pace, whatever the answers take: what is late is made up for.

Every request has another code, number and idempotency key (`http_payments.lua` does the same).
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import uvloop

DRAIN_S = 10.0
"""How long answers are waited for after the end."""
_HEAD = (
    "POST /api/v1/code-payments HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
    "Content-Type: application/json\r\nIdempotency-Key: key-{n}\r\nContent-Length: {size}\r\n\r\n"
)


class Run:
    """What all connections share: the next number, and what became of the requests."""

    def __init__(self, host: str, keys: list[str], start: int, seconds: float, per_s: float) -> None:
        self.host, self.keys, self.number = host, keys, start
        self.per_s, self.turns = per_s, 0
        self.seconds: list[float] = []
        """From the request to the end of its answer, of each that was paid."""
        self.refused = self.broken = self.under_way = 0
        self.over = asyncio.Event()
        self.began = time.perf_counter()
        self.end = self.began + seconds

    def request(self) -> bytes:
        """The next charge."""
        self.number += 1
        n = self.number
        body = f'{{"code":"13{n:016d}","out_trade_no":"no-{n}","amount":{100 + n % 19900},"subject":"bench"}}'
        key = self.keys[n % len(self.keys)]
        return (_HEAD.format(host=self.host, key=key, n=n, size=len(body)) + body).encode()

    def wait_s(self) -> float:
        """How long the next request waits for its turn; not at all without a pace."""
        if not self.per_s:
            return 0.0
        self.turns += 1
        return self.began + self.turns / self.per_s - time.perf_counter()

    def done(self) -> None:
        """One connection has its last answer, or is lost."""
        self.under_way -= 1
        if not self.under_way:
            self.over.set()


class Till(asyncio.Protocol):
    """One connection: it asks, waits for the whole answer, and asks again."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.line: asyncio.WriteTransport | None = None
        self.got = b""
        self.asked = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the first time."""
        self.line = cast("asyncio.WriteTransport", transport)  # uvloop's is one in all but name
        self.run.under_way += 1
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Once the answer is whole, count it and ask again."""
        self.got += data
        head, found, rest = self.got.partition(b"\r\n\r\n")
        if not found:
            return
        size = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if len(rest) < int(size):
            return
        now = time.perf_counter()
        if head.startswith(b"HTTP/1.1 201"):
            self.run.seconds.append(now - self.asked)
        else:
            self.run.refused += 1
        self.got = b""
        if now < self.run.end:
            self._ask()
        else:
            self._leave()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """A line that breaks before its answer is counted."""
        if self.line is not None:
            self.run.broken += 1
            self._leave()

    def _ask(self) -> None:
        if (wait_s := self.run.wait_s()) > 0:
            asyncio.get_running_loop().call_later(wait_s, self._send)
        else:
            self._send()

    def _send(self) -> None:
        if self.line is None:
            return  # lost while it waited for its turn
        self.asked = time.perf_counter()
        self.line.write(self.run.request())

    def _leave(self) -> None:
        line, self.line = self.line, None
        if line is not None:
            line.close()
            self.run.done()


async def load(
    url: str, keys: list[str], *, start: int, seconds: float, connections: int, per_s: float = 0
) -> dict[str, float]:
    """Charge for some seconds; what was seen."""
    at = urlsplit(url)
    assert at.hostname is not None
    assert at.port is not None
    host, port = at.hostname, at.port
    loop = asyncio.get_running_loop()
    run = Run(at.netloc, keys, start, seconds, per_s)
    await asyncio.gather(*(loop.create_connection(lambda: Till(run), host, port) for _ in range(connections)))
    try:
        await asyncio.wait_for(run.over.wait(), seconds + DRAIN_S)
    except TimeoutError:
        run.broken += run.under_way
    took = time.perf_counter() - run.began
    cuts = statistics.quantiles(run.seconds, n=100) if len(run.seconds) > 1 else [0.0] * 99
    return {
        "requests": len(run.seconds) + run.refused,
        "seconds": round(took, 3),
        "p50_ms": round(1e3 * cuts[49], 2),
        "p99_ms": round(1e3 * cuts[98], 2),
        "refused": run.refused,
        "broken": run.broken,
    }


def main() -> None:
    """Print what was seen."""
    url, keys, start, seconds, connections, *pace = sys.argv[1:]
    told = load(
        url,
        Path(keys).read_text().split(),
        start=int(start),
        seconds=float(seconds),
        connections=int(connections),
        per_s=float(pace[0]) if pace else 0,
    )
    json.dump(uvloop.run(told), sys.stdout)
    print()


if __name__ == "__main__":
    main()
