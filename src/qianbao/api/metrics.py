"""What Prometheus is told. Names end in their unit; the labels of a route are its template, never an id."""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.registry import REGISTRY

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


def watch(journal: Journal) -> None:
    """Count this process's batches, and how many commands wait while one goes out."""

    def sent(size: int) -> None:
        BATCH.observe(size)
        QUEUE.set(journal.waiting)

    journal.sent = sent


def exposition() -> bytes:
    """The metrics of this process, or of all server processes when there are several."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)
        return generate_latest(registry)
    return generate_latest(REGISTRY)
