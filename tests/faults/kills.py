"""kill -9 under load: of the server, the worker, a database session, the postmaster, or everything at once.

Afterwards every command that a client got an answer for must stand exactly once with exactly that answer, and
the books must be whole.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID

import psutil

from qianbao.api.parts import Parts, opened
from qianbao.ids import derive
from qianbao.payments import books
from tests.faults import client_log
from tests.faults.load import Load
from tests.faults.town import settings_of
from tests.live import Live


class Target(StrEnum):
    """What is killed."""

    SERVER = "server"
    WORKER = "worker"
    BACKEND = "backend"
    POSTMASTER = "postmaster"
    EVERYTHING = "everything"


ROUND: Final = (
    *(Target.SERVER,) * 6,
    *(Target.WORKER,) * 2,
    *(Target.BACKEND,) * 4,
    *(Target.POSTMASTER,) * 4,
    *(Target.EVERYTHING,) * 4,
)
"""Twenty kills: two fifths of them hit the postmaster or everything."""
PROGRESS: Final = 20
"""Answers that must have come between one kill and the next, so that each kill meets load."""


@dataclass
class Record:
    """What has been done so far."""

    kills: Counter[str] = field(default_factory=Counter[str])
    recovery_s: list[float] = field(default_factory=list[float])

    @property
    def total(self) -> int:
        """How many kills."""
        return sum(self.kills.values())


async def run(
    live: Live, load: Load, *, kills: int, clients: int, seed: int, said: Callable[[str], None]
) -> Record:
    """Kill `kills` times while `clients` clients pay; ends when every client has its last answer."""
    random, record = Random(seed), Record()
    targets = list(Target) + random.sample(ROUND, len(ROUND)) * (kills // len(ROUND))
    working = asyncio.create_task(load.clients(clients))
    try:
        while record.total < kills:
            await _progress(load, working)
            await asyncio.sleep(random.uniform(0, 0.5))
            target = targets.pop() if targets else random.choice(ROUND)
            began = time.monotonic()
            await asyncio.to_thread(_kill, live, target, random)
            await asyncio.to_thread(live.wait_ready)
            record.kills[target] += 1
            record.recovery_s.append(time.monotonic() - began)
            said(f"{record.total}/{kills} {target} back in {record.recovery_s[-1]:.2f} s")
    finally:
        load.stopping = True
        await asyncio.wait_for(working, 300)
    return record


async def _progress(load: Load, working: asyncio.Task[None]) -> None:
    wanted = load.log.acknowledged_count + PROGRESS
    deadline = time.monotonic() + 180
    while load.log.acknowledged_count < wanted:
        assert not working.done(), working.exception()
        assert time.monotonic() < deadline, "the clients make no progress"
        await asyncio.sleep(0.02)


def _kill(live: Live, target: Target, random: Random) -> None:
    running = live.running
    match target:
        case Target.SERVER:
            live.kill(random.choice(running.servers))
            _until_changed(live, lambda: live.running.servers, running.servers)
        case Target.WORKER:
            live.kill(running.worker)
            _until_changed(live, lambda: live.running.worker, running.worker)
        case Target.BACKEND:
            while not (backends := live.backends()):
                time.sleep(0.02)
            live.kill(random.choice(backends))
        case Target.POSTMASTER:
            live.kill(running.postmaster)
            _until_changed(live, lambda: live.running.postmaster, running.postmaster)
        case Target.EVERYTHING:
            live.kill_everything()
            live.start()


def _until_changed(live: Live, now: Callable[[], object], before: object) -> None:
    deadline = time.monotonic() + 60
    while now() == before:
        assert time.monotonic() < deadline, live.log()
        time.sleep(0.02)


async def verify(live: Live, log: Path, *, run: str, ended: bool = True) -> Counter[str]:
    """Hold the client's log against the books; what was counted. Fails at the first fault.

    `ended`: the clients heard every answer, so nothing else of this run may stand either.
    """
    async with opened(settings_of(live), application="qianbao-verify") as parts:
        silent, acknowledged = client_log.read(log)
        assert not (ended and silent), f"never answered: {sorted(silent)[:3]}"
        counted = await _answers_stand(parts, list(acknowledged), run if ended else None)
        assert await parts.ledger.check() == []
        assert await books.check(parts.db) == []
        return counted


async def _answers_stand(
    parts: Parts, acknowledged: list[client_log.Acknowledged], run: str | None
) -> Counter[str]:
    commands = {derive(UUID(done.who), done.key): done for done in acknowledged}
    assert len(commands) == len(acknowledged), "a key was answered twice"
    rows = await parts.db.rows(
        "SELECT id, outcome, result FROM command WHERE id = ANY ($1::uuid[])", list(commands)
    )
    stands: dict[Any, Any] = {row["id"]: row for row in rows}
    counted: Counter[str] = Counter()
    paid: dict[str, int] = {}
    for command, done in commands.items():
        kind = done.path.rsplit("/", 1)[-1]
        counted[f"{kind} {done.status}"] += 1
        if done.status != 201 and done.status != 200:
            continue
        row = stands.get(command)
        assert row is not None, f"acknowledged and lost: {done}"
        assert row["outcome"] == 0, f"acknowledged and refused: {done}"
        first = json.loads(row["result"])
        assert {name: done.answer.get(name) for name in first} == first, f"acknowledged otherwise: {done}"
        if done.answer.get("state") == "paid" and kind in {"pay", "code-payments"}:
            paid[done.answer["id"]] = done.answer["amount"]
    moved = await parts.db.rows(
        "SELECT user_data_128 AS trade, count(*) AS n, sum(amount)::bigint AS amount FROM transfer"
        " WHERE code = 10 AND user_data_128 = ANY ($1::uuid[]) GROUP BY user_data_128",
        [UUID(trade) for trade in paid],
    )
    assert {str(row["trade"]): (row["n"], row["amount"]) for row in moved} == {
        trade: (1, amount) for trade, amount in paid.items()
    }, "a payment is missing or doubled"
    counted["payments"] = len(paid)
    if run is None:
        return counted
    stray = await parts.db.row(
        "SELECT count(*) AS n FROM trade"
        " WHERE payer IS NOT NULL AND state NOT IN ('unpaid', 'closed', 'paying')"
        " AND starts_with(out_trade_no, $2) AND NOT id = ANY ($1::uuid[])",
        [UUID(trade) for trade in paid],
        f"{run}-",
    )
    assert stray is not None
    assert stray["n"] == 0, "a payment stands that nobody was told of"
    return counted


def orphans(live: Live) -> list[psutil.Process]:
    """Processes of this installation that still run."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter(["environ", "cmdline"]):
        environ = process.info["environ"] or {}
        if environ.get("QIANBAO_HOME") == str(live.home):
            found.append(process)
    return found
