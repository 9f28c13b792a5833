"""Replay a file, from where an earlier call stopped to its end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import replace as with_journal
from pathlib import Path
from typing import Final

from qianbao.ids import Id
from qianbao.journal import Journal
from qianbao.parties.accounts import NewAccount, open_accounts
from qianbao.parties.chart import AccountCode
from qianbao.payments.room import Payments
from qianbao.replay.adapters import Adapter, Options
from qianbao.replay.driver import BATCH, CHUNK, Driver
from qianbao.replay.models import Run, RunState
from qianbao.replay.pace import Pace
from qianbao.replay.parts import Parts, never, unheard
from qianbao.replay.plans import BANK, run_id, source_id
from qianbao.replay.rejects import Rejects
from qianbao.replay.source import Source
from qianbao.replay.store import Runs
from qianbao.replay.town import FileTown, Town
from qianbao.replay.world import World

COLLECT_AFTER: Final = 50_000
"""New objects after which the youngest are looked through for cycles."""


async def replay(
    source: Source,
    adapter: Adapter,
    *,
    parts: Parts,
    options: Options | None = None,
    name: str | None = None,
    rejects: Path | None = None,
    town: Callable[[Id], Town] | None = None,
    shifted: Callable[[Run], Options] | None = None,
    pace: Pace | None = None,
    told: Callable[[Run], None] = unheard,
    enough: Callable[[], bool] = never,
    chunk: int = CHUNK,
) -> Run:
    """Drive the file's records through the payment path, each once for all time; the run as it stands then.

    `name` is the source within which record ids are unique and keys are the same parties; without it the
    file's content is its own source. `rejects` is where rows that were not paid are listed. A run that is
    done already is only told. Raises `ReplayUnderWay`, `FileUnreadable`, `ColumnsUnknown`, `Unavailable`.
    """
    runs, pace = Runs(parts.db), pace or Pace(parts.room.clock)
    caller = source_id(name or str(source.identity))
    id = run_id(caller, source.identity, adapter.name)
    async with runs.held(id), _paying(parts, pace) as room:
        run = await runs.begin(
            id,
            source=name or str(source.identity),
            file=source.path.name,
            adapter=adapter.name,
            chunk=chunk,
            now=room.clock.now(),
        )
        told(run)
        if run.state is RunState.DONE:
            return run
        options = shifted(run) if shifted else options or Options()
        if run.total is None:
            total = await asyncio.to_thread(adapter.count, source, options)
            run = run if total is None else await runs.know_total(run, total)
        bank = NewAccount(id=BANK, code=AccountCode.BANK, overdrawn=True)
        await open_accounts(room.ledger, [bank])
        world = World(town(caller) if town else FileTown(caller, room.brands), room=room, kyc=parts.kyc)
        listing = Rejects(rejects or beside(source.path), size=run.rejects_size)
        with listing:
            driver = Driver(
                room=room,
                world=world,
                runs=runs,
                rejects=listing,
                source=caller,
                pace=pace,
                told=told,
            )
            items = adapter.read(source, options, run.counts.read)
            return await driver.drive(run, items, enough=enough)


@contextlib.asynccontextmanager
async def _paying(parts: Parts, pace: Pace) -> AsyncGenerator[Payments]:
    """The room to pay through: as people do where the pace is bounded, else in larger batches."""
    if pace.bounded:
        yield parts.room
        return
    journal = Journal(parts.db, clock=parts.room.clock, size_max=BATCH)
    try:
        with _seldom_collecting():
            yield with_journal(parts.room, journal=journal)
    finally:
        await journal.close()


@contextlib.contextmanager
def _seldom_collecting() -> Generator[None]:
    """Cycles are looked for seldom: a replay holds many records, which have none, and looking through them
    again and again took a fifth of its time."""
    thresholds = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 50, 50)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
        gc.unfreeze()


def beside(path: Path) -> Path:
    """Where the rejects of a file are listed unless another place is named."""
    return path.with_name(f"{path.name}.rejects.csv")
