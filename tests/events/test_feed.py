"""Reading the outbox: complete, in order, and to each party only what names it."""

from __future__ import annotations

import asyncio
import random
from collections import defaultdict

import pytest

from qianbao.db import Database
from qianbao.events import Feed, Position, View
from qianbao.events.models import CursorMalformed, Told, UnknownEvent, checked_types, position
from qianbao.ids import Id
from tests.events.told import fresh, tell


async def drained(feed: Feed, at: Position, view: View | None = None, limit: int = 7) -> list[Told]:
    """All events after `at`, page by page."""
    found: list[Told] = []
    while True:
        page = await feed.after(at, view=view or View(), limit=limit)
        found += page.events
        at = page.next
        if not page.more:
            return found


async def test_an_event_is_told_as_the_journal_wrote_it(db: Database, feed: Feed) -> None:
    at = await feed.head()
    event = await tell(db.pool, "trade.paid", merchant="m", ordinal=3)
    [told] = await drained(feed, at)
    assert (told.id, told.type, told.data, told.position.ordinal) == (
        event,
        "trade.paid",
        '{"merchant": "m"}',
        3,
    )
    assert told.body.startswith(b'{"id":"' + str(event).encode() + b'","type":"trade.paid","occurred_at":"20')


async def test_a_refused_command_is_no_event(db: Database, feed: Feed) -> None:
    at = await feed.head()
    async with db.transaction() as connection:
        await tell(connection, outcome=154)
    assert await drained(feed, at) == []


async def test_a_slower_transaction_is_never_skipped(db: Database, feed: Feed) -> None:
    at = await feed.head()
    async with db.transaction() as slow:
        first = await tell(slow)
        async with db.transaction() as fast:
            second = await tell(fast)
        assert await drained(feed, at) == []  # the fast one has committed, and waits for the slow one
    assert [told.id for told in await drained(feed, at)] == [first, second]


async def test_no_event_is_lost_or_reordered_while_transactions_of_all_lengths_commit(
    db: Database, feed: Feed
) -> None:
    at = await feed.head()
    draw = random.Random(7)
    subjects = [fresh() for _ in range(6)]
    written: defaultdict[Id, list[Id]] = defaultdict(list)
    turn = {subject: asyncio.Lock() for subject in subjects}

    async def write(worker: int) -> None:
        for _ in range(15):
            subject = subjects[(worker + draw.randrange(2)) % len(subjects)]
            async with turn[subject]:  # as the row's lock does
                async with db.transaction() as connection:
                    mine = [
                        await tell(connection, subject=subject, ordinal=ordinal)
                        for ordinal in range(1, draw.randrange(2, 5))
                    ]
                    await asyncio.sleep(draw.choice((0, 0, 0.001, 0.02)))
                written[subject] += mine

    read: list[Told] = []

    async def watch(stop: asyncio.Event) -> None:
        here = at
        while True:
            last = stop.is_set()
            page = await feed.after(here, limit=5)
            read.extend(page.events)
            here = page.next
            if last and not page.more:
                return
            await asyncio.sleep(0.001)

    stop = asyncio.Event()
    watching = asyncio.create_task(watch(stop))
    await asyncio.gather(*(write(worker) for worker in range(6)))
    stop.set()
    await watching
    by_subject: defaultdict[Id, list[Id]] = defaultdict(list)
    for told in read:
        by_subject[told.subject].append(told.id)
    assert by_subject == written


async def test_each_party_sees_what_names_it_and_nothing_else(db: Database, feed: Feed) -> None:
    at = await feed.head()
    shop, payer, other = fresh(), fresh(), fresh()
    async with db.transaction() as connection:
        paid = await tell(connection, merchant=shop, payer=payer, ordinal=1)
        frozen = await tell(connection, "account.frozen", subject=payer, ordinal=2)
        named = await tell(connection, "trade.created", note=shop, ordinal=3)

    async def seen(*parties: Id, types: tuple[str, ...] = ()) -> list[Id]:
        view = View(parties=frozenset(map(str, parties)), types=types)
        return [told.id for told in await drained(feed, at, view)]

    assert await seen(shop) == [paid]
    assert await seen(payer) == [paid, frozen]
    assert await seen(payer, types=("account.*",)) == [frozen]
    assert await seen(payer, types=("trade.paid",)) == [paid]
    assert await seen(other) == []
    assert [told.id for told in await drained(feed, at)] == [paid, frozen, named]
    assert (await feed.one(paid, view=View(parties=frozenset({str(shop)})))).id == paid
    with pytest.raises(UnknownEvent):
        await feed.one(paid, view=View(parties=frozenset({str(other)})))


async def test_a_partys_cursor_passes_over_what_it_may_not_see(db: Database, feed: Feed) -> None:
    at = await feed.head()
    async with db.transaction() as connection:
        for ordinal in range(1, 30):
            await tell(connection, ordinal=ordinal)
    page = await feed.after(at, view=View(parties=frozenset({str(fresh())})), limit=5)
    assert (page.events, page.more) == ((), False)
    assert page.next > at
    assert await drained(feed, page.next) == []


@pytest.mark.parametrize("text", ["", "1", "a.b", "-1.2", "1.2.3", f"{2**63}.1", "1.40000", "1.2 "])
def test_a_cursor_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(CursorMalformed):
        position(text)


def test_a_cursor_survives_its_text() -> None:
    assert position(str(Position(12, 3))) == Position(12, 3)


def test_types_are_one_of_a_thing_all_of_a_thing_or_all() -> None:
    assert checked_types(("trade.paid", "topup.*", "trade.paid")) == ("trade.paid", "topup.*")
    assert checked_types(("trade.paid", "*")) == ()
    view = View(types=("trade.paid", "red_packet.*"))
    assert [view.wants(kind) for kind in ("trade.paid", "trade.closed", "red_packet.funded")] == [
        True,
        False,
        True,
    ]
