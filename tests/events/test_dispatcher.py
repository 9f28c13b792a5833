"""The dispatcher: one at a time, none lost, soon after the commit."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncGenerator

import pytest

from qianbao.clock import SystemClock
from qianbao.db import Database
from qianbao.events import Bell, Dispatcher, Feed
from qianbao.events.bell import heard
from qianbao.events.webhook import service
from qianbao.events.webhook.guard import Guard, allowed
from qianbao.events.webhook.models import DeliveryState
from tests.events.told import fresh, tell
from tests.events.until import until

CLOCK = SystemClock()
GUARD = Guard(allowed(["loopback"]))
ALONE = """
import asyncio, sys
from qianbao.clock import SystemClock
from qianbao.db import connect
from qianbao.events import Dispatcher

async def main() -> None:
    await Dispatcher(await connect(sys.argv[1]), SystemClock(), pause_s=0).run()

asyncio.run(main())
"""


@contextlib.asynccontextmanager
async def running(*parts: Dispatcher | Bell) -> AsyncGenerator[None]:
    """These parts, running in this process."""
    tasks = [asyncio.create_task(part.run()) for part in parts]
    yield
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


async def made(db: Database) -> list[tuple[int, int]]:
    """The places of all deliveries, in order."""
    rows = await db.rows(
        "SELECT xid::text::bigint AS xid, ordinal FROM webhook_delivery ORDER BY xid, ordinal"
    )
    return [(row["xid"], row["ordinal"]) for row in rows]


async def test_readers_are_woken_within_a_tenth_of_a_second(db: Database) -> None:
    bell = Bell(db)
    rung = bell.hung()
    async with running(Dispatcher(db, CLOCK), bell):
        await asyncio.sleep(0.3)
        took: list[float] = []
        for _ in range(10):
            rung.clear()
            begun = time.monotonic()
            await tell(db.pool)
            assert await heard(rung, 2)
            took.append(time.monotonic() - begun)
    assert sorted(took)[5] < 0.1


async def test_only_one_of_several_leads(db: Database) -> None:
    many = [Dispatcher(db, CLOCK) for _ in range(3)]
    async with running(*many):
        await asyncio.sleep(1.0)
        assert sum(one.leads for one in many) == 1


async def test_the_lag_is_the_age_of_the_oldest_event_not_yet_dispatched(db: Database) -> None:
    dispatcher = Dispatcher(db, CLOCK)
    await tell(db.pool)
    await asyncio.sleep(0.05)
    assert await dispatcher.lag() >= 0.05
    async with running(dispatcher):

        async def caught_up() -> bool:
            return await dispatcher.lag() == 0

        await until(caught_up)


async def test_a_webhook_gets_a_delivery_for_what_it_is_shown_alone(db: Database) -> None:
    shop = fresh()
    hook, _ = await service.add(
        db, GUARD, CLOCK, party=shop, url="http://127.0.0.1:9/", types=("trade.paid",)
    )
    house, _ = await service.add(db, GUARD, CLOCK, party=None, url="http://127.0.0.1:9/", types=("trade.*",))
    async with db.transaction() as connection:
        mine = await tell(connection, merchant=shop, ordinal=1)
        other = await tell(connection, merchant=fresh(), ordinal=2)
        await tell(connection, "topup.done", merchant=shop, ordinal=3)
    async with running(Dispatcher(db, CLOCK)):

        async def there() -> bool:
            return len(await service.deliveries(db, house.id, party=None)) == 2

        await until(there)
    assert [one.event for one in await service.deliveries(db, hook.id, party=shop)] == [mine]
    assert [one.event for one in await service.deliveries(db, house.id, party=None)] == [other, mine]
    for one in (hook, house):
        await service.remove(db, one.id, party=one.party)
    assert await made(db) == []


async def test_a_subjects_second_event_is_not_due_before_its_first_is_over(db: Database) -> None:
    shop, trade = fresh(), fresh()
    hook, _ = await service.add(db, GUARD, CLOCK, party=shop, url="http://127.0.0.1:9/")
    async with running(Dispatcher(db, CLOCK)):
        for size, kind in enumerate(("trade.created", "trade.paid"), 1):
            await tell(db.pool, kind, subject=trade, merchant=shop)

            async def there(size: int = size) -> bool:
                return len(await made(db)) == size

            await until(there)
    second, first = await service.deliveries(db, hook.id, party=shop)
    assert (first.state, second.state) == (DeliveryState.WAITING, DeliveryState.WAITING)
    assert first.due is not None
    assert second.due is None
    await service.remove(db, hook.id, party=shop)


@pytest.mark.parametrize("kills", [6])
async def test_dispatchers_killed_midway_leave_every_event_with_exactly_one_delivery(
    db: Database, feed: Feed, kills: int
) -> None:
    hook, _ = await service.add(db, GUARD, CLOCK, party=None, url="http://127.0.0.1:9/")
    at = await feed.head()
    stop = asyncio.Event()

    async def write() -> None:
        while not stop.is_set():
            async with db.transaction() as connection:
                for ordinal in range(1, 20):
                    await tell(connection, ordinal=ordinal)
            await asyncio.sleep(0.002)

    writers = [asyncio.create_task(write()) for _ in range(2)]
    for turn in range(kills):
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", ALONE, db.url)
        before = len(await made(db))

        async def busy(before: int = before) -> bool:
            return len(await made(db)) > before

        await until(busy)
        await asyncio.sleep(0.01 * turn)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    stop.set()
    await asyncio.gather(*writers)

    told = [event.position for event in (await feed.after(at, limit=1_000_000)).events]
    async with running(Dispatcher(db, CLOCK)):

        async def complete() -> bool:
            return len(await made(db)) >= len(told)

        await until(complete)
    assert await made(db) == [tuple(position) for position in told]
    await service.remove(db, hook.id, party=None)


async def test_a_lost_database_line_is_taken_up_again(db: Database) -> None:
    bell = Bell(db)
    rung = bell.hung()
    dispatcher = Dispatcher(db, CLOCK)
    async with running(dispatcher, bell):

        async def leads() -> bool:
            return dispatcher.leads

        await until(leads)
        await asyncio.sleep(0.2)
        rung.clear()
        await db.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

        async def fallen() -> bool:
            return not dispatcher.leads

        await until(fallen)
        await until(leads)
        await asyncio.sleep(0.7)  # the bell is hung again by then
        rung.clear()
        await tell(db.pool)
        assert await heard(rung, 5)
