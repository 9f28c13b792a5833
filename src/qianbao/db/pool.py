"""The pool of connections, and what a lost line means."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator
from typing import Any

import asyncpg

from qianbao.errors import OutcomeUnknown, Unavailable

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server ended the session while it was idle, just before its use
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
    ConnectionError,
    OSError,
    TimeoutError,
)
"""What asyncpg raises when the server or the line to it is away, full or restarting."""


class DatabaseLost(Unavailable):
    """The database is away for the moment. Nothing was done; the same request may be sent again."""

    code = "database_lost"


@contextlib.contextmanager
def reading() -> Generator[None]:
    """Within: a lost line is `DatabaseLost`, since a read changes nothing."""
    try:
        yield
    except LOST as lost:
        raise DatabaseLost() from lost


@contextlib.contextmanager
def writing(*, ask: str | None = None) -> Generator[None]:
    """Within: a lost line is `OutcomeUnknown`, since the commit may have come through."""
    try:
        yield
    except LOST as lost:
        raise OutcomeUnknown(ask=ask) from lost


class Database:
    """A pool with the three calls the rooms use. Rows come as asyncpg records, read by column name."""

    def __init__(self, pool: asyncpg.Pool, url: str, settings: dict[str, str]) -> None:
        self.pool = pool
        self.url = url
        self.settings = settings

    async def rows(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """All rows of a query. Raises `DatabaseLost`."""
        with reading():
            return await self.pool.fetch(query, *args)

    async def row(self, query: str, *args: Any) -> asyncpg.Record | None:
        """The first row of a query, or None. Raises `DatabaseLost`."""
        with reading():
            return await self.pool.fetchrow(query, *args)

    async def write(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """Run one statement, durably; its RETURNING rows. Raises `OutcomeUnknown` when the line is lost."""
        with writing():
            return await self.pool.fetch(query, *args)

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncGenerator[asyncpg.pool.PoolConnectionProxy]:
        """A connection within one transaction, committed at the end. Raises `OutcomeUnknown`."""
        with writing():
            async with self.pool.acquire() as connection, connection.transaction():
                yield connection

    async def connection(self) -> asyncpg.Connection:
        """A connection of one's own, outside the pool, for whoever holds it long. Raises `DatabaseLost`."""
        with reading():
            return await asyncpg.connect(self.url, timeout=10, server_settings=self.settings)

    async def close(self) -> None:
        """Give all connections back, within five seconds."""
        try:
            await asyncio.wait_for(self.pool.close(), 5)
        except (TimeoutError, *LOST):
            self.pool.terminate()


async def _as_it_was(connection: asyncpg.pool.PoolConnectionProxy) -> None:
    # The usual reset (RESET ALL, UNLISTEN *, …) is one more round trip after every query. No room leaves
    # anything behind on a pooled connection but, cut off in the middle, an open transaction.
    if connection.is_in_transaction():
        await connection.reset()


async def connect(url: str, *, size_max: int = 10, application: str = "qianbao") -> Database:
    """Open a pool on a PostgreSQL URL. Raises `DatabaseLost` when nobody answers."""
    settings = {
        "application_name": application,
        "jit": "off",
        "timezone": "UTC",
        "plan_cache_mode": "force_generic_plan",
    }
    with reading():
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=size_max,
            timeout=10,
            command_timeout=60,
            reset=_as_it_was,
            server_settings=settings,
        )
    return Database(pool, url, settings)
