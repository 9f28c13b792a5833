"""The pump: items in, plans through the journal with many in flight, one durable position a chunk.

Three chunks are under way at once: of one the last payments come back and its position is made durable, the
next one is paid, and the one behind it is read, its payers and merchants join and its payers are topped up.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any, Final

import msgspec

from qianbao.credentials.models import Caller, Role
from qianbao.errors import Conflict, QianbaoError, Refused, TooMany, Unavailable
from qianbao.ids import Id
from qianbao.journal import CommandReused, CommitFailed, LedgerRefused, Plan, Receipt, Stale
from qianbao.parties.chart import TransferCode
from qianbao.payments.refusals import meaning
from qianbao.payments.room import Payments
from qianbao.payments.trade.errors import OutTradeNoUsed
from qianbao.replay import plans
from qianbao.replay.models import Counts, Item, Reason, Record, Reject, Run, RunState
from qianbao.replay.pace import Pace
from qianbao.replay.rejects import Rejects
from qianbao.replay.store import Runs
from qianbao.replay.world import World

BATCH: Final = 1_000
"""Commands of one commit. Nobody waits for a replayed payment, so its batches are larger than people's: a
batch's fixed cost is shared by more."""
IN_FLIGHT: Final = 3 * BATCH
"""Plans under way at once: two batches on their way and one waiting."""
CHUNK: Final = 10_000
"""Items settled, and topped up for, at once."""
TRIES_MAX: Final = 60
"""How often a command is sent while the database is away, one second apart: a restart is waited for."""


@dataclass(slots=True)
class _Chunk:
    """Items that are settled together. Only `ends` and `left` change: as its payments come back."""

    start: int
    items: list[Item]
    ends: list[Receipt | QianbaoError | None]
    left: int
    over: asyncio.Future[None]
    """Done when every record has its end; an error that stops the replay stands here."""


