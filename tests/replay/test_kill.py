"""Killed with kill -9 at any moment, a replay goes on and pays every record once."""

from __future__ import annotations

import asyncio
import csv
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from qianbao.api.parts import Parts as House
from qianbao.ids import derive
from qianbao.replay.models import Counts, RunState
from qianbao.replay.plans import source_id
from qianbao.replay.service import Parts, beside
from qianbao.replay.source import open_source
from qianbao.replay.store import Runs
from tests.replay.conftest import rows

RECORDS, KILLS = 4_000, 4


async def settled(parts: Parts, source: str) -> int:
    """Commands of the source that are durable, top-ups too."""
    row = await parts.db.row("SELECT count(*) AS n FROM command WHERE caller = $1", source_id(source))
    assert row is not None
    return row["n"]


async def test_records_are_paid_once_though_the_process_is_killed_in_the_middle_of_chunks(
    house: House, parts: Parts, file: Callable[..., Path], tmp_path: Path
) -> None:
    drawn = random.Random(11)
    made = [row if n % 100 else f"broken {n}" for n, row in enumerate(rows(RECORDS, name="kill", payers=40))]
    twice = drawn.sample([row for row in made if not row.startswith("broken")], 200)
    path = file(*made, *twice)
    source = str(open_source(path).identity)

    async def start() -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.replay.pump", house.db.url, str(path), "400", str(tmp_path / "home")
        )

    killed = 0
    for _ in range(KILLS):
        process = await start()
        before = await settled(parts, source)
        more = drawn.randrange(1, 900)
        while process.returncode is None:
            if await settled(parts, source) >= before + more:
                break
        if process.returncode is None:
            process.kill()
            killed += 1
        await process.wait()
    assert killed == KILLS
    process = await start()
    assert await process.wait() == 0

    run = next(run for run in await Runs(parts.db).all() if run.source == source)
    broken = RECORDS // 100
    paid = RECORDS - broken
    assert run.state is RunState.DONE
    assert run.counts == Counts(
        read=RECORDS + 200, paid=paid, repeated=200, rejected=broken, amount=paid * 1234
    )
    told = await parts.db.rows(
        "SELECT command.data::json ->> 'record' AS record, trade.amount AS amount"
        " FROM command JOIN trade ON trade.id = command.subject"
        " WHERE command.caller = $1 AND command.type = 'trade.paid'",
        source_id(source),
    )
    wanted = {row.split(",")[0]: 1234 for row in made if not row.startswith("broken")}
    assert Counter((row["record"], row["amount"]) for row in told) == Counter(wanted.items())
    with beside(path).open(encoding="utf-8") as listing:
        assert [int(row["line"]) for row in csv.DictReader(listing)] == [
            n + 2 for n in range(0, RECORDS, 100)
        ]
    wallets = [derive(source_id(source), f"wallet:p{n}").int for n in range(40)]
    for account in await parts.room.ledger.lookup_accounts(wallets):
        assert account.credits_posted == account.debits_posted > 0
    assert await parts.room.ledger.check() == []
