"""The banks' room, opened: the banks, the two ways of money, and the loop that leaves nothing unknown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from qianbao.channels.banks import Banks
from qianbao.channels.rail import Rail, topups, withdrawals
from qianbao.channels.rules import Rules, load
from qianbao.channels.simulator.bank import SimulatedBank, simulated_banks
from qianbao.clock import Clock
from qianbao.config import Settings
from qianbao.db import Database
from qianbao.journal import Journal

IDLE_S: Final = 1.0
"""How often the worker looks for what is due, when nothing was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """What this room works with. One for each process."""

    rules: Rules
    banks: Banks
    topups: Rail
    withdrawals: Rail

    async def resolve(self) -> int:
        """Go on with the top-ups and withdrawals that are due; how many were. Raises `Unavailable`."""
        done = await asyncio.gather(self.topups.resolve(), self.withdrawals.resolve())
        return sum(done)

    async def run(self) -> None:
        """Resolve until cancelled (the worker's loop)."""
        while True:
            if not await self.resolve():
                await asyncio.sleep(IDLE_S)


@asynccontextmanager
async def opened(
    db: Database, *, settings: Settings, journal: Journal, clock: Clock
) -> AsyncGenerator[Channels]:
    """Open the room; the banks are listened to until it is closed. Raises `SettingMalformed`."""
    rules = load(settings)
    banks = simulated_banks(rules, db=db, clock=clock)
    room = Channels(
        rules=rules,
        banks=banks,
        topups=topups(db=db, journal=journal, clock=clock, banks=banks, rules=rules),
        withdrawals=withdrawals(db=db, journal=journal, clock=clock, banks=banks, rules=rules),
    )
    for bank in banks:
        bank.listen(room.topups.heard)
        bank.listen(room.withdrawals.heard)
    try:
        yield room
    finally:
        for bank in banks:
            if isinstance(bank, SimulatedBank):
                await bank.close()
