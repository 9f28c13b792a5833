"""The simulated bank (模拟 simulated): the bank protocol over its own books, with its own behaviour."""

from __future__ import annotations

import asyncio
from typing import Final, Literal

from qianbao.channels.bank import Answer, Declined, Heard, Instruction, Linked, Underway, Unseen
from qianbao.channels.banks import Banks
from qianbao.channels.rules import Rules
from qianbao.channels.simulator.behaviour import BY_AMOUNT, NORMAL, Behaviour, Dark, behaviour_of
from qianbao.channels.simulator.books import Books
from qianbao.clock import Clock
from qianbao.db import Database
from qianbao.ids import Id

SIMULATED: Final = "（模拟 simulated）"
REPEAT_MS: Final = 100
"""How long after its answer, and after each repeat, it speaks again."""


class SimulatedBank:
    """One simulated bank. No real money is behind it."""

    simulated = True

    def __init__(self, name: str, title: str, *, db: Database, clock: Clock, opening_balance: int) -> None:
        self.name = name
        self.title = title + SIMULATED
        self.books = Books(db, clock, bank=name, opening_balance=opening_balance)
        self._db = db
        self._heard: list[Heard] = []
        self._lost: set[Id] = set()
        self._speaking: set[asyncio.Task[None]] = set()

    def listen(self, heard: Heard) -> None:
        """Tell answers by itself, late or again, to `heard` too."""
        self._heard.append(heard)

    async def link(self, number: str, holder: str) -> Linked | Declined:
        """The account of this number; a number that nobody has linked before is opened for the holder."""
        await self._line(await behaviour_of(self._db, self.name))
        return await self.books.link(number, holder)

    async def pull(self, instruction: Instruction) -> Answer:
        """Charge the account."""
        return await self._take("pull", instruction)

    async def push(self, instruction: Instruction) -> Answer:
        """Pay into the account."""
        return await self._take("push", instruction)

    async def query(self, reference: Id) -> Answer | Unseen:
        """What has become of a reference."""
        behaviour = await behaviour_of(self._db, self.name)
        if behaviour.dark is Dark.WHOLLY:
            await _nothing()
        await asyncio.sleep(behaviour.delay_ms / 1000)
        return await self.books.query(reference)

    async def _take(self, way: Literal["pull", "push"], asked: Instruction) -> Answer:
        behaviour = await self._behaviour(asked)
        await self._line(behaviour)
        answer = await self.books.enter(way, asked, late_ms=behaviour.late_ms, decline=behaviour.decline)
        if isinstance(answer, Underway):
            self._speak(asked.reference, behaviour.late_ms, 1 + behaviour.repeats)
        elif behaviour.repeats:
            self._speak(asked.reference, REPEAT_MS, behaviour.repeats)
        if behaviour.dark is Dark.AFTER:
            await _nothing()
        return answer

    async def _behaviour(self, asked: Instruction) -> Behaviour:
        by_amount = BY_AMOUNT.get(asked.amount, NORMAL)
        if by_amount is NORMAL:
            return await behaviour_of(self._db, self.name)
        if by_amount.once and await self._came_before(asked.reference):
            return NORMAL
        return by_amount

    async def _came_before(self, reference: Id) -> bool:
        if reference in self._lost or not isinstance(await self.books.query(reference), Unseen):
            return True
        self._lost.add(reference)
        return False

    async def _line(self, behaviour: Behaviour) -> None:
        # What happens on the way to the bank.
        if behaviour.dark in (Dark.BEFORE, Dark.WHOLLY):
            await _nothing()
        await asyncio.sleep(behaviour.delay_ms / 1000)

    def _speak(self, reference: Id, after_ms: int, times: int) -> None:
        async def speak() -> None:
            await asyncio.sleep(after_ms / 1000)
            for _ in range(times):
                answer = await self.books.query(reference)
                if not isinstance(answer, Unseen):
                    for heard in self._heard:
                        await heard(reference, answer)
                await asyncio.sleep(REPEAT_MS / 1000)

        task = asyncio.create_task(speak())
        self._speaking.add(task)
        task.add_done_callback(self._speaking.discard)

    async def spoken(self) -> None:
        """Wait until it has told by itself all that it has to tell now."""
        await asyncio.gather(*self._speaking)

    async def close(self) -> None:
        """Fall silent."""
        for task in self._speaking:
            task.cancel()
        await asyncio.gather(*self._speaking, return_exceptions=True)


async def _nothing() -> None:
    # No answer, ever: whoever waits has their own patience.
    await asyncio.Event().wait()


def simulated_banks(rules: Rules, *, db: Database, clock: Clock) -> Banks:
    """The simulated banks that the settings name."""
    return Banks(
        SimulatedBank(name, title, db=db, clock=clock, opening_balance=rules.simulated_balance)
        for name, title in rules.banks.items()
    )
