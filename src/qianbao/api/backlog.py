"""What waits, for Prometheus: asked of the database at each look, so it shows too when no worker is alive."""

from __future__ import annotations

from prometheus_client import Metric
from prometheus_client.metrics_core import GaugeMetricFamily

from qianbao.api.parts import Parts
from qianbao.db import DatabaseLost
from qianbao.events import Dispatcher
from qianbao.events.webhook.outbox import behind


async def backlog(parts: Parts) -> list[Metric]:
    """The figures of now; none of them while the database is away."""
    try:
        lag_s = await Dispatcher(parts.db, parts.clock).lag()
        waiting, late_s = await behind(parts.db, now=parts.clock.now())
    except DatabaseLost:
        return []
    return [
        GaugeMetricFamily(
            "qianbao_event_lag_seconds", "Age of the oldest event that is not dispatched yet", lag_s
        ),
        GaugeMetricFamily("qianbao_webhook_waiting", "Deliveries that wait to be made", waiting),
        GaugeMetricFamily(
            "qianbao_webhook_late_seconds", "How long the oldest delivery that is due has been so", late_s
        ),
    ]
