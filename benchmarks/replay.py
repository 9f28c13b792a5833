"""How fast records are replayed: read, all joined, payers topped up, every record a paid trade, durably.

`replay.records`: the starter city, all 155,848 baskets of the public Complete Journey set, from its Parquet
file of item lines. `replay.records.csv`: a drawn CSV file of 200,000 records, 20,000 payers and 100 shops.
From before the file is opened to the durable end; the driver and the database share the machine.

    python benchmarks/replay.py        # prints figures as JSON
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil
import uvloop

from qianbao.api.parts import opened
from qianbao.api.starter import replaying
from qianbao.channels.banks import open_banks
from qianbao.config import Settings, load
from qianbao.db import connect, embedded, migrate
from qianbao.parties.accounts import open_house
from qianbao.replay import city
from qianbao.replay.adapters import choose
from qianbao.replay.driver import BATCH, IN_FLIGHT
from qianbao.replay.models import Run
from qianbao.replay.service import replay
from qianbao.replay.source import open_source

RECORDS, PAYERS, SHOPS = 200_000, 20_000, 100


def drawn(path: Path) -> Path:
    """A file of records in the native format."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        file.write("record_id,occurred_at,payer,merchant,amount,mcc,city\n")
        for number in range(RECORDS):
            file.write(
                f"r{number},2026-10-{number % 28 + 1:02d}T{number % 24:02d}:10:00+08:00,"
                f"p{draw.randrange(PAYERS)},m{draw.randrange(SHOPS)},"
                f"{draw.randrange(1, 20000) / 100:.2f},5411,上海\n"
            )
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Seconds: on the clock, and of processors."""

    wall: float
    python: float
    postgres: float


def _used(server: psutil.Process) -> Used:
    # The postmaster counts the children that have ended too.
    ours, ended = psutil.Process().cpu_times(), server.cpu_times()
    postgres = ended.user + ended.system + ended.children_user + ended.children_system
    for child in server.children():
        with contextlib.suppress(psutil.Error):
            times = child.cpu_times()
            postgres += times.user + times.system
    return Used(wall=time.perf_counter(), python=ours.user + ours.system, postgres=postgres)


async def measured(settings: Settings, home: Path, csv: Path | None, server: int) -> tuple[Run, Used]:
    """Replay into fresh books; the run and what it took."""
    assert settings.database_url
    db = await connect(settings.database_url)
    await migrate(db)
    await db.close()
    async with opened(settings) as parts:
        await open_house(parts.ledger)
        await open_banks(parts.ledger, parts.channels.banks)
        began = _used(psutil.Process(server))
        if csv is None:
            run = await city.first(replaying(parts), home=home, seconds=3600)
        else:
            source = open_source(csv)
            run = await replay(source, choose(source), parts=replaying(parts))
        ended = _used(psutil.Process(server))
        assert run.counts.adds_up()
        assert not run.counts.refused
        assert not await parts.ledger.check()
        row = await parts.db.row("SELECT count(*) AS trades FROM trade")
        assert row is not None
        assert row["trades"] == run.counts.paid
    took = Used(
        wall=ended.wall - began.wall,
        python=ended.python - began.python,
        postgres=ended.postgres - began.postgres,
    )
    return run, took


def figure(name: str, csv: Path | None = None) -> dict[str, Any]:
    """One replay on a server and a home of its own."""
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        home = Path(folder) / "home"
        server = embedded.start(home)
        try:
            settings = replace(load({"QIANBAO_HOME": str(home)}), database_url=server.url)
            run, took = uvloop.run(measured(settings, home, csv, server.pid))
        finally:
            server.stop()
    print(f"{name}: {run.counts.read} in {took.wall:.1f} s", file=sys.stderr)
    return {
        "name": name,
        "value": round(run.counts.read / took.wall, 1),
        "unit": "records/s",
        "better": "higher",
        "conditions": {
            "cores": os.cpu_count(),
            "database": "embedded PostgreSQL 18, fsync and synchronous_commit on",
            "records": run.counts.read,
            "in_flight": IN_FLIGHT,
            "batch": BATCH,
            "chunk": run.chunk,
            "python_us_each": round(1e6 * took.python / run.counts.read, 1),
            "postgres_us_each": round(1e6 * took.postgres / run.counts.read, 1),
            "load_1min": round(os.getloadavg()[0], 1),
            "including": "reading, opening all wallets and shops, top-ups",
        },
    }


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        figures = [
            figure("replay.records"),
            figure("replay.records.csv", drawn(Path(folder) / "records.csv")),
        ]
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
