"""The pump: items in, plans through the journal with many in flight, one durable position a chunk.

While one chunk is paid, the next one is read, its payers and merchants join and its payers are topped up.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
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

IN_FLIGHT: Final = 600
"""Plans under way at once: two batches of the journal on their way and as many waiting."""
CHUNK: Final = 5_000
"""Items settled, and topped up for, at once."""
TOGETHER: Final = 100
"""Trades that are dated with one look at the clock: the ledger dates their money by itself."""
TRIES_MAX: Final = 60
"""How often a command is sent while the database is away, one second apart: a restart is waited for."""


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

    async def drive(self, run: Run, items: Iterator[Item], *, enough: Callable[[], bool]) -> Run:
        """Take `items`, the file's from the run's position on, to their end or until `enough`; the run then.

        Raises what stops it: `FileUnreadable`, a lost database (`Unavailable`) after `TRIES_MAX` seconds.
        The position stands, and the same call goes on from there.
        """
        ahead = asyncio.create_task(self._prepared(run, items, run.counts.read))
        try:
            while True:
                chunk = await ahead
                if not chunk:
                    return await self._settled(run, [], RunState.DONE)
                start = run.counts.read + len(chunk)
                ahead = asyncio.create_task(self._prepared(run, items, start))
                run = await self._settled(run, chunk, RunState.RUNNING)
                if enough():
                    return run
        finally:
            ahead.cancel()
            await asyncio.gather(ahead, return_exceptions=True)

    async def _prepared(self, run: Run, items: Iterator[Item], start: int) -> list[Item]:
        chunk = await asyncio.to_thread(lambda: list(islice(items, run.chunk)))
        records = [item for item in chunk if isinstance(item, Record)]
        await self._world.meet(records)
        needs = plans.needs((self._world.payer(record).wallet, record.amount) for record in records)
        await self._fund(run, needs, start, back=False)
        return chunk

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

    async def _settled(self, run: Run, chunk: Sequence[Item], state: RunState) -> Run:
        ends: list[Receipt | QianbaoError | None] = [None] * len(chunk)
        places, now = iter(range(len(chunk))), self._room.clock.now()

        async def work() -> None:
            nonlocal now
            for place in places:
                if place % TOGETHER == 0:
                    now = self._room.clock.now()
                item = chunk[place]
                if isinstance(item, Record):
                    await self._pace.turn()
                    ends[place] = await self._paid(run, item, now)

        await _together(work for _ in range(min(IN_FLIGHT, self._pace.in_flight, len(chunk))))
        counts, rejected, unpaid = _counted(run, chunk, ends)
        unspent = plans.needs((self._world.payer(record).wallet, record.amount) for record in unpaid)
        await self._fund(run, unspent, run.counts.read, back=True)
        size = self._rejects.write(rejected)
        run = await self._runs.advance(
            run, run.counts.plus(counts), rejects_size=size, state=state, now=self._room.clock.now()
        )
        self._told(run)
        return run

    async def _paid(self, run: Run, record: Record, now: int) -> Receipt | QianbaoError:
        try:
            plan, about = plans.payment(
                record,
                source=self._source,
                run=run.id,
                payer=self._world.payer(record),
                payee=self._world.payee(record),
                now=now,
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
        for task in tasks:
            task.cancel()


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
