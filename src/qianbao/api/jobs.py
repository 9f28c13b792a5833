"""Work that goes on beside the requests, in tasks that a fault or a lost line never ends for good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from qianbao.api.parts import Parts
from qianbao.api.problems import known
from qianbao.clock import rfc3339
from qianbao.events import Dispatcher
from qianbao.events.webhook.client import Client
from qianbao.events.webhook.models import SwitchedOff, WebhookState
from qianbao.events.webhook.sender import Announce, Sender
from qianbao.ids import derive
from qianbao.journal import Event, Plan, digest
from qianbao.payments.trade import ending

PAUSE_S = 1.0
"""Before a job that failed is tried again."""
_log = structlog.get_logger("qianbao.jobs")


async def keep(name: str, run: Callable[[], Awaitable[Any]], *, every_s: float = PAUSE_S) -> None:
    """Run `run` again and again, `every_s` apart, until cancelled; what goes wrong is logged."""
    while True:
        try:
            await run()
        except Exception as error:
            found = known(error)
            if found is None:
                _log.error("job_failed", job=name, exc_info=error)
            else:
                _log.warning("job_interrupted", job=name, error=found.code)
            await asyncio.sleep(PAUSE_S)
        await asyncio.sleep(every_s)


def of_server(parts: Parts) -> list[Awaitable[None]]:
    """What each server process does for its own clients."""
    return [keep("bell", parts.bell.run), keep("stream", parts.stream.run)]


def of_worker(parts: Parts) -> list[Awaitable[None]]:
    """What the worker does for the whole network; several workers share it."""
    sender = Sender(parts.db, parts.clock, Client(parts.guard), parts.bell, announcing(parts))
    dispatcher = Dispatcher(parts.db, parts.clock)

    async def sweep() -> None:
        while (await ending.expire(parts.payments)).more:
            pass

    return [
        keep("bell", parts.bell.run),
        keep("dispatcher", dispatcher.run),
        keep("webhooks", sender.run),
        keep("ledger_index", parts.ledger.index, every_s=0.5),
        keep("ledger_expiry", parts.ledger.expire),
        keep("trade_expiry", sweep),
        keep("topups", parts.topups.resolve),
        keep("withdrawals", parts.withdrawals.resolve),
    ]


def announcing(parts: Parts) -> Announce:
    """Tells that a webhook was switched off, as an event of its own command: once for each time."""

    async def announce(off: SwitchedOff) -> None:
        told: dict[str, Any] = {
            "webhook": str(off.webhook),
            "url": off.url,
            "reason": "gone" if off.state is WebhookState.GONE else "failing",
        }
        if off.party is not None:
            told["merchant"] = str(off.party)
        if off.failing_since is not None:
            told["failing_since"] = rfc3339(off.failing_since)
        about = f"webhook.disabled:{off.state}:{off.failing_since}"
        await parts.journal.commit(
            Plan(
                caller=off.webhook,
                command=derive(off.webhook, about),
                digest=digest(about),
                event=Event(type="webhook.disabled", subject=off.webhook, data=told),
            )
        )

    return announce
