"""What the worker process counts for Prometheus; a server process reads it in `QIANBAO_HOME/metrics`."""

from __future__ import annotations

from typing import Final

from prometheus_client import Counter

from qianbao.events import Dispatcher
from qianbao.events.webhook.sender import Sender

# In no registry: where a server has counters of its own in memory, these would stand beside it as zeros.
DISPATCHED: Final = Counter("qianbao_events_dispatched", "Events moved over in the outbox", registry=None)
SENT: Final = Counter(
    "qianbao_webhook_tries", "Tries to deliver, by what came of them", ["outcome"], registry=None
)


class Tally:
    """Carries over what dispatcher and sender have done since the last look."""

    def __init__(self, dispatcher: Dispatcher, sender: Sender) -> None:
        self._dispatcher = dispatcher
        self._sender = sender
        self._moved = 0
        self._sent: dict[str, int] = {}

    async def look(self) -> None:
        """Count what is new."""
        DISPATCHED.inc(self._dispatcher.moved - self._moved)
        self._moved = self._dispatcher.moved
        for outcome, count in self._sender.sent.items():
            SENT.labels(outcome).inc(count - self._sent.get(outcome, 0))
            self._sent[outcome] = count
