"""The process dies between any two steps of a top-up or a withdrawal: nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from qianbao.channels.bank import Answer, Bank, Declined, Heard, Instruction, Linked, Unseen
from qianbao.channels.banks import Banks
from qianbao.channels.errand.models import ErrandState
from qianbao.channels.errand.rail import Rail
from qianbao.db import Database
from qianbao.ids import Id, derive
from qianbao.journal import Journal, Plan, Receipt, Stale
from tests.channels.conftest import BANK, RULES, Town

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone."""


class Life:
    """Ends at the `ends`-th point. A point stands before and after everything that leaves a mark."""

    def __init__(self, ends: int) -> None:
        self.ends = ends
        self.points = 0

    def point(self) -> None:
        """Die here, if it is time."""
        self.points += 1
        if self.points == self.ends:
            raise Killed

    async def between(self, work: Awaitable[T]) -> T:
        """Do `work` with a point before it and one after it."""
        try:
            self.point()
        except Killed:
            if hasattr(work, "close"):
                work.close()  # pyright: ignore[reportAttributeAccessIssue]
            raise
        done = await work
        self.point()
        return done


class MortalDatabase(Database):
    """A database whose client may die before or after a write."""

    def __init__(self, db: Database, life: Life) -> None:
        super().__init__(db.pool, db.url, db.settings)
        self._life = life

    async def write(self, query: str, *args: Any) -> list[Any]:
        """As the real one, between two points."""
        return await self._life.between(super().write(query, *args))


class MortalJournal(Journal):
    """A journal whose client may die before or after a commit."""

    def __init__(self, journal: Journal, life: Life) -> None:
        self._whole = journal
        self._life = life

    async def commit(self, plan: Plan) -> Receipt | Stale:
        """As the real one, between two points."""
        return await self._life.between(self._whole.commit(plan))


class MortalLine:
    """The line to a bank, at which the client may die before or after a call."""

    def __init__(self, bank: Bank, life: Life) -> None:
        self._bank = bank
        self._life = life
        self.name, self.title, self.simulated = bank.name, bank.title, bank.simulated

    async def link(self, number: str, holder: str) -> Linked | Declined:
        """As the real one."""
        return await self._bank.link(number, holder)

    async def pull(self, instruction: Instruction) -> Answer:
        """As the real one, between two points."""
        return await self._life.between(self._bank.pull(instruction))

    async def push(self, instruction: Instruction) -> Answer:
        """As the real one, between two points."""
        return await self._life.between(self._bank.push(instruction))

    async def query(self, reference: Id) -> Answer | Unseen:
        """As the real one, between two points."""
        return await self._life.between(self._bank.query(reference))

    def listen(self, heard: Heard) -> None:
        """Nobody listens here."""


def mortal(town: Town, rail: Rail, life: Life) -> Rail:
    """The rail of a process with this life."""
    return replace(
        rail,
        db=MortalDatabase(town.db, life),
        journal=MortalJournal(town.journal, life),
        banks=Banks([MortalLine(town.bank, life)]),
    )


POINTS = 8
"""Before and after: the request's commit, the mark, the bank's call, the end's commit."""


@pytest.mark.parametrize("resolver_dies", [False, True])
@pytest.mark.parametrize("ends", range(1, POINTS + 2))
@pytest.mark.parametrize("way", ["topup", "withdrawal"])
async def test_a_death_between_any_two_steps_loses_and_doubles_nothing(
    town: Town, way: str, ends: int, resolver_dies: bool
) -> None:
    who = await town.person_with_card()
    await town.topup(who, 100_00, key="before")
    wallet, card = who[1], who[2]
    act: Callable[..., Awaitable[Any]] = town.topup if way == "topup" else town.withdraw
    rail = town.rail()
    rail = replace(rail, rules=replace(RULES, valid_s=3_600))  # so that all the deaths fit in
    life = Life(ends)
    try:
        await act(who, 30_00, key="it", rail=mortal(town, rail, life))
        assert ends == POINTS + 1
    except Killed:
        assert ends <= POINTS
    kept = await rail.one(derive(who[0].id, "it"))
    assert (kept is None) == (ends == 1)

    town.clock.advance(11)
    if resolver_dies:  # at each of its points, one worker after the other
        for at in range(1, 12):
            try:
                await mortal(town, rail, Life(at)).resolve()
            except Killed:
                town.clock.advance(31)
                continue
            break
    town.clock.advance(31)
    await rail.resolve()
    moved = 0 if kept is None else 30_00 if way == "topup" else -30_00
    assert await town.balance(wallet.id) == 100_00 + moved
    assert await town.at_bank(card) == RULES.simulated_balance - 100_00 - moved
    if kept is not None:
        errand = await rail.one(kept.id)
        assert errand is not None
        assert errand.state is ErrandState.DONE
        assert await town.events(errand) == [f"{way}.requested", f"{way}.done"]
    assert town.bank.name == BANK
