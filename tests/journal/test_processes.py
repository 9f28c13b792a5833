"""Several server processes share one database: the same promises hold between them."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from qianbao.clock import SystemClock
from qianbao.db import Database, connect
from qianbao.ids import derive
from qianbao.journal import CommandReused, Journal, Receipt
from tests.journal.jar import CALLER, JarSet, account, balance, jar, level, plan, told

JARS = 150
TRIES = 4


@pytest.fixture
async def pair(house: Database) -> AsyncIterator[list[Journal]]:
    """Two journals with a pool each, as two server processes have."""
    pools = [await connect(house.url), await connect(house.url)]
    made = [Journal(pool, clock=SystemClock(), size_max=40) for pool in pools]
    yield made
    for journal, pool in zip(made, pools, strict=True):
        await journal.close()
        await pool.close()


async def test_of_all_who_race_for_one_row_exactly_one_wins(house: Database, pair: list[Journal]) -> None:
    payer, shop = await account(house, 1_000_000), await account(house)
    jars = [await jar(house, 0) for _ in range(JARS)]
    tries = [
        (
            side,
            n,
            plan(f"race-{side}-{n}-{t}", (payer, shop, 1), steps=(JarSet(jar=jars[n], seen=1, level=t),)),
        )
        for side in range(len(pair))
        for n in range(JARS)
        for t in range(TRIES)
    ]
    random.Random(7).shuffle(tries)
    results = await asyncio.wait_for(asyncio.gather(*(pair[side].commit(p) for side, _, p in tries)), 60)

    won = Counter(n for (_, n, _), result in zip(tries, results, strict=True) if isinstance(result, Receipt))
    assert won == dict.fromkeys(range(JARS), 1)
    assert await balance(house, shop) == JARS
    assert {(await level(house, one))[0] for one in jars} == {2}
    assert len(await told(house, *(p.command for _, _, p in tries))) == JARS


async def test_one_command_sent_to_two_processes_takes_effect_once(
    house: Database, pair: list[Journal]
) -> None:
    payer, shop = await account(house, 1_000_000), await account(house)
    numbers = [n for n in range(300) for _ in range(3)]
    random.Random(8).shuffle(numbers)
    results = await asyncio.wait_for(
        asyncio.gather(
            *(pair[k % 2].commit(plan(f"both-{n}", (payer, shop, 1))) for k, n in enumerate(numbers))
        ),
        60,
    )

    first = [r for r in results if isinstance(r, Receipt) and not r.replayed]
    assert len(first) == 300
    assert await balance(house, shop) == 300


async def test_other_content_is_noticed_across_processes(house: Database, pair: list[Journal]) -> None:
    payer, shop = await account(house, 1_000), await account(house)
    results = await asyncio.gather(
        *(pair[k % 2].commit(plan("content", (payer, shop, 1 + k % 2))) for k in range(8)),
        return_exceptions=True,
    )

    assert sum(isinstance(r, Receipt) for r in results) == 4
    assert sum(isinstance(r, CommandReused) for r in results) == 4
    assert await balance(house, payer) in {999, 998}


async def test_accounts_taken_in_any_order_never_lock_each_other_out(
    house: Database, pair: list[Journal]
) -> None:
    accounts = [await account(house, 10_000) for _ in range(12)]
    jars = [await jar(house, 0) for _ in range(12)]
    draw = random.Random(9)
    plans = []
    for n in range(600):
        one, other, third = draw.sample(accounts, 3)
        steps = tuple(JarSet(jar=j, seen=-1, level=1) for j in draw.sample(jars, 2)) if n % 5 == 0 else ()
        plans.append(plan(f"ring-{n}", (one, other, 1), (other, third, 1), steps=steps))
    results = await asyncio.wait_for(
        asyncio.gather(*(pair[n % 2].commit(p) for n, p in enumerate(plans))), 60
    )

    assert sum(isinstance(r, Receipt) for r in results) == 480
    assert sum([await balance(house, a) for a in accounts]) == 120_000
    assert len(await told(house, *(derive(CALLER, f"ring-{n}") for n in range(600)))) == 480

    for journal in pair:
        await journal.close()  # a session's counters are out when it has ended
    row = await house.row("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    assert row is not None
    assert row["deadlocks"] == 0
