"""Takes an errand to its bank and brings the decision into the books, whatever dies in between.

Between any two of its steps the process may be killed: what is durable says what is left to do, every step
is safe to repeat, and `resolve` (a worker's loop) does it. The bank does nothing twice under one reference,
and the end is one command, so late and double answers change nothing twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import asyncpg

from qianbao.channels.bank import (
    Answer,
    BankDark,
    Decision,
    Declined,
    Done,
    Reason,
    Underway,
    Unseen,
)
from qianbao.channels.banks import Banks
from qianbao.channels.errand import plans
from qianbao.channels.errand.models import OPEN, Direction, Errand, ErrandState, before
from qianbao.channels.rules import Rules
from qianbao.clock import SECOND, Clock
from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.journal import CommandReused, Journal, LedgerRefused

Said = TypeVar("Said", bound=Answer | Unseen)
_SQL: Final = queries(__package__ or "")

LEASE_S: Final = 30
"""An errand that a worker has taken is due again after this, should the worker die."""
GRACE_S: Final = 5
"""How long after the bank's time is up whoever asked it may still bring its answer into the books."""
WAITS_S: Final = (2, 5, 15, 60, 300)
"""Between questions to a bank that has not decided; the last one from then on."""
FROZEN_WAIT_S: Final = 60
"""Between tries to bring a bank's yes into the books of a frozen account."""
SKEW_S: Final = 60
"""How far the bank's clock may be behind ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """The way to the banks, with all that is under way on it. One for each process."""

    db: Database
    journal: Journal
    clock: Clock
    banks: Banks
    rules: Rules

    async def one(self, errand: Id) -> Errand | None:
        """The errand of an id."""
        row = await self.db.row(_SQL["one"], errand)
        return None if row is None else _errand(row)

    async def of_account(
        self, direction: Direction, account: Id, *, before_created: int, before_id: Id, limit: int
    ) -> list[Errand]:
        """An account's errands of one direction, newest first."""
        rows = await self.db.rows(_SQL["of_account"], account, direction, before_created, before_id, limit)
        return [_errand(row) for row in rows]

    async def take_to_bank(self, errand: Errand) -> Errand:
        """Ask the bank to do it, and bring what it says into the books."""
        sent = await self._mark(errand, ErrandState.SENT, wait_s=self.rules.bank_timeout_s + GRACE_S)
        if not sent:
            return await self._again(errand)  # it is over, or somebody else is at it
        bank = self.banks.get(errand.bank)
        call = bank.pull if errand.direction is Direction.TOPUP else bank.push
        return await self.learn(errand, await self._asked(call(errand.instruction)))

    async def learn(self, errand: Errand, answer: Answer | None) -> Errand:
        """Bring an answer into the books; None: there was none."""
        if isinstance(answer, Done | Declined):
            return await self._end(errand, answer)
        await self._mark(errand, ErrandState.UNKNOWN, wait_s=_wait(errand.tries), tries=1)
        return await self._again(errand)

    async def heard(self, reference: Id, answer: Answer) -> None:
        """A bank speaks by itself. Of what is not ours, or over, nothing is changed."""
        errand = await self.one(reference)
        if errand is not None and errand.state in OPEN and isinstance(answer, Done | Declined):
            await self._end(errand, answer)

    async def resolve(self, *, limit: int = 50) -> int:
        """Go on with what is due; how many were. A bank's lost line fails nobody else's errand."""
        now = self.clock.now()
        rows = await self.db.write(_SQL["take"], now, now + LEASE_S * SECOND, limit)
        await asyncio.gather(*(self._go_on(_errand(row)) for row in rows))
        return len(rows)

    async def _go_on(self, errand: Errand) -> None:
        if errand.state is ErrandState.REQUESTED:
            await self.take_to_bank(errand)
            return
        if errand.state is ErrandState.ACCEPTED:
            await self._end(errand, Done(bank_reference=errand.bank_reference or ""))
            return
        answer = await self._asked(self.banks.get(errand.bank).query(errand.id))
        if not isinstance(answer, Unseen):
            await self.learn(errand, answer)
        elif self.clock.now() <= errand.valid_until:
            await self._mark(errand, ErrandState.UNKNOWN, wait_s=0)
            await self.take_to_bank(errand)
        elif self.clock.now() > errand.valid_until + SKEW_S * SECOND:
            await self._end(errand, Declined(reason=Reason.EXPIRED))
        else:
            await self.learn(errand, Underway())

    async def _asked(self, call: Awaitable[Said]) -> Said | None:
        try:
            async with asyncio.timeout(self.rules.bank_timeout_s):
                return await call
        except (TimeoutError, BankDark):
            return None

    async def _end(self, errand: Errand, decision: Decision) -> Errand:
        try:
            await self.journal.commit(plans.end(errand, decision, now=self.clock.now()))
        except CommandReused:
            pass  # a bank that says now yes, now no: its first word stands
        except LedgerRefused:
            if not isinstance(decision, Done):
                raise  # what was set aside can always come back: a fault of ours
            await self._mark(
                errand,
                ErrandState.ACCEPTED,
                wait_s=FROZEN_WAIT_S,
                attempts=1,
                bank_reference=decision.bank_reference,
            )
        return await self._again(errand)

    async def _again(self, errand: Errand) -> Errand:
        found = await self.one(errand.id)
        assert found is not None
        return found

    async def _mark(
        self,
        errand: Errand,
        state: ErrandState,
        *,
        wait_s: int,
        tries: int = 0,
        attempts: int = 0,
        bank_reference: str | None = None,
    ) -> bool:
        marked = await self.db.write(
            _SQL["mark"],
            errand.id,
            state,
            before(state),
            self.clock.now() + wait_s * SECOND,
            tries,
            attempts,
            bank_reference,
        )
        return bool(marked)


def _wait(tries: int) -> int:
    return WAITS_S[min(tries, len(WAITS_S) - 1)]


def _errand(row: asyncpg.Record) -> Errand:
    fields: dict[str, Any] = dict(row)
    fields |= {"direction": Direction(fields["direction"]), "state": ErrandState(fields["state"])}
    return Errand(**fields)
