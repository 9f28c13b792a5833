"""What every test may ask for: a real embedded PostgreSQL, and a fresh, migrated database in it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import pytest

from qianbao.db import Database, connect, embedded, migrate
from qianbao.ids import new


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Give each run a folder of its own. pytest's usual one is shared, and whichever run starts next shuts it
    for others: also to the plain user as whom root's PostgreSQL runs."""
    if config.option.basetemp is None:
        config.option.basetemp = tempfile.mkdtemp(prefix="qianbao-tests-")
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the test run."""
    with tempfile.TemporaryDirectory(prefix="qianbao-test-") as folder:
        server = embedded.start(Path(folder) / "home")
        yield server.url
        server.stop()


async def fresh_database(postgres_url: str) -> str:
    """Create an empty database on the server; its URL."""
    name = f"t{new(0).hex[16:]}"
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    parts = urlsplit(postgres_url)
    return urlunsplit(parts._replace(path="/" + quote(name)))


@pytest.fixture(scope="module")
async def db(postgres_url: str) -> AsyncIterator[Database]:
    """A pool on a fresh database with every migration run."""
    database = await connect(await fresh_database(postgres_url))
    await migrate(database)
    yield database
    await database.close()
