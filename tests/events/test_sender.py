"""Deliveries: sent until acknowledged, in a subject's order, seen and sent again by people."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from qianbao.clock import SECOND, ManualClock, SystemClock
from qianbao.db import Database
from qianbao.events import Bell, Dispatcher
from qianbao.events.webhook import schedule, service
from qianbao.events.webhook.client import Client
from qianbao.events.webhook.guard import Guard, allowed
from qianbao.events.webhook.models import (
    Delivery,
    DeliveryState,
    DeliveryWaiting,
    SwitchedOff,
    TooManyWebhooks,
    UnknownDelivery,
    UnknownWebhook,
    UrlRefused,
    Webhook,
    WebhookState,
)
from qianbao.events.webhook.sender import LEASE_S, Sender
from qianbao.ids import Id
from tests.events.told import fresh, tell
from tests.events.until import until

GUARD = Guard(allowed(["loopback"]))


class Post:
    """A sender and a dispatcher at work, on a clock that a test can move."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = ManualClock(SystemClock().now())
        self.bell = Bell(db)
        self.off: list[SwitchedOff] = []
        self.client = Client(GUARD, timeout_s=2)

    async def announce(self, off: SwitchedOff) -> None:
        """Keep what would be told."""
        self.off.append(off)

    def sender(self) -> Sender:
        """One more sender."""
        return Sender(self.db, self.clock, self.client, self.bell, self.announce, chance=lambda: 0.5)

    async def hook(self, party: Id | None, url: str) -> Webhook:
        """A webhook of `party`."""
        made, _ = await service.add(self.db, GUARD, self.clock, party=party, url=url)
        return made

    async def only(self, hook: Webhook) -> Delivery:
        """The webhook's one delivery."""
        [one] = await service.deliveries(self.db, hook.id, party=None)
        return one

    async def when(self, hook: Webhook, condition: Callable[[list[Delivery]], bool]) -> list[Delivery]:
        """The webhook's deliveries once `condition` holds of them."""
        async with asyncio.timeout(10):
            while True:
                found = await service.deliveries(self.db, hook.id, party=None, limit=1_000)
                if condition(found):
                    return found
                await asyncio.sleep(0.01)

    async def tried(self, hook: Webhook, times: int) -> Delivery:
        """The webhook's one delivery once it was tried so often."""
        [one] = await self.when(hook, lambda found: len(found) == 1 and found[0].tries == times)
        return one

    def later(self, seconds: float) -> None:
        """Move the clock and wake the senders."""
        self.clock.advance(seconds)
        self.bell.ring()


@pytest.fixture
async def post(db: Database) -> AsyncGenerator[Post]:
    """The post office, open."""
    made = Post(db)
    async with at_work(made, made.sender()):
        yield made
    await made.client.close()
    await db.write("DELETE FROM webhook")
    await db.write("DELETE FROM webhook_delivery")


@contextlib.asynccontextmanager
async def at_work(post: Post, *senders: Sender) -> AsyncGenerator[None]:
    """These senders and a dispatcher, running."""
    tasks = [
        asyncio.create_task(part.run()) for part in (Dispatcher(post.db, post.clock), post.bell, *senders)
    ]
    yield
    for task in tasks:
        task.cancel()
    ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended


def answering(server: HTTPServer, path: str, *statuses: int) -> list[Request]:
    """Let the server answer with these statuses, the last one for ever; the requests that came."""
    got: list[Request] = []

    def take(request: Request) -> Response:
        got.append(request)
        return Response(f"answer {len(got)}", statuses[min(len(got), len(statuses)) - 1])

    server.expect_request(path).respond_with_handler(take)
    return got


async def test_an_event_is_delivered_once_and_shown_so(post: Post, httpserver: HTTPServer) -> None:
    got = answering(httpserver, "/a", 200)
    shop = fresh()
    hook = await post.hook(shop, httpserver.url_for("/a"))
    event = await tell(post.db.pool, merchant=shop)
    one = await post.tried(hook, 1)
    assert (one.state, one.status, one.answer, one.event) == (DeliveryState.DELIVERED, 200, "answer 1", event)
    assert [request.headers["webhook-id"] for request in got] == [str(event)]
    assert (await service.one(post.db, hook.id, party=shop)).failing_since is None


