"""The behaviour room of the town, with two people in it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from qianbao.credentials.models import Caller
from qianbao.insight.behaviour.models import Counts, Kind, Raw
from qianbao.insight.behaviour.service import Behaviours
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.rights.rules import Rules
from tests.insight.conftest import DRAWN, House, house
from tests.payments.conftest import town

__all__ = ["house", "town"]

NUMBERS = count()


@dataclass(frozen=True)
class Elsewhere:
    """Behaviour of people of the town, as a house hands it in."""

    house: House
    room: Behaviours
    person: Caller
    account: str
    other: Caller
    other_account: str

    def order(self, **more: Any) -> dict[str, Any]:
        """An order of the person."""
        return {
            "id": f"o{DRAWN.number}-{next(NUMBERS)}", "person": self.account,
            "happened": "2026-11-01T12:00:00+08:00", "amount": 59_00, "shop": "taobao:1",
            "category": "books", "status": "paid",
        } | more  # fmt: skip

    def edge(self, **more: Any) -> dict[str, Any]:
        """The person follows the other."""
        return {
            "id": f"e{DRAWN.number}-{next(NUMBERS)}", "person": self.account, "other": self.other_account,
            "happened": "2026-11-01T12:00:00+08:00", "relation": "follows", "weight": 0.5,
        } | more  # fmt: skip

    async def take(self, kind: Kind, *rows: dict[str, Any]) -> Counts:
        """Hand rows in."""
        return await self.room.take(kind, [Raw(json.dumps(row)) for row in rows])


@pytest.fixture
async def elsewhere(house: House) -> AsyncIterator[Elsewhere]:
    """The room; what earlier tests left aside is taken out."""
    town = house.town
    await town.db.pool.execute("TRUNCATE insight_order, insight_event, insight_edge, insight_quarantine")
    parties = town.room.parties
    room = Behaviours(
        town.db,
        known=house.known,
        parties=parties,
        reads=Reads(town.db, clock=town.clock),
        clock=town.clock,
        retention_days=Rules().retention_days,
    )
    (one, wallet), (two, other) = await town.someone(), await town.someone()
    accounts = [(await parties.wallet(id)) for id in (wallet, other)]
    names = [found.account_number or found.handle or "" for found in accounts]
    begun = town.clock.at
    yield Elsewhere(house, room, one, names[0], two, names[1])
    town.clock.at = begun
