"""Migrations: numbered `.sql` files run once, in order; functions are laid anew whenever their text changes.

Each room keeps its own: `<room>/migrations/NNNN_name.sql` (numbers are unique in the whole house, say the
order, and tell a migration that ran wherever its file has moved since) and `<room>/functions/*.sql` (only
CREATE OR REPLACE). A room is found by its folder, so a new room is listed nowhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

import asyncpg

from qianbao.db.pool import Database, writing

LOCK = 7_166_104
"""The advisory lock that lets one process migrate at a time."""


def _found(folder: str, at: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in sorted(at.iterdir(), key=lambda e: e.name):
        path = f"{prefix}{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _found(folder, entry, path + "/")
        elif entry.name.endswith(".sql") and prefix.endswith(f"{folder}/"):
            yield path, entry.read_text(encoding="utf-8")


def migrations() -> list[tuple[int, str, str]]:
    """(number, path, text) of every migration in the house, in order."""
    found = [(_number(path), path, text) for path, text in _found("migrations", files("qianbao"))]
    found.sort()
    numbers = [number for number, _, _ in found]
    assert len(set(numbers)) == len(numbers), "two migrations share a number"
    return found


def functions() -> list[tuple[str, str]]:
    """(path, text) of every file of functions in the house, by path."""
    return sorted(_found("functions", files("qianbao")))


async def migrate(db: Database) -> list[str]:
    """Bring the database to this version of the code; the paths that ran. One transaction each."""
    ran: list[str] = []
    with writing():
        async with db.pool.acquire() as connection:
            await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
            try:
                await connection.execute(
                    "CREATE TABLE IF NOT EXISTS migration ("
                    " path text PRIMARY KEY, digest text NOT NULL, at timestamptz NOT NULL DEFAULT now())"
                )
                known = {
                    r["path"]: r["digest"]
                    for r in await connection.fetch("SELECT path, digest FROM migration")
                }
                ran_before = {_number(path) for path in known if "/migrations/" in path}
                for number, path, text in migrations():
                    if number not in ran_before:
                        await _run(connection, path, text)
                        ran.append(path)
                for path, text in functions():
                    if known.get(path) != _digest(text):
                        await _run(connection, path, text)
                        ran.append(path)
            finally:
                await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
    return ran


def _number(path: str) -> int:
    return int(path.rsplit("/", 1)[1][:4])


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def _run(connection: asyncpg.pool.PoolConnectionProxy, path: str, text: str) -> None:
    async with connection.transaction():
        await connection.execute(text)
        await connection.execute(
            "INSERT INTO migration (path, digest) VALUES ($1, $2)"
            " ON CONFLICT (path) DO UPDATE SET digest = excluded.digest, at = now()",
            path,
            _digest(text),
        )
