"""Server-sent events: from now on or from where one was, to a thousand tills at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

import pytest

from qianbao.clock import SystemClock
from qianbao.db import Database
from qianbao.events import EVERYTHING, Bell, Dispatcher, Feed, Stream, View
from qianbao.events.models import Position, position
from qianbao.events.stream import QUEUE_MAX
from qianbao.ids import Id
from tests.events.told import fresh, tell
from tests.events.until import until


@pytest.fixture
async def stream(db: Database, feed: Feed) -> AsyncGenerator[Stream]:
    """This process's stream, fed by a dispatcher."""
    bell = Bell(db)
    made = Stream(feed, bell, heartbeat_s=0.3)
    parts = (bell, made, Dispatcher(db, SystemClock()))
    tasks = [asyncio.create_task(part.run()) for part in parts]
    yield made
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


def shows(*parties: Id) -> View:
    """The view of these parties."""
    return View(parties=frozenset(map(str, parties)))


def cursor(frame: bytes) -> Position:
    """The `id:` of a frame."""
    [line] = [line for line in frame.decode().splitlines() if line.startswith("id: ")]
    return position(line.removeprefix("id: "))


async def next_event(frames: AsyncGenerator[bytes]) -> bytes:
    """The next frame that is no heartbeat."""
    async with asyncio.timeout(5):
        async for frame in frames:
            if not frame.startswith(b":"):
                return frame
    raise AssertionError("the stream has ended")


@contextlib.asynccontextmanager
async def opened(frames: AsyncGenerator[bytes]) -> AsyncGenerator[AsyncGenerator[bytes]]:
    """A stream whose first frame, the cursor, has been read; closed at the end."""
    first = await anext(frames)
    assert first.startswith(b": beat\nid: ")
    yield frames
    await frames.aclose()


async def test_a_client_is_told_what_happens_from_now_on(db: Database, stream: Stream) -> None:
    await tell(db.pool)
    async with opened(stream.events(EVERYTHING)) as frames:
        event = await tell(db.pool, "trade.closed", reason="late")
        frame = (await next_event(frames)).decode()
    kind, data = frame.splitlines()[1:3]
    assert kind == "event: trade.closed"
    assert data.startswith(f'data: {{"id":"{event}","type":"trade.closed"')
    assert frame.endswith("\n\n")
    assert stream.clients == 0


async def test_a_client_that_comes_back_misses_nothing_and_gets_nothing_twice(
    db: Database, stream: Stream
) -> None:
    shop = fresh()
    async with opened(stream.events(shows(shop))) as frames:
        await tell(db.pool, merchant=shop)
        here = cursor(await next_event(frames))
    missed = [await tell(db.pool, merchant=shop) for _ in range(20)]
    async with opened(stream.events(shows(shop), here)) as frames:
        live = asyncio.create_task(tell(db.pool, merchant=shop))
        got = [await next_event(frames) for _ in range(21)]
        expected = [*missed, await live]
    assert [str(event) in frame.decode() for event, frame in zip(expected, got, strict=True)] == [True] * 21


async def test_a_quiet_clients_cursor_moves_on_with_the_heartbeats(db: Database, stream: Stream) -> None:
    async with opened(stream.events(shows(fresh()))) as frames:
        await tell(db.pool)
        first = cursor(await anext(frames))
        await tell(db.pool)
        assert cursor(await anext(frames)) > first


async def test_a_client_that_does_not_read_is_cut_off_and_resumes(db: Database, stream: Stream) -> None:
    shop = fresh()
    async with opened(stream.events(shows(shop))) as frames:
        await tell(db.pool, merchant=shop)
        here = cursor(await next_event(frames))
        async with db.transaction() as connection:
            for ordinal in range(1, QUEUE_MAX + 100):
                await tell(connection, merchant=shop, ordinal=ordinal)

        async def cut_off() -> bool:
            return stream.clients == 0

        await until(cut_off)
        with pytest.raises(AssertionError, match="ended"):
            await next_event(frames)
    async with opened(stream.events(shows(shop), here)) as frames:
        for ordinal in range(1, QUEUE_MAX + 100):
            assert cursor(await next_event(frames)).ordinal == ordinal


async def test_when_the_process_stops_its_streams_end_at_once(db: Database, feed: Feed) -> None:
    stopping = Stream(feed, Bell(db), heartbeat_s=60)
    async with opened(stopping.events(EVERYTHING)) as frames:
        waiting = asyncio.create_task(anext(frames, b"over"))
        await asyncio.sleep(0.01)
        stopping.close()
        async with asyncio.timeout(1):
            assert await waiting == b"over"
    late = [frame async for frame in stopping.events(EVERYTHING)]
    assert len(late) == 1  # the cursor, to come back with


async def test_a_thousand_tills_each_get_their_own_shops_events(db: Database, stream: Stream) -> None:
    shops = [fresh() for _ in range(100)]
    tills = [(shop, stream.events(shows(shop))) for shop in shops for _ in range(10)]
    for _, frames in tills:
        await anext(frames)
    assert stream.clients == 1_000
    async with db.transaction() as connection:
        paid = {
            shop: await tell(connection, merchant=shop, ordinal=ordinal) for ordinal, shop in enumerate(shops)
        }
    got = await asyncio.gather(*(next_event(frames) for _, frames in tills))
    assert all(str(paid[shop]) in frame.decode() for (shop, _), frame in zip(tills, got, strict=True))
    await asyncio.gather(*(frames.aclose() for _, frames in tills))
    assert stream.clients == 0
