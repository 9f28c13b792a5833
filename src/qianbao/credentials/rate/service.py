"""Rate limits in the database. The takes of one tick are one call, as loads are."""

from __future__ import annotations

import asyncio
from collections import deque
from hashlib import blake2b
from typing import Final, NamedTuple

from qianbao.clock import SECOND, Clock
from qianbao.db import Database, queries
from qianbao.db.pool import writing
from qianbao.errors import TooMany

_SQL: Final = queries(__package__ or "qianbao.credentials.rate")
SIZE_MAX: Final = 500
"""The most takes of one call."""
KEPT_S: Final = 2 * 86_400
"""A counter that nobody has touched for so long is forgotten; the longest period is a day."""


class TooManyTries(TooMany):
    """This was tried too often; wait as long as `Retry-After` says."""

    code = "too_many_tries"


class Wait(NamedTuple):
    """The answer to a take: 0 seconds when it was taken, else how long until one would be."""

    seconds: float

    @property
    def taken(self) -> bool:
        """Whether it was taken."""
        return self.seconds == 0


class _Asked(NamedTuple):
    key: bytes
    amount: int
    limit: int
    period: int
    answer: asyncio.Future[Wait]


class Rates:
    """Counters by key, in sliding windows (what was refused does not count)."""

    def __init__(self, db: Database, *, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._waiting: deque[_Asked] = deque()
        self._task: asyncio.Task[None] | None = None

    async def take(self, key: str, limit: int, period_s: int, *, count: int = 1) -> Wait:
        """Take `count` from `key`, at most `limit` in any `period_s` (1 to 86,400) seconds.

        A key always goes with one period. Raises `OutcomeUnknown` where the database is away.
        """
        assert 0 < period_s <= 86_400
        answer: asyncio.Future[Wait] = asyncio.get_running_loop().create_future()
        digest = blake2b(key.encode(), digest_size=16).digest()
        self._waiting.append(_Asked(digest, count, limit, period_s * SECOND, answer))
        if self._task is None:
            self._task = asyncio.create_task(self._send())
        return await answer

    async def demand(self, key: str, limit: int, period_s: int, *, count: int = 1) -> None:
        """Take, or raise `TooManyTries` with the seconds to wait."""
        wait = await self.take(key, limit, period_s, count=count)
        if not wait.taken:
            raise TooManyTries(retry_after_s=max(1, -(-round(wait.seconds * 1000) // 1000)))

    async def forget(self, key: str) -> None:
        """Begin to count `key` anew."""
        await self._db.write(_SQL["forget"], blake2b(key.encode(), digest_size=16).digest())

    async def give_back(self, key: str) -> None:
        """Take one take of `key` back, for what turned out to be right."""
        await self._db.write(_SQL["give_back"], blake2b(key.encode(), digest_size=16).digest())

    async def sweep(self) -> int:
        """Remove the counters that nobody has touched for two days; how many they were."""
        rows = await self._db.write(_SQL["sweep"], self._clock.now() - KEPT_S * SECOND)
        return len(rows)

    async def _send(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(SIZE_MAX, len(self._waiting)))]
                try:
                    await self._deliver(batch)
                except BaseException as failed:
                    for asked in batch:
                        if not asked.answer.done():
                            asked.answer.set_exception(failed)
                    if not isinstance(failed, Exception):
                        raise
        finally:
            self._task = None

    async def _deliver(self, batch: list[_Asked]) -> None:
        keys, counts, limits, periods, answers = zip(*batch, strict=True)
        with writing():
            waits: list[int] = await self._db.pool.fetchval(
                _SQL["take"], keys, counts, limits, periods, self._clock.now()
            )
        for answer, wait in zip(answers, waits, strict=True):
            if not answer.done():
                answer.set_result(Wait(wait / SECOND))