async def test_it_is_tried_again_on_the_schedule_until_it_is_acknowledged(
    post: Post, httpserver: HTTPServer
) -> None:
    got = answering(httpserver, "/b", 500, 302, 404, 204)
    shop = fresh()
    hook = await post.hook(shop, httpserver.url_for("/b"))
    await tell(post.db.pool, merchant=shop)
    for times, wait_s in enumerate(schedule.WAITS_S[:3], 1):
        one = await post.tried(hook, times)
        assert one.state is DeliveryState.WAITING
        assert one.due == post.clock.now() + wait_s * SECOND
        post.later(wait_s)
    assert (await post.tried(hook, 4)).state is DeliveryState.DELIVERED
    assert len({request.headers["webhook-id"] for request in got}) == 1
    assert len({request.get_data() for request in got}) == 1


async def test_after_the_whole_schedule_it_has_failed_and_can_be_sent_again(
    post: Post, httpserver: HTTPServer
) -> None:
    answering(httpserver, "/c", *[503] * 10, 200)
    shop = fresh()
    hook = await post.hook(shop, httpserver.url_for("/c"))
    await tell(post.db.pool, merchant=shop)
    for times, wait_s in enumerate(schedule.WAITS_S, 1):
        one = await post.tried(hook, times)
        with pytest.raises(DeliveryWaiting):
            await service.resend(post.db, post.clock, one.id, party=shop)
        post.later(wait_s)
    one = await post.tried(hook, 10)
    assert (one.state, one.due, one.status) == (DeliveryState.FAILED, None, 503)
    with pytest.raises(UnknownDelivery):
        await service.resend(post.db, post.clock, one.id, party=fresh())
    await service.resend(post.db, post.clock, one.id, party=shop)
    post.bell.ring()
    assert (await post.tried(hook, 1)).state is DeliveryState.DELIVERED


async def test_events_of_one_subject_arrive_in_order_though_the_first_fails(
    post: Post, httpserver: HTTPServer
) -> None:
    shop, trades = fresh(), [fresh() for _ in range(8)]
    arrived: defaultdict[str, list[str]] = defaultdict(list)
    failed: set[str] = set()

    def take(request: Request) -> Response:
        event = request.get_json()
        subject, kind = event["subject"], event["type"]
        if subject not in failed:
            failed.add(subject)
            return Response(status=500)
        arrived[subject].append(kind)
        return Response(status=200)

    httpserver.expect_request("/d").respond_with_handler(take)
    hook = await post.hook(shop, httpserver.url_for("/d"))
    kinds = ["trade.created", "trade.paying", "trade.paid", "trade.refunded"]
    for kind in kinds:
        for trade in trades:
            await tell(post.db.pool, kind, subject=trade, merchant=shop)
    await post.when(hook, lambda found: sum(one.tries == 1 for one in found) == len(trades))
    assert not arrived
    post.later(schedule.WAITS_S[0])
    await post.when(hook, lambda found: all(one.state is DeliveryState.DELIVERED for one in found))
    assert arrived == {str(trade): kinds for trade in trades}


async def test_two_senders_share_the_work_and_none_is_sent_twice(
    db: Database, httpserver: HTTPServer
) -> None:
    post = Post(db)
    shop = fresh()
    got = answering(httpserver, "/e", 200)
    hook = await post.hook(shop, httpserver.url_for("/e"))
    async with at_work(post, post.sender(), post.sender()):
        trade = fresh()
        for number in range(100):
            subject = trade if number % 2 else None
            await tell(db.pool, "trade.refunded", subject=subject, merchant=shop)
        done = await post.when(
            hook, lambda found: sum(one.state is DeliveryState.DELIVERED for one in found) == 100
        )
    assert sorted(request.headers["webhook-id"] for request in got) == sorted(str(one.event) for one in done)
    await post.client.close()
    await service.remove(db, hook.id, party=shop)


async def test_what_a_sender_had_under_way_when_it_died_is_sent_by_another(
    db: Database, httpserver: HTTPServer
) -> None:
    post = Post(db)
    shop = fresh()
    hung = asyncio.Event()
    got: list[str] = []
    loop = asyncio.get_running_loop()

    def take(request: Request) -> Response:
        got.append(request.headers["webhook-id"])
        loop.call_soon_threadsafe(hung.set)
        return Response(status=200)

    httpserver.expect_request("/f").respond_with_handler(take)
    hook = await post.hook(shop, httpserver.url_for("/f"))
    dying = post.sender()
    async with at_work(post, dying):
        await tell(db.pool, merchant=shop)
        await hung.wait()
        # It dies here: the answer is lost, the delivery stays under its lease.
    if (await post.only(hook)).state is DeliveryState.WAITING:
        async with at_work(post, post.sender()):
            await asyncio.sleep(0.1)
            assert len(got) == 1
            post.later(LEASE_S + 1)
            await post.when(hook, lambda found: found[0].state is DeliveryState.DELIVERED)
        assert len(got) == 2
        assert len(set(got)) == 1
    await post.client.close()
    await service.remove(db, hook.id, party=shop)


