"""The Python half of the tests' own room, and short ways to make plans and accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from qianbao.db import Database
from qianbao.errors import Conflict
from qianbao.ids import Id, derive, leg, new
from qianbao.journal import Event, Plan, Spend, Step, Transfer, digest, refusal

SQL = Path(__file__).with_name("jar.sql")
CALLER = derive(new(0), "caller")
CODE = 10
LEDGER = 156
NOT_BELOW_ZERO = 2
"""The ledger's flag debits_must_not_exceed_credits."""


class JarEmpty(Conflict):
    """The jar is empty."""

    code = "jar_empty"


refusal(1_901, JarEmpty)


class JarMade(Step, frozen=True, kw_only=True, gc=False):
    kind: ClassVar[str] = "jar_made"
    table: ClassVar[str] = "jar"
    order: ClassVar[int] = 9_000
    jar: Id
    level: int


class JarSet(Step, frozen=True, kw_only=True, gc=False):
    kind: ClassVar[str] = "jar_set"
    table: ClassVar[str] = "jar"
    order: ClassVar[int] = 9_000
    jar: Id
    seen: int
    level: int


class JarSip(Step, frozen=True, kw_only=True, gc=False):
    kind: ClassVar[str] = "jar_sip"
    table: ClassVar[str] = "jar"
    order: ClassVar[int] = 9_000
    jar: Id
    command: Id


class JarPour(Step, frozen=True, kw_only=True, gc=False):
    kind: ClassVar[str] = "jar_pour"
    table: ClassVar[str] = "jar"
    order: ClassVar[int] = 9_000
    jar: Id


def plan(
    key: str,
    *moves: tuple[Id, Id, int],
    steps: tuple[Step, ...] = (),
    subject: Id | None = None,
    result: dict[str, Any] | None = None,
    content: object = None,
    spend: Spend = Spend.NOTHING,
) -> Plan:
    """A plan of `moves` (debit, credit, amount) under the caller's `key`."""
    command = derive(CALLER, key)
    return Plan(
        caller=CALLER,
        command=command,
        digest=digest(key, content, *moves),
        transfers=tuple(
            Transfer(
                id=leg(command, n), debit=debit, credit=credit, amount=amount, code=CODE, ledger=LEDGER,
                user_data_128=command, spend=spend,
            )
            for n, (debit, credit, amount) in enumerate(moves, 1)
        ),
        steps=steps,
        event=Event(type="jar.told", subject=subject or command, data={"key": key}),
        result={"key": key} if result is None else result,
    )  # fmt: skip


async def account(db: Database, balance: int = 0, *, flags: int = NOT_BELOW_ZERO, **windows: int) -> Id:
    """A new account with a credit balance, put there as if it had been paid in."""
    made = new(1_800_000_000 * 10**9)
    columns = "".join(f", {name}" for name in windows)
    values = "".join(f", {value}" for value in windows.values())
    await db.write(
        f"INSERT INTO account (id, credits_posted, ts, ledger, code, flags{columns})"  # noqa: S608
        f" SELECT $1, $2, coalesce(max(ts), 0) + 1, $3, 1, $4{values} FROM account",
        made, balance, LEDGER, flags,
    )  # fmt: skip
    return made


async def balance(db: Database, of: Id) -> int:
    """Credits less debits, posted."""
    row = await db.row("SELECT credits_posted - debits_posted AS left FROM account WHERE id = $1", of)
    assert row is not None
    return row["left"]


async def jar(db: Database, level: int) -> Id:
    """A new jar, version 1."""
    made = new(1_800_000_000 * 10**9)
    await db.write("INSERT INTO jar (id, version, level) VALUES ($1, 1, $2)", made, level)
    return made


async def level(db: Database, of: Id) -> tuple[int, int]:
    """A jar's (version, level)."""
    row = await db.row("SELECT version, level FROM jar WHERE id = $1", of)
    assert row is not None
    return row["version"], row["level"]


async def told(db: Database, *commands: Id) -> list[str]:
    """The keys of the events that a dispatcher would deliver of these commands, in its order."""
    rows = await db.rows(
        "SELECT data::json ->> 'key' AS key FROM command"
        " WHERE outcome = 0 AND id = ANY ($1::uuid[]) ORDER BY xid, ordinal",
        commands,
    )
    return [row["key"] for row in rows]
