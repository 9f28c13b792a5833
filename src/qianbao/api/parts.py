"""What the house is made of, put together once for each process. Only the doors (`api`, `cli`) compose.

A room adds its field(s) here and opens them in `opened`: one line each, in the order of the layers. A
route takes what it needs from `PartsDep` and hands it to the room's service as keywords.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from qianbao.clock import Clock, SystemClock
from qianbao.config import Settings
from qianbao.db import Database, connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The opened parts of one process."""

    settings: Settings
    clock: Clock
    db: Database

    async def ready(self) -> None:
        """Whether a payment can be taken now. Raises `Unavailable`."""
        await self.db.row("SELECT 1")


@contextlib.asynccontextmanager
async def opened(settings: Settings, *, clock: Clock | None = None) -> AsyncGenerator[Parts]:
    """Open every part on the settings' database; close them in the other order at the end.

    Raises `DatabaseLost` when no database answers.
    """
    assert settings.database_url, "`qianbao up` names the database: its own, or QIANBAO_DATABASE_URL"
    clock = clock or SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        db = await connect(settings.database_url, application="qianbao-api")
        stack.push_async_callback(db.close)
        yield Parts(settings=settings, clock=clock, db=db)