class Driver:
    """Drives one run. `pace` bounds it; `told` hears of every settled chunk."""

    def __init__(
        self,
        *,
        room: Payments,
        world: World,
        runs: Runs,
        rejects: Rejects,
        source: Id,
        pace: Pace,
        told: Callable[[Run], None],
    ) -> None:
        self._room = room
        self._caller = Caller(id=source, role=Role.OPERATOR)
        self._world = world
        self._runs = runs
        self._rejects = rejects
        self._source = source
        self._pace = pace
        self._told = told
        self._waiting: deque[tuple[_Chunk, int]] = deque()
        """Records that nobody has taken up yet: their chunk and their place in it."""
        self._more = asyncio.Event()

    async def drive(self, run: Run, items: Iterator[Item], *, enough: Callable[[], bool]) -> Run:
        """Take `items`, the file's from the run's position on, to their end or until `enough`; the run then.

        Raises what stops it: `FileUnreadable`, a lost database (`Unavailable`) after `TRIES_MAX` seconds.
        The position stands, and the same call goes on from there.
        """
        at_once = min(IN_FLIGHT, self._pace.in_flight)
        workers = [asyncio.create_task(self._work(run)) for _ in range(at_once)]
        ahead = asyncio.create_task(self._prepared(run, items, run.counts.read))
        paying: _Chunk | None = None
        try:
            while True:
                try:
                    chunk = await ahead
                except QianbaoError:
                    # The file is damaged further on, say: what was taken out of it stands.
                    if paying is not None:
                        await self._settled(run, paying, RunState.RUNNING)
                    raise
                ahead = asyncio.create_task(self._prepared(run, items, chunk.start + len(chunk.items)))
                self._feed(chunk)
                if paying is not None:
                    run = await self._settled(run, paying, RunState.RUNNING)
                    if enough():
                        return run
                if not chunk.items:
                    return await self._settled(run, chunk, RunState.DONE)
                paying = chunk
        finally:
            await _stopped([ahead, *workers])

    async def _prepared(self, run: Run, items: Iterator[Item], start: int) -> _Chunk:
        taken = await asyncio.to_thread(lambda: list(islice(items, run.chunk)))
        records = [item for item in taken if isinstance(item, Record)]
        await self._world.meet(records)
        needs = plans.needs((self._world.payer(record).wallet, record.amount) for record in records)
        await self._fund(run, needs, start, back=False)
        over = asyncio.get_running_loop().create_future()
        return _Chunk(start, taken, [None] * len(taken), len(records), over)

    def _feed(self, chunk: _Chunk) -> None:
        if not chunk.left:
            chunk.over.set_result(None)
        records = (place for place, item in enumerate(chunk.items) if isinstance(item, Record))
        self._waiting.extend((chunk, place) for place in records)
        self._more.set()
        self._more.clear()

    async def _work(self, run: Run) -> None:
        while True:
            while self._waiting:
                chunk, place = self._waiting.popleft()
                record = chunk.items[place]
                assert isinstance(record, Record)
                await self._pace.turn()
                try:
                    chunk.ends[place] = await self._paid(run, record)
                except Exception as stops:
                    if not chunk.over.done():
                        chunk.over.set_exception(stops)
                        chunk.over.exception()  # looked at: another chunk's may be raised before it
                    return
                chunk.left -= 1
                if not chunk.left and not chunk.over.done():
                    chunk.over.set_result(None)
            await self._more.wait()

    async def _fund(self, run: Run, sums: dict[Id, int], start: int, *, back: bool) -> None:
        def chains(part: dict[Id, int], *, one_by_one: bool) -> list[Plan]:
            return plans.funding(
                part, source=self._source, run=run.id, start=start, back=back, one_by_one=one_by_one
            )

        async def fund(chain: Plan) -> None:
            try:
                await self._commit(chain)
            except (Refused, Conflict):
                # One frozen wallet let its whole chain be refused: the others get theirs one by one.
                moved = (t.debit if back else t.credit for t in chain.transfers)
                for plan in chains({wallet: sums[wallet] for wallet in moved}, one_by_one=True):
                    with contextlib.suppress(Refused, Conflict):
                        await self._commit(plan)

        await _together(partial(fund, chain) for chain in chains(sums, one_by_one=False))

    async def _settled(self, run: Run, chunk: _Chunk, state: RunState) -> Run:
        await chunk.over
        counts, rejected, unpaid = _counted(run, chunk.items, chunk.ends)
        unspent = plans.needs((self._world.payer(record).wallet, record.amount) for record in unpaid)
        await self._fund(run, unspent, chunk.start, back=True)
        size = self._rejects.write(rejected)
        run = await self._runs.advance(
            run, run.counts.plus(counts), rejects_size=size, state=state, now=self._room.clock.now()
        )
        self._told(run)
        return run

    async def _paid(self, run: Run, record: Record) -> Receipt | QianbaoError:
        try:
            plan, about = plans.payment(
                record,
                source=self._source,
                run=run.id,
                payer=self._world.payer(record),
                payee=self._world.payee(record),
                now=self._room.clock.now(),
                rules=self._room.rules,
            )
            while True:
                try:
                    await self._room.allow(self._caller, plan, about)
                    return await self._commit(plan)
                except TooMany as wait:
                    await asyncio.sleep(wait.retry_after_s or 1)
                except LedgerRefused as refused:
                    return meaning(refused, plan, usual=TransferCode.PAYMENT)
        except (Unavailable, CommitFailed):
            raise
        except QianbaoError as refused:
            return refused

    async def _commit(self, plan: Plan) -> Receipt:
        for tries in range(1, TRIES_MAX + 1):
            try:
                answer = await self._room.journal.commit(plan)
            except Unavailable:
                # Nothing was done, or nobody knows: the same command again finds out.
                if tries == TRIES_MAX:
                    raise
                await asyncio.sleep(1)
                continue
            if isinstance(answer, Stale):
                raise OutTradeNoUsed(plan.command.hex)
            return answer
        raise AssertionError


async def _together(works: Iterable[Callable[[], Coroutine[Any, Any, None]]]) -> None:
    """Do all of it at once; when one fails, the others are stopped and its error is raised."""
    tasks = [asyncio.create_task(work()) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        await _stopped(tasks)


async def _stopped(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _counted(
    run: Run, chunk: Sequence[Item], ends: Sequence[Receipt | QianbaoError | None]
) -> tuple[Counts, list[tuple[str, Reject]], list[Record]]:
    """What became of a chunk, the lines of the rejects file, and the records that took no money. Pure."""
    paid = repeated = refused = amount = 0
    listed: list[tuple[str, Reject]] = []
    unpaid: list[Record] = []
    for item, end in zip(chunk, ends, strict=True):
        if isinstance(item, Reject):
            listed.append(("rejected", item))
        elif isinstance(end, Receipt):
            # A replayed receipt of this very line was paid by an earlier life of this run.
            if end.replayed and (end.result.get("run"), end.result.get("line")) != (str(run.id), item.line):
                repeated += 1
                unpaid.append(item)
            else:
                paid += 1
                amount += item.amount
        elif isinstance(end, CommandReused):
            unpaid.append(item)
            listed.append(("rejected", _listed(item, Reason.RECORD_ID_REUSED, "")))
        else:
            assert end is not None
            refused += 1
            unpaid.append(item)
            listed.append(("refused", _listed(item, end.code, end.detail)))
    counts = Counts(
        read=len(chunk),
        paid=paid,
        repeated=repeated,
        refused=refused,
        rejected=len(listed) - refused,
        amount=amount,
    )
    return counts, listed, unpaid


def _listed(record: Record, reason: str, detail: str) -> Reject:
    row = msgspec.json.encode(record).decode()
    return Reject(line=record.line, id=record.id, reason=reason, detail=detail, row=row)
