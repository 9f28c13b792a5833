"""The database: it starts anywhere, comes back after a kill, migrates once, and gathers reads."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from qianbao.db import Database, DatabaseLost, Gather, connect, embedded, migrate
from qianbao.db.migrate import functions, migrations
from tests.conftest import fresh_database


async def test_migrations_run_once_and_in_the_order_of_their_numbers(postgres_url: str) -> None:
    db = await connect(await fresh_database(postgres_url))
    first = await migrate(db)
    assert [path for path in first if "/migrations/" in path] == [path for _, path, _ in migrations()]
    assert [path for path in first if "/functions/" in path] == [path for path, _ in functions()]
    assert await migrate(db) == []
    await db.close()


async def test_two_processes_that_migrate_at_once_do_not_meet(postgres_url: str) -> None:
    url = await fresh_database(postgres_url)
    one, other = await connect(url), await connect(url)
    ran = await asyncio.gather(migrate(one), migrate(other))
    assert sorted(map(len, ran))[0] == 0
    await asyncio.gather(one.close(), other.close())


async def test_the_look_ups_of_one_tick_are_one_query(db: Database) -> None:
    asked: list[list[int]] = []

    async def squares(keys: list[int]) -> dict[int, int]:
        asked.append(keys)
        rows = await db.rows("SELECT k, k * k AS square FROM unnest($1::int[]) AS q (k) WHERE k <> 13", keys)
        return {row["k"]: row["square"] for row in rows}

    gather = Gather(squares)
    assert await gather.many([2, 13, 5, 2]) == [4, None, 25, 4]
    assert asked == [[2, 13, 5]]


async def test_a_failing_gathered_query_fails_those_who_asked_and_nobody_else() -> None:
    async def picky(keys: list[int]) -> dict[int, int]:
        if 0 in keys:
            raise DatabaseLost()
        return {key: key for key in keys}

    gather = Gather(picky)
    with pytest.raises(DatabaseLost):
        await gather.one(0)
    assert await gather.one(1) == 1


async def until_lost(db: Database) -> None:
    for _ in range(100):
        await db.rows("SELECT n FROM kept")
        await asyncio.sleep(0.01)


async def test_a_killed_postmaster_comes_back_with_what_was_committed(tmp_path: Path) -> None:
    server = embedded.start(tmp_path / "home")
    try:
        db = await connect(server.url)
        await db.write("CREATE TABLE kept (n int)")
        await db.write("INSERT INTO kept VALUES (1)")
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(DatabaseLost):
            await until_lost(db)
        server = embedded.start(tmp_path / "home")
        assert [row["n"] for row in await db.rows("SELECT n FROM kept")] == [1]
        assert embedded.start(tmp_path / "home").pid == server.pid, "a running server is adopted"
        await db.close()
    finally:
        server.stop()


async def test_a_url_where_nobody_answers_is_a_lost_database() -> None:
    with pytest.raises(DatabaseLost):
        await connect("postgresql://postgres@127.0.0.1:9/nowhere")
