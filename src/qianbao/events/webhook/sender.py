"""Sends what is due, and notes what came of it.

Any number of processes may run a sender: each takes deliveries under a lease, so that two do not send the
same at once, and one that dies leaves its deliveries to the others. A delivery is therefore sent at least
once; receivers know repeats by `webhook-id`. For one webhook the events of one subject are sent in their
order: the next goes out when the one before has been acknowledged or has failed for good.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import asyncpg

from qianbao.clock import SECOND, Clock
from qianbao.db import Database
from qianbao.errors import Unavailable
from qianbao.events.bell import Bell, heard
from qianbao.events.feed import told
from qianbao.events.webhook import schedule
from qianbao.events.webhook.client import Answer, Client, Letter
from qianbao.events.webhook.models import DeliveryState, SwitchedOff, WebhookState
from qianbao.events.webhook.outbox import SQL
from qianbao.ids import Id

UNDERWAY_MAX: Final = 64
"""Tries under way at once."""
UNDERWAY_EACH: Final = 16
"""… and to one webhook, so that a slow one does not hold up the others."""
LEASE_S: Final = 60
"""A delivery taken and not noted is due again after this; longer than any try takes."""
UNRUNG_S: Final = 1.0
KEPT_S: Final = 30 * 24 * 3600
"""Deliveries that are over are shown for so long."""
PURGE_S: Final = 600
PURGE_SIZE: Final = 5_000

Announce = Callable[[SwitchedOff], Awaitable[None]]
"""Tells, as an event, that a webhook was switched off; told again if it fails, so it must be idempotent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    delivery: Id
    webhook: Id
    tries: int
    answer: Answer
    due: int | None

    @property
    def state(self) -> DeliveryState:
        if schedule.acknowledged(self.answer.status):
            return DeliveryState.DELIVERED
        return DeliveryState.FAILED if self.due is None else DeliveryState.WAITING


class Sender:
    """One of the network's senders."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        client: Client,
        bell: Bell,
        announce: Announce,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._db = db
        self._clock = clock
        self._client = client
        self._bell = bell.hung()
        self._announce = announce
        self._chance = chance
        self._underway: Counter[Id] = Counter()
        self._tried: list[_Tried] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._purged = 0
        self._some_off = True
        self.sent: Counter[str] = Counter()
        """Tries by what came of them (`delivered`, `waiting`, `failed`), for the metrics."""

    async def run(self) -> None:
        """Send until cancelled, over lost lines."""
        try:
            while True:
                with contextlib.suppress(Unavailable):
                    await self._note()
                    if await self._take():
                        await asyncio.sleep(0)
                    await self._tidy()
                if not self._tried:
                    await heard(self._bell, UNRUNG_S)
        finally:
            for task in self._tasks:
                task.cancel()

    async def _take(self) -> int:
        room = UNDERWAY_MAX - sum(self._underway.values())
        if room <= 0:
            return 0
        now = self._clock.now()
        rows = await self._db.write(
            SQL["claim"],
            now,
            UNDERWAY_EACH,
            list(self._underway.keys()),
            list(self._underway.values()),
            room,
            now + LEASE_S * SECOND,
        )
        for row in rows:
            self._underway[row["webhook"]] += 1
            task = asyncio.create_task(self._send(row))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(rows)

    async def _send(self, row: asyncpg.Record) -> None:
        [event] = told([row])
        before = row["secret_before"] if (row["secret_before_until"] or 0) > self._clock.now() else None
        letter = Letter(
            url=row["url"],
            event=str(event.id),
            body=event.body,
            secrets=tuple(secret for secret in (row["secret"], before) if secret is not None),
        )
        try:
            answer = await self._client.send(letter, now=self._clock.now())
            tries = row["tries"] + 1
            over = schedule.acknowledged(answer.status)
            due = None if over else schedule.next_due(self._clock.now(), tries, chance=self._chance)
            self._tried.append(
                _Tried(delivery=row["delivery"], webhook=row["webhook"], tries=tries, answer=answer, due=due)
            )
        finally:
            self._underway[row["webhook"]] -= 1
            if not self._underway[row["webhook"]]:
                del self._underway[row["webhook"]]
            self._bell.set()

    async def _note(self) -> None:
        # What has been tried since the last time, in one transaction. A lost line loses the notes: the
        # deliveries are then sent again after their lease.
        done, self._tried = self._tried, []
        if not done:
            return
        now = self._clock.now()
        deliveries = [one.delivery for one in done]
        hooks = sorted({one.webhook for one in done})
        answered = {one.webhook for one in done if one.state is DeliveryState.DELIVERED}
        gone = {one.webhook for one in done if one.answer.status == schedule.GONE}
        async with self._db.transaction() as connection:
            await connection.execute(SQL["lock"], hooks)
            await connection.execute(
                SQL["note"],
                deliveries,
                [one.state.value for one in done],
                [one.due for one in done],
                [one.tries for one in done],
                [one.answer.status for one in done],
                [one.answer.text for one in done],
                now,
            )
            await connection.execute(SQL["release"], deliveries, now)
            await connection.execute(
                SQL["fare"],
                hooks,
                [hook in answered for hook in hooks],
                [hook in gone for hook in hooks],
                now,
                now - schedule.GIVE_UP_S * SECOND,
            )
        self.sent.update(one.state.value for one in done)
        self._some_off = self._some_off or len(answered) < len(hooks) or bool(gone)

    async def _tidy(self) -> None:
        if self._some_off:
            await self._tell_of_switched_off()
            self._some_off = False
        now = self._clock.now()
        if now - self._purged >= PURGE_S * SECOND:
            self._purged = now
            await self._db.write(SQL["purge"], now - KEPT_S * SECOND, PURGE_SIZE)

    async def _tell_of_switched_off(self) -> None:
        for row in await self._db.rows(SQL["unannounced"]):
            await self._announce(
                SwitchedOff(
                    webhook=row["id"],
                    party=row["party"],
                    url=row["url"],
                    state=WebhookState(row["state"]),
                    failing_since=row["failing_since"],
                )
            )
            await self._db.write(SQL["announced"], row["id"], row["state"])
