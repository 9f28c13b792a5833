"""What Prometheus is told. Names end in their unit; the labels of a route are its template, never an id."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Metric,
    generate_latest,
    multiprocess,
)
from prometheus_client.registry import REGISTRY, Collector

from qianbao.events import Stream
from qianbao.journal import Journal

LATENCY_BUCKETS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)

REQUESTS = Counter("qianbao_http_requests", "Requests answered", ["method", "route", "status"])
LATENCY = Histogram(
    "qianbao_http_latency_seconds",
    "From the first byte asked to the answer",
    ["route"],
    buckets=LATENCY_BUCKETS_S,
)
BATCH = Histogram(
    "qianbao_journal_batch_commands",
    "Commands in one durable call of the journal",
    buckets=(1, 2, 5, 10, 20, 50, 100, 150, 200, 250, 500),
)
QUEUE = Gauge(
    "qianbao_journal_queue_commands", "Commands waiting for the journal", multiprocess_mode="livesum"
)

STREAMS = Gauge("qianbao_event_streams", "Open connections to the event stream", multiprocess_mode="livesum")
FOLDER: Final = "metrics"
"""Where in a home the processes write what another one is to tell."""


class Told:
    """Counts answers with as little work as it takes: a route's labels are looked up once."""

    def __init__(self) -> None:
        self._requests: dict[tuple[str, str, int], Counter] = {}
        self._latency: dict[str, Histogram] = {}

    def answer(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        counter = self._requests.get((method, route, status))
        if counter is None:
            counter = self._requests[method, route, status] = REQUESTS.labels(method, route, str(status))
        counter.inc()
        latency = self._latency.get(route)
        if latency is None:
            latency = self._latency[route] = LATENCY.labels(route)
        latency.observe(seconds)


def watch(journal: Journal, stream: Stream) -> None:
    """Count this process's batches, how many commands wait while one goes out, and its open streams."""

    def sent(size: int) -> None:
        BATCH.observe(size)
        QUEUE.set(journal.waiting)

    journal.sent = sent
    stream.told = STREAMS.set


class _Asked(Collector):
    def __init__(self, found: Sequence[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        return self._found


def exposition(home: Path, asked: Sequence[Metric]) -> bytes:
    """The metrics of this process (of all server processes, when there are several), of the worker, and what
    was `asked` of the database for this look."""
    registry = CollectorRegistry()
    registry.register(_Asked(asked))
    if (home / FOLDER).is_dir():
        multiprocess.MultiProcessCollector(registry, path=str(home / FOLDER))
    told = generate_latest(registry)
    return told if "PROMETHEUS_MULTIPROC_DIR" in os.environ else told + generate_latest(REGISTRY)


def forgotten(home: Path, pid: int) -> None:
    """A process is dead: what it said that it has (open streams, a queue) is no more."""
    multiprocess.mark_process_dead(pid, str(home / FOLDER))
