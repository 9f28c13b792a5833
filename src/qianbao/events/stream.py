"""Events as they happen, over server-sent events: one reader a process, fanned out in memory.

A connection costs a queue, not a query: a thousand open tills are one read of the outbox. `id:` is the
cursor, so a client that comes back with `Last-Event-ID` goes on where it was; heartbeats carry it too, so
a quiet client does not fall behind. Who reads too slowly is cut off, and resumes in the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Final

from qianbao.db import DatabaseLost
from qianbao.events.bell import Bell, heard
from qianbao.events.feed import Feed
from qianbao.events.models import EVERYTHING, START, Position, Told, View

QUEUE_MAX: Final = 512
"""Events that may wait for one client; one more and it is cut off."""
HEARTBEAT_S: Final = 15.0
PAGE: Final = 500
UNRUNG_S: Final = 1.0
"""The outbox is looked at this often even when no bell rings."""


def framed(event: Told) -> bytes:
    """One event as server-sent events write it. Its JSON has no line break, so it is one `data:` line."""
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (
        str(event.position).encode(),
        event.type.encode(),
        event.body,
    )


def heartbeat(position: Position) -> bytes:
    """A comment that keeps the line open, with the cursor that the client has come to."""
    return b": beat\nid: %b\n\n" % str(position).encode()


def _unheard(_clients: int) -> None:
    """Nobody listens."""


class _Client:
    def __init__(self, view: View) -> None:
        self.view = view
        self.queue: asyncio.Queue[tuple[Position, bytes]] = asyncio.Queue(QUEUE_MAX)
        self.cut_off = False

    def push(self, position: Position, frame: bytes) -> bool:
        """Whether there was room; without, the client is cut off."""
        try:
            self.queue.put_nowait((position, frame))
        except asyncio.QueueFull:
            self.cut_off = True
        return not self.cut_off

    def end(self) -> None:
        """End this client's frames now."""
        self.cut_off = True
        with contextlib.suppress(asyncio.QueueFull):
            self.queue.put_nowait((START, b""))


class Stream:
    """The clients of this process and the one reader that serves them."""

    def __init__(self, feed: Feed, bell: Bell, *, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._feed = feed
        self._bell = bell.hung()
        self._heartbeat_s = heartbeat_s
        self._by_party: dict[str | None, set[_Client]] = {}
        self._here: Position | None = None
        self._reading = asyncio.Lock()
        self._closed = False
        self.told: Callable[[int], None] = _unheard
        """Hears how many connections are open whenever that changes: for the metrics."""

    @property
    def clients(self) -> int:
        """How many connections are open."""
        return len({client for clients in self._by_party.values() for client in clients})

    def close(self) -> None:
        """End all streams, for this process is to stop: their clients come back elsewhere and go on."""
        self._closed = True
        for client in {client for clients in self._by_party.values() for client in clients}:
            client.end()

    async def run(self) -> None:
        """Read the outbox for the clients of this process, until cancelled; without clients, sleep."""
        while True:
            await heard(self._bell, UNRUNG_S)
            with contextlib.suppress(DatabaseLost):
                async with self._reading:
                    await self._read()

    async def events(self, view: View, after: Position | None = None) -> AsyncGenerator[bytes]:
        """Frames for one client, from `after` (None: from now on), until it goes or is cut off.

        Raises `DatabaseLost` when the outbox cannot be read at the beginning.
        """
        client = _Client(view)
        async with self._reading:
            # Enter first, then catch up: from here on every event comes through the queue.
            entered = await self._enter(client)
        try:
            here = entered if after is None else after
            yield heartbeat(here)
            while here < entered:
                page = await self._feed.after(here, view=view, limit=PAGE)
                for event in page.events:
                    yield framed(event)
                here = page.next
                if not page.more:
                    break
            async for frame in self._live(client, here):
                yield frame
        finally:
            self._leave(client)

    async def _live(self, client: _Client, here: Position) -> AsyncGenerator[bytes]:
        while not client.cut_off:
            try:
                if client.queue.empty():
                    position, frame = await asyncio.wait_for(client.queue.get(), self._heartbeat_s)
                else:
                    position, frame = client.queue.get_nowait()
            except TimeoutError:
                if self._here is not None and client.queue.empty():
                    here = max(here, self._here)
                yield heartbeat(here)
                continue
            if position > here:  # what catching up has shown is not shown again
                here = position
                yield frame

    async def _enter(self, client: _Client) -> Position:
        if self._here is None or not self._by_party:
            self._here = await self._feed.head()
        client.cut_off = self._closed
        for key in self._keys(client):
            self._by_party.setdefault(key, set()).add(client)
        self.told(self.clients)
        return self._here

    def _leave(self, client: _Client) -> None:
        for key in self._keys(client):
            clients = self._by_party.get(key, set())
            clients.discard(client)
            if not clients:
                self._by_party.pop(key, None)
        self.told(self.clients)

    @staticmethod
    def _keys(client: _Client) -> Iterable[str | None]:
        return (None,) if client.view.parties is None else client.view.parties

    async def _read(self) -> None:
        while self._by_party and self._here is not None:
            page = await self._feed.after(self._here, view=EVERYTHING, limit=PAGE)
            for event in page.events:
                self._fan_out(event)
            self._here = page.next
            if not page.more:
                return
            await asyncio.sleep(0)

    def _fan_out(self, event: Told) -> None:
        seen: set[_Client] = set(self._by_party.get(None, ()))
        for party in event.audience:
            seen |= self._by_party.get(party, set())
        frame: bytes | None = None
        for client in seen:
            if client.view.wants(event.type) and client.view.within(event):
                frame = framed(event) if frame is None else frame
                if not client.push(event.position, frame):
                    self._leave(client)
