"""The banks' room, opened: the banks, the rail to them, and the loop that leaves nothing unknown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from qianbao.channels.banks import Banks
from qianbao.channels.errand.rail import Rail
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
    rail: Rail

    async def run(self) -> None:
        """Go on with the errands that are due until cancelled (the worker's loop)."""
        while True:
            if not await self.rail.resolve():
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
        rail=Rail(db=db, journal=journal, clock=clock, banks=banks, rules=rules),
    )
    for bank in banks:
        bank.listen(room.rail.heard)
    try:
        yield room
    finally:
        for bank in banks:
            if isinstance(bank, SimulatedBank):
                await bank.close()
