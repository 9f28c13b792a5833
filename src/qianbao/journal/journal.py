"""Group commit: whatever arrived together is one durable database call, and each gets its own answer.

Nothing waits for company: a free line takes what is there. Company comes by itself, since new commands
gather while the lines are busy. Two lines overlap one's fsync with the other's work when each takes at most
its share of those who wait.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from qianbao.clock import Clock
from qianbao.db import Database, Gather, queries
from qianbao.errors import QianbaoError, Unavailable
from qianbao.ids import Id
from qianbao.journal import refusals
from qianbao.journal.errors import CommandReused, CommitFailed, JournalClosed, JournalFull
from qianbao.journal.line import BatchDisturbed, BatchRefused, Line
from qianbao.journal.models import Outcome, Plan, Receipt, Stale

_SQL: Final = queries(__package__ or "")
_STALE: Final = Stale()
DISTURBED_MAX: Final = 3
"""How often a batch that another session disturbed is sent before its callers are told to come again."""


class _Entry(NamedTuple):
    plan: Plan
    answer: asyncio.Future[Receipt | Stale]


class Journal:
    """Commits plans. One for each process; several processes may share a database.

    The clock given here dates commands and turns the spend windows over, so that a flow can be replayed.
    """

    def __init__(
        self, db: Database, *, clock: Clock, lanes: int = 2, size_max: int = 250, waiting_max: int = 10_000
    ) -> None:
        self._db = db
        self._clock = clock
        self._lanes = lanes
        self._size_max = size_max
        self._waiting_max = waiting_max
        self._idle = [Line(db) for _ in range(lanes)]
        self._waiting: deque[_Entry] = deque()
        self._open: dict[Id, asyncio.Future[Receipt | Stale]] = {}
        self._flying = 0
        self._scheduled = False
        self._closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: Callable[[int], None] = _unheard
        """Hears of each batch how many commands it has: for the metrics."""
        self._receipts: Gather[Id, asyncpg.Record] = Gather(self._read)

    @property
    def waiting(self) -> int:
        """How many commands wait to be sent."""
        return len(self._waiting)

    async def commit(self, plan: Plan) -> Receipt | Stale:
        """Make `plan` durable, whole or not at all; a repeat gets the first answer.

        `Stale`: another command came first, so look again and plan again. Raises what the ledger
        (`LedgerRefused`) or a step (its room's error, or `StepRefused`) refuses, `CommandReused`,
        `JournalFull`, `DatabaseLost` (nothing was done) and `OutcomeUnknown` (send the same again, or ask
        `receipt`: a commit that was under way when the line was lost may still come through).
        """
        while (other := self._open.get(plan.command)) is not None and not other.done():
            await asyncio.wait([other])  # a twin is under way here: its claim will answer this one
        if self._closed:
            raise JournalClosed()
        if len(self._waiting) >= self._waiting_max:
            raise JournalFull()
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Receipt | Stale] = loop.create_future()
        self._open[plan.command] = answer
        self._waiting.append(_Entry(plan, answer))
        if self._idle and not self._scheduled:
            self._scheduled = True
            loop.call_soon(self._send)
        return await answer

    async def receipt(self, command: Id, digest: int | None) -> Receipt | None:
        """The stored answer of a command, or None when there is none (yet). Raises the stored refusal,
        `CommandReused` (never for a digest of None: whatever was asked) and `DatabaseLost`. Reads of one
        tick are one query."""
        row = await self._receipts.one(command)
        if row is None:
            return None
        if digest is not None and row["digest"] != digest:
            raise CommandReused()
        if row["outcome"] != Outcome.DONE:
            raise _refused(row["outcome"], row["leg"], replayed=True)
        return _replayed(command, row["ts"], row["result"])

    async def close(self) -> None:
        """Take nothing more, send what waits, close the lines."""
        self._closed = True
        while self._waiting or self._tasks:
            await asyncio.wait(self._tasks) if self._tasks else await asyncio.sleep(0)
        for line in self._idle:
            await line.close()

    async def _read(self, commands: list[Id]) -> Mapping[Id, asyncpg.Record]:
        return {row["id"]: row for row in await self._db.rows(_SQL["receipts"], commands)}

    def _send(self) -> None:
        self._scheduled = False
        while self._idle and self._waiting:
            share = -(-(len(self._waiting) + self._flying) // self._lanes)
            size = min(share, self._size_max, len(self._waiting))
            taken = [self._waiting.popleft() for _ in range(size)]
            batch = [entry for entry in taken if not entry.answer.done()]  # a caller may have gone
            if not batch:
                continue
            self._flying += len(batch)
            task = asyncio.create_task(self._run(self._idle.pop(), batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run(self, line: Line, batch: list[_Entry]) -> None:
        try:
            await self._deliver(line, batch)
        except BaseException as fault:
            _fail(batch, CommitFailed(), cause=fault)
            raise
        finally:
            for plan, answer in batch:
                if self._open.get(plan.command) is answer:
                    del self._open[plan.command]
            self._flying -= len(batch)
            self._idle.append(line)
            if self._waiting and not self._scheduled:
                self._scheduled = True
                asyncio.get_running_loop().call_soon(self._send)

    async def _deliver(self, line: Line, batch: list[_Entry], tries: int = 1) -> None:
        now_ns = self._clock.now()
        self.sent(len(batch))
        try:
            row = await line.send([entry.plan for entry in batch], now_ns)
        except BatchDisturbed as disturbed:
            if tries == DISTURBED_MAX:
                _fail(batch, Unavailable(), cause=disturbed.__cause__)
            else:
                await self._deliver(line, batch, tries + 1)
        except BatchRefused as refused:
            if len(batch) == 1:
                _fail(batch, CommitFailed(), cause=refused.__cause__)
            else:  # one of them is at fault: halve until it stands alone
                half = len(batch) // 2
                await self._deliver(line, batch[:half])
                await self._deliver(line, batch[half:])
        except QianbaoError as lost:
            _fail(batch, lost, cause=lost.__cause__)
        else:
            _answer(batch, row, now_ns)


def _unheard(_size: int) -> None:
    """Nobody listens."""


def _answer(batch: list[_Entry], row: asyncpg.Record, now_ns: int) -> None:
    outcomes, legs, moments, told = row
    if outcomes is None:
        for plan, answer in batch:
            if not answer.done():
                answer.set_result(Receipt(command=plan.command, result=plan.result, at=now_ns))
        return
    for place, (plan, answer) in enumerate(batch):
        if answer.done():
            continue
        match outcomes[place]:
            case Outcome.DONE:
                answer.set_result(Receipt(command=plan.command, result=_result(plan, told[place]), at=now_ns))
            case Outcome.REPLAYED:
                answer.set_result(_replayed(plan.command, moments[place], told[place]))
            case Outcome.STALE:
                answer.set_result(_STALE)
            case Outcome.REUSED:
                answer.set_exception(CommandReused())
            case refused:
                before = moments[place] is not None
                answer.set_exception(_refused(refused, legs[place], replayed=before))


def _result(plan: Plan, completed: str | None) -> dict[str, Any]:
    return plan.result if completed is None else msgspec.json.decode(completed)


def _replayed(command: Id, at: int, result: str | None) -> Receipt:
    first = msgspec.json.decode(result) if result else {}
    return Receipt(command=command, result=first, at=at, replayed=True)


def _refused(outcome: int, leg: int | None, *, replayed: bool) -> QianbaoError:
    error = refusals.error(outcome, leg)
    error.replayed = replayed
    return error


def _fail(batch: Iterable[_Entry], error: QianbaoError, *, cause: BaseException | None) -> None:
    """Give everyone in `batch` who has no answer yet an error of this kind, each a new one."""
    for _, answer in batch:
        if not answer.done():
            one: Any = type(error)(error.detail)
            one.__cause__ = cause
            answer.set_exception(one)
