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
    """The URL of a PostgreSQL server that lives as long as the test run. It does not wait for the disk: what
    has to outlive a kill is tested on installations of their own."""
    with tempfile.TemporaryDirectory(prefix="qianbao-test-") as folder:
        server = embedded.start(Path(folder) / "home", settings={"fsync": "off"})
        yield server.url
        server.stop()


async def fresh_database(postgres_url: str, *, like: str = "template1") -> str:
    """Create a database on the server, empty or as another one is; its URL."""
    name = f"t{new(0).hex[16:]}"
    connection = await asyncpg.connect(postgres_url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {like}")
    await connection.close()
    parts = urlsplit(postgres_url)
    return urlunsplit(parts._replace(path="/" + quote(name)))


@pytest.fixture(scope="session")
async def migrated(postgres_url: str) -> str:
    """The name of a database with every migration run: others are laid from it, in a tenth of the time."""
    url = await fresh_database(postgres_url)
    database = await connect(url)
    await migrate(database)
    await database.close()
    return urlsplit(url).path.removeprefix("/")


@pytest.fixture(scope="module")
async def db(postgres_url: str, migrated: str) -> AsyncIterator[Database]:
    """A pool on a fresh database with every migration run."""
    database = await connect(await fresh_database(postgres_url, like=migrated))
    yield database
    await database.close()