async def test_a_webhook_that_acknowledges_nothing_for_days_is_switched_off_and_told(
    post: Post, httpserver: HTTPServer
) -> None:
    got = answering(httpserver, "/g", 500, 500, 200)
    shop = fresh()
    hook = await post.hook(shop, httpserver.url_for("/g"))
    await tell(post.db.pool, merchant=shop)
    await post.tried(hook, 1)
    since = (await service.one(post.db, hook.id, party=shop)).failing_since
    assert since == post.clock.now()
    post.later(schedule.GIVE_UP_S)
    await post.tried(hook, 2)

    async def told() -> bool:
        return bool(post.off)

    await until(told)
    [off] = post.off
    assert (off.webhook, off.party, off.state) == (hook.id, shop, WebhookState.FAILING)

    post.later(3_600)
    await tell(post.db.pool, merchant=shop)  # nothing is told to a webhook that is off
    await asyncio.sleep(0.2)
    assert len(got) == 2
    await service.change(post.db, GUARD, hook.id, party=shop, on=True)
    post.later(0)
    [one] = await post.when(hook, lambda found: found[0].state is DeliveryState.DELIVERED)
    assert one.tries == 3
    assert (await service.one(post.db, hook.id, party=shop)).failing_since is None


async def test_an_address_that_is_gone_is_switched_off_at_once(post: Post, httpserver: HTTPServer) -> None:
    answering(httpserver, "/h", 410)
    shop = fresh()
    hook = await post.hook(shop, httpserver.url_for("/h"))
    await tell(post.db.pool, merchant=shop)
    await post.tried(hook, 1)
    assert (await service.one(post.db, hook.id, party=shop)).state is WebhookState.GONE


async def test_a_webhook_is_its_owners_alone(db: Database) -> None:
    clock = SystemClock()
    shop, other = fresh(), fresh()
    hook, secret = await service.add(db, GUARD, clock, party=shop, url="http://127.0.0.1/")
    assert secret.startswith("whsec_")
    assert [one.id for one in await service.every(db, party=shop)] == [hook.id]
    assert await service.every(db, party=other) == []
    for refused in (
        service.one(db, hook.id, party=other),
        service.change(db, GUARD, hook.id, party=other, on=False),
        service.rotate(db, clock, hook.id, party=other),
        service.remove(db, hook.id, party=other),
        service.deliveries(db, hook.id, party=other),
    ):
        with pytest.raises(UnknownWebhook):
            await refused
    changed = await service.change(
        db, GUARD, hook.id, party=shop, url="http://127.0.0.2/", types=("trade.*",), on=False
    )
    assert (changed.url, changed.types, changed.state) == (
        "http://127.0.0.2/",
        ("trade.*",),
        WebhookState.OFF,
    )
    with pytest.raises(UrlRefused):
        await service.change(db, GUARD, hook.id, party=shop, url="https://10.0.0.1/")
    assert await service.rotate(db, clock, hook.id, party=None) != secret
    await service.remove(db, hook.id, party=None)


async def test_a_party_has_a_bounded_number_of_webhooks(db: Database) -> None:
    shop = fresh()
    clock = SystemClock()
    for _ in range(service.WEBHOOKS_MAX):
        await service.add(db, GUARD, clock, party=shop, url="http://127.0.0.1/")
    with pytest.raises(TooManyWebhooks):
        await service.add(db, GUARD, clock, party=shop, url="http://127.0.0.1/")
    for hook in await service.every(db, party=shop):
        await service.remove(db, hook.id, party=shop)


@given(st.integers(0, 2**62), st.integers(1, 20), st.floats(0, 1, exclude_max=True))
def test_every_wait_is_the_schedules_give_or_take_a_tenth(now: int, tries: int, chance: float) -> None:
    due = schedule.next_due(now, tries, chance=lambda: chance)
    if tries > len(schedule.WAITS_S):
        assert due is None
    else:
        assert due is not None
        wait_s = (due - now) / SECOND
        assert 0.9 <= wait_s / schedule.WAITS_S[tries - 1] <= 1.1
