"""The town of the payments' tests, and what the house sees of it."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg
import pytest

from qianbao.console.audit.log import Log
from qianbao.console.books.service import Books
from qianbao.console.figures.store import Figures
from qianbao.console.room import own_accounts
from qianbao.console.search.service import Search
from qianbao.console.trail.service import Trails
from qianbao.db import Database
from tests.payments.conftest import Town, town

__all__ = ["town"]


@dataclass(frozen=True)
class House:
    """The town and its console."""

    town: Town
    figures: Figures
    books: Books
    search: Search
    trails: Trails
    audit: Log

    async def caught_up(self) -> int:
        """Project all that happened; how many commands that were."""
        return await project(self.town.db)


async def project(db: Database, *, size: int = 1_000) -> int:
    """Project until nothing is left, as often as somebody else was quicker."""
    total = 0
    while True:
        try:
            moved = await db.pool.fetchval("SELECT figure_project($1)", size)
        except asyncpg.SerializationError:
            continue
        total += moved
        if moved < size:
            return total


@pytest.fixture(scope="module")
def house(town: Town) -> House:
    """What the house sees of the town."""
    accounts = own_accounts(["lotus"])
    return House(
        town=town,
        figures=Figures(town.db, town.clock),
        books=Books(town.db, town.room.ledger, accounts, town.clock),
        search=Search(town.db, town.clock, accounts),
        trails=Trails(town.db, town.room.ledger, town.room, accounts),
        audit=Log(town.db, town.clock),
    )
