"""The line is lost, the queue is full, the server closes: each caller knows where they stand."""

from __future__ import annotations

import asyncio

import pytest

from qianbao.clock import SystemClock
from qianbao.db import Database, DatabaseLost, connect
from qianbao.errors import OutcomeUnknown
from qianbao.ids import Id, derive
from qianbao.journal import Journal, JournalClosed, JournalFull, Receipt
from tests.journal.jar import CALLER, account, balance, plan, told

KILLS = 25


async def test_killed_backends_lose_nothing_and_double_nothing(house: Database) -> None:
    pool = await connect(house.url, application="doomed")
    journal = Journal(pool, clock=SystemClock(), size_max=20)
    payer, shop = await account(house, 10_000_000), await account(house)
    acknowledged: set[Id] = set()
    unknown: list[str] = []
    untouched: set[Id] = set()
    over, heard = asyncio.Event(), asyncio.Event()

    async def pay(who: int) -> None:
        n = 0
        while not over.is_set():
            key = f"kill-{who}-{n}"
            n += 1
            try:
                receipt = await journal.commit(plan(key, (payer, shop, 1)))
            except DatabaseLost:
                untouched.add(derive(CALLER, key))
                await asyncio.sleep(0.01)
            except OutcomeUnknown:
                unknown.append(key)
            else:
                assert isinstance(receipt, Receipt)
                acknowledged.add(receipt.command)
                heard.set()

    payers = [asyncio.create_task(pay(who)) for who in range(40)]
    for _ in range(KILLS):
        heard.clear()
        await asyncio.sleep(0.04)
        await asyncio.wait_for(heard.wait(), 30)  # a busy machine opens its lines more slowly
        await house.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'"
        )
    over.set()
    await asyncio.wait_for(asyncio.gather(*payers), 60)

    kept = {
        row["id"]
        for row in await house.rows("SELECT id FROM command WHERE data LIKE '%kill-%' AND outcome = 0")
    }
    assert len(acknowledged) > KILLS
    assert unknown
    assert acknowledged <= kept
    assert not untouched & kept

    for key in unknown:  # the same again, or the receipt: both say what became of it
        again = plan(key, (payer, shop, 1))
        before = await journal.receipt(again.command, again.digest)
        receipt = await journal.commit(again)
        assert isinstance(receipt, Receipt)
        assert receipt.replayed == (before is not None) == (again.command in kept)

    everything = acknowledged | {derive(CALLER, key) for key in unknown}
    assert await balance(house, shop) == len(everything)
    assert len(await told(house, *everything)) == len(everything)
    await journal.close()
    await pool.close()


async def test_a_database_that_is_away_is_said_so_and_the_next_try_works(house: Database) -> None:
    pool = await connect(house.url)
    away = Database(pool.pool, "postgresql://postgres@/postgres?host=/nonexistent", {})
    journal = Journal(away, clock=SystemClock())
    payer, shop = await account(house, 10), await account(house)

    with pytest.raises(DatabaseLost) as lost:
        await journal.commit(plan("away", (payer, shop, 1)))
    assert lost.value.status == 503
    assert lost.value.retry_after_s

    away.url = house.url
    assert isinstance(await journal.commit(plan("away", (payer, shop, 1))), Receipt)
    await journal.close()
    await pool.close()


async def test_a_full_queue_says_when_to_come_again(house: Database) -> None:
    journal = Journal(house, clock=SystemClock(), waiting_max=10)
    payer, shop = await account(house, 100), await account(house)
    results = await asyncio.gather(
        *(journal.commit(plan(f"full-{n}", (payer, shop, 1))) for n in range(15)), return_exceptions=True
    )

    assert [type(r) for r in results] == [Receipt] * 10 + [JournalFull] * 5
    assert all(r.status == 503 and r.retry_after_s for r in results if isinstance(r, JournalFull))
    assert await balance(house, shop) == 10
    await journal.close()


async def test_closing_sends_what_waits_and_takes_nothing_more(house: Database) -> None:
    journal = Journal(house, clock=SystemClock(), size_max=3)
    payer, shop = await account(house, 100), await account(house)
    sent = [asyncio.create_task(journal.commit(plan(f"close-{n}", (payer, shop, 1)))) for n in range(20)]
    await asyncio.sleep(0)
    await journal.close()

    assert all(task.done() for task in sent)
    assert await balance(house, shop) == 20
    with pytest.raises(JournalClosed):
        await journal.commit(plan("after", (payer, shop, 1)))


async def test_a_caller_who_goes_away_stops_nobody(house: Database, journal: Journal) -> None:
    payer, shop = await account(house, 100), await account(house)
    tasks = [asyncio.create_task(journal.commit(plan(f"gone-{n}", (payer, shop, 1)))) for n in range(10)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.sleep(0.001)
    tasks[5].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert sum(isinstance(r, Receipt) for r in results) == 8
    for n in (0, 5):  # sent or not, the same again is answered exactly
        assert isinstance(await journal.commit(plan(f"gone-{n}", (payer, shop, 1))), Receipt)
    assert await balance(house, shop) == 10
