"""The hot features of a person, as they stand after the last payment that was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from asyncpg import Connection
from asyncpg.pool import PoolConnectionProxy

from qianbao.db import Database, queries
from qianbao.ids import Id
from qianbao.insight.purposes import REGISTER, Purpose

SQL: Final = queries(__package__ or "")
LOOKED_BACK: Final = 30
"""Days that are kept: the longest window."""
WINDOWS: Final = (1, 7, 30)
NAMES: Final = (
    *(f"{what}_{window}d" for window in WINDOWS for what in ("purchases", "spent")),
    f"days_{LOOKED_BACK}d",
)
"""The registered features that are hot."""


async def move(
    connection: Connection | PoolConnectionProxy,
    rows: str,
    *,
    paid: Sequence[Id],
    people: Collection[Id],
    known: date,
) -> None:
    """Count a page of records in, in the transaction that writes them and before it does. `rows`: JSON."""
    await connection.execute(SQL["hot_move"], rows, paid, known, LOOKED_BACK)
    await connection.execute(SQL["hot_gone"], sorted(people), known, LOOKED_BACK)


async def features(db: Database, person: Id, day: date, purpose: Purpose) -> Mapping[str, int]:
    """The hot features of a person (by pseudonym) as of a day that is not over; 0 for who lets none be read.

    At the day's end each is what the registry's definition gives as of the day. Raises `DatabaseLost`.
    """
    unsaid = REGISTER[purpose].unsaid
    rows = await db.rows(SQL["hot_of"], person, day, purpose.value, unsaid, LOOKED_BACK)
    found: dict[str, int] = {}
    for window in WINDOWS:
        some = [row for row in rows if (day - row["day"]).days < window]
        found[f"purchases_{window}d"] = sum(row["purchases"] for row in some)
        found[f"spent_{window}d"] = sum(row["spent"] for row in some)
    found[f"days_{LOOKED_BACK}d"] = sum(row["purchases"] > 0 for row in rows)
    return found
