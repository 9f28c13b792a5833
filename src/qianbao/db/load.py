"""Reads travel like commits: the look-ups of one tick are one query (`= ANY`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Generic, TypeVar

Key = TypeVar("Key")
Row = TypeVar("Row")


class Gather(Generic[Key, Row]):
    """Look-ups by key, gathered: while one query is under way the next keys wait, and go out together.

    `fetch(keys)` gives the found rows by key; who asks for a missing one gets None. At most `lanes`
    queries are under way at once. A failing query fails those who asked in it, nobody else.
    """

    def __init__(
        self,
        fetch: Callable[[list[Key]], Awaitable[Mapping[Key, Row]]],
        *,
        size_max: int = 500,
        lanes: int = 2,
    ) -> None:
        self._fetch = fetch
        self._size_max = size_max
        self._free = lanes
        self._waiting: dict[Key, list[asyncio.Future[Row | None]]] = {}
        self._scheduled = False
        self._running: set[asyncio.Task[None]] = set()

    async def one(self, key: Key) -> Row | None:
        """The row of `key`, read after this call began."""
        return await self._asked(key)

    async def many(self, keys: Iterable[Key]) -> list[Row | None]:
        """The rows of `keys`, in their order."""
        return list(await asyncio.gather(*map(self._asked, keys)))

    def _asked(self, key: Key) -> asyncio.Future[Row | None]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Row | None] = loop.create_future()
        self._waiting.setdefault(key, []).append(answer)
        if not self._scheduled and self._free:
            self._scheduled = True
            loop.call_soon(self._send)
        return answer

    def _send(self) -> None:
        self._scheduled = False
        while self._waiting and self._free:
            taken = [key for key, _ in zip(self._waiting, range(self._size_max), strict=False)]
            batch = {key: self._waiting.pop(key) for key in taken}
            self._free -= 1
            task = asyncio.create_task(self._run(batch))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _run(self, batch: dict[Key, list[asyncio.Future[Row | None]]]) -> None:
        try:
            found = await self._fetch(list(batch))
        except BaseException as failed:
            for answer in (answer for answers in batch.values() for answer in answers):
                if not answer.done():
                    answer.set_exception(failed)
            if not isinstance(failed, Exception):
                raise
        else:
            for key, answers in batch.items():
                for answer in answers:
                    if not answer.done():
                        answer.set_result(found.get(key))
        finally:
            self._free += 1
            if self._waiting:
                self._send()
