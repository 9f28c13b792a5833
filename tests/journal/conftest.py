"""A journal on a fresh database, with the tests' own room in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from qianbao.clock import SystemClock
from qianbao.db import Database
from qianbao.journal import Journal
from tests.journal.jar import SQL


@pytest.fixture(scope="module")
async def house(db: Database) -> Database:
    """The migrated database with the tests' room."""
    await db.write("SELECT 1")
    async with db.transaction() as connection:
        await connection.execute(SQL.read_text())
    return db


@pytest.fixture
async def journal(house: Database) -> AsyncIterator[Journal]:
    """A journal of one process."""
    made = Journal(house, clock=SystemClock())
    yield made
    await made.close()
