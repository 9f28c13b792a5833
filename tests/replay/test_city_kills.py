"""Everything killed with kill -9 while the starter city goes on behind: nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from itertools import islice
from pathlib import Path

from qianbao.api import install
from qianbao.api.logins import FIRST_TOPUP, ready_id
from qianbao.api.parts import opened
from qianbao.api.starter import replaying
from qianbao.config import Settings, load
from qianbao.db import embedded
from qianbao.payments import books
from qianbao.replay import city
from qianbao.replay.adapters import Options
from qianbao.replay.adapters.baskets import aggregated, items
from qianbao.replay.models import Record, Run, RunState
from qianbao.replay.plans import source_id
from qianbao.replay.source import open_source
from qianbao.replay.store import Runs
from tests.live import Live

LIVES = 3
PAID = """
SELECT command.data::json ->> 'record' AS record, trade.amount AS amount
FROM   command
JOIN   trade ON trade.id = command.subject
WHERE  command.caller = $1
AND    command.type = 'trade.paid'
"""


async def begun(settings: Settings) -> int:
    """A city of one chunk, the first start without its twelve seconds; how many baskets that are."""
    await install.prepare(settings)
    async with opened(settings) as parts:
        run = await city.first(replaying(parts), home=settings.home, ready=ready_id("wallet"), seconds=0.0)
        assert run.state is RunState.RUNNING
        return run.counts.read


async def of_the_ready_person(settings: Settings) -> tuple[int, int]:
    """How many purchases the ready person has made, and what is in their wallet."""
    async with opened(settings) as parts:
        row = await parts.db.row("SELECT count(*) AS n FROM trade WHERE payer = $1", ready_id("wallet"))
        (wallet,) = await parts.ledger.lookup_accounts([ready_id("wallet").int])
        assert row is not None
        return row["n"], wallet.credits_posted - wallet.debits_posted


async def paid(settings: Settings) -> int:
    async with opened(settings) as parts:
        row = await parts.db.row(
            "SELECT count(*) AS n FROM command WHERE caller = $1 AND type = 'trade.paid'",
            source_id(city.SOURCE),
        )
        assert row is not None
        return row["n"]


async def verified(settings: Settings) -> Run:
    """Every basket before the position was paid once, none behind it twice; the books are whole."""
    async with opened(settings) as parts:
        run = await city.progress(Runs(parts.db))
        assert run is not None
        assert run.counts.adds_up()
        rejects, baskets = aggregated(open_source(city.records()))
        baskets = city.in_order(baskets)
        taken = list(islice(items(rejects, baskets, Options(), 0), run.counts.read + 3 * run.chunk))
        settled, reached = (
            {(item.id, item.amount) for item in part if isinstance(item, Record)}
            for part in (taken[: run.counts.read], taken)
        )
        found = Counter(
            (row["record"], row["amount"]) for row in await parts.db.rows(PAID, source_id(city.SOURCE))
        )
        assert set(found.values()) == {1}
        assert settled <= found.keys() <= reached
        assert (run.counts.paid, run.counts.repeated, run.counts.refused) == (len(settled), 0, 0)
        assert run.counts.amount == sum(amount for _, amount in settled)
        assert await parts.ledger.check() == []
        assert await books.check(parts.db) == []
        return run


def until(done: Callable[[], Coroutine[None, None, bool]], live: Live, timeout_s: float = 180) -> None:
    deadline = time.monotonic() + timeout_s
    while not asyncio.run(done()):
        assert time.monotonic() < deadline, live.log()
        time.sleep(0.3)


def test_a_city_that_is_killed_with_everything_else_goes_on_and_pays_every_basket_once(
    tmp_path: Path,
) -> None:
    drawn, home = random.Random(5), tmp_path / "home"
    alone = embedded.start(home)
    settings = replace(load({"QIANBAO_HOME": str(home)}), database_url=alone.url)
    first = asyncio.run(begun(settings))
    # The ready person's purchases come first, and are paid by what came in for them.
    assert asyncio.run(of_the_ready_person(settings)) == (142, FIRST_TOPUP)
    alone.stop()

    live = Live(home, QIANBAO_DEMO="1")
    for life in range(LIVES):
        live.start()
        before, more = asyncio.run(paid(settings)), drawn.randrange(50, 900)

        async def went_on(wanted: int = before + more) -> bool:
            return await paid(settings) >= wanted

        until(went_on, live)
        if life < LIVES - 1:
            live.kill_everything()

    async def settled() -> bool:
        async with opened(settings) as parts:
            run = await city.progress(Runs(parts.db))
            return run is not None and run.counts.read > first

    until(settled, live)
    live.kill_everything()
    alone = embedded.start(home)
    try:
        run = asyncio.run(verified(settings))
        assert run.counts.read > first
        assert asyncio.run(of_the_ready_person(settings)) == (142, FIRST_TOPUP)
    finally:
        alone.stop()
