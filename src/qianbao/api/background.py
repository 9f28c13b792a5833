"""What goes on beside the requests: readers of events in each server, and the worker's loops."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Final

import structlog

from qianbao.api import starter
from qianbao.api.parts import Parts
from qianbao.api.pulse import Beat
from qianbao.api.tally import Tally
from qianbao.clock import rfc3339
from qianbao.console.figures.projector import Projector
from qianbao.credentials.sweep import sweep as forget
from qianbao.errors import Unavailable
from qianbao.events import Dispatcher
from qianbao.events.webhook.client import Client
from qianbao.events.webhook.models import SwitchedOff
from qianbao.events.webhook.sender import Sender
from qianbao.ids import derive
from qianbao.journal import Event, Plan, digest
from qianbao.payments.trade import ending
from qianbao.social.packet import ending as packet_ending

Loop = Callable[[], Awaitable[None]]
INDEX_S: Final = 0.5
"""How far the index of transfers may be behind the commits."""
EXPIRY_S: Final = 1.0
TALLY_S: Final = 1.0
SWEEP_S: Final = 3600.0
"""How often sessions, challenges and counters that are over are forgotten."""
LAKE_S: Final = 60.0
"""How often records that wait are looked at: files close at 64 MB or after 15 minutes."""
SCORES_S: Final = 30.0
"""How often it is asked whether scores are due."""
RETENTION_S: Final = 3600.0
"""How often records are taken out that are older than they are kept."""
RELEASE_S: Final = 600.0
"""How often it is looked whether yesterday is to be released across stores."""
CITY_S: Final = 60.0
"""How often the worker looks whether something of the starter city is left to replay."""
AGAIN_S: Final = 1.0
"""How long after a loop has fallen it begins again."""

_log = structlog.get_logger("qianbao.background")


async def kept(name: str, loop: Loop) -> None:
    """Run a loop until cancelled: one that falls is begun again, and a fault of ours is logged."""
    while True:
        try:
            await loop()
        except Unavailable as away:
            _log.warning("loop_waits", loop=name, code=away.code)
        except Exception as fault:
            _log.error("loop_fell", loop=name, exc_info=fault)
        await asyncio.sleep(AGAIN_S)


def every(seconds: float, step: Callable[[], Awaitable[object]]) -> Loop:
    """The loop that takes this step again and again, with a pause between."""

    async def loop() -> None:
        while True:
            await step()
            await asyncio.sleep(seconds)

    return loop


@contextlib.asynccontextmanager
async def going(loops: Mapping[str, Loop]) -> AsyncGenerator[None]:
    """Keep these loops within; they end with it."""
    tasks = [asyncio.create_task(kept(name, loop), name=name) for name, loop in loops.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def servers(parts: Parts) -> dict[str, Loop]:
    """The loops of a server process: it reads events for its open streams."""
    return {
        "bell": parts.bell.run,
        "stream": parts.stream.run,
        "live": parts.console.live.run,
        "pulse": Beat(parts.console.figures).run,
    }


@contextlib.asynccontextmanager
async def workers(parts: Parts) -> AsyncGenerator[dict[str, Loop]]:
    """The loops of a worker process: events, webhooks, figures, the books' standing, backups, banks' late
    answers, what runs out."""
    client = Client(parts.guard)

    async def announce(off: SwitchedOff) -> None:
        await parts.journal.commit(switched_off(off))

    async def sweep() -> None:
        while (await ending.expire(parts.payments)).more:
            pass

    async def return_packets() -> None:
        while (await packet_ending.expire(parts.social)).more:
            pass

    sender = Sender(parts.db, parts.clock, client, parts.bell, announce)
    dispatcher = Dispatcher(parts.db, parts.clock)
    try:
        yield {
            "bell": parts.bell.run,
            "dispatcher": dispatcher.run,
            "sender": sender.run,
            "tally": every(TALLY_S, Tally(dispatcher, sender).look),
            "figures": Projector(parts.db, parts.clock).run,
            "books": parts.console.books.run,
            "backups": parts.console.backups.run,
            "channels": parts.channels.run,
            "ledger_index": every(INDEX_S, parts.ledger.index),
            "ledger_expiry": every(EXPIRY_S, parts.ledger.expire),
            "trade_expiry": every(EXPIRY_S, sweep),
            "red_packet_expiry": every(EXPIRY_S, return_packets),
            "credentials": every(SWEEP_S, lambda: forget(parts.credentials)),
            "records": parts.insight.reader.run,
            "lake": every(LAKE_S, parts.insight.lake.close_due),
            "scores": every(SCORES_S, parts.insight.score_if_due),
            "retention": every(RETENTION_S, parts.insight.retention.step),
            "release": every(RELEASE_S, parts.insight.releases.release_if_due),
            "city": every(CITY_S, lambda: starter.go_on(parts)),
        }
    finally:
        await client.close()


def switched_off(off: SwitchedOff) -> Plan:
    """Tell that the network has switched a webhook off: once for each time it happens."""
    since = 0 if off.failing_since is None else off.failing_since
    told = {"webhook": str(off.webhook), "url": off.url, "reason": off.state.value}
    if off.party is not None:
        told["merchant"] = str(off.party)
    if off.failing_since is not None:
        told["failing_since"] = rfc3339(since)
    return Plan(
        caller=off.webhook,
        command=derive(off.webhook, f"{off.state}:{since}"),
        digest=digest(off.webhook, off.state),
        event=Event(type="webhook.disabled", subject=off.webhook, data=told),
    )
