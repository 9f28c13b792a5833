"""How a merchant's people are called, for lists of what they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from qianbao.credentials.parts import Credentials
from qianbao.db import queries
from qianbao.ids import Id

_SQL: Final = queries(__package__ or "qianbao.credentials", "staff_names.sql")


async def names_of(parts: Credentials, ids: Sequence[Id]) -> dict[Id | None, str]:
    """The names of a merchant's people; programs and others have none. Raises `DatabaseLost`."""
    if not ids:
        return {}
    return {row["id"]: row["name"] for row in await parts.db.rows(_SQL["names"], list(ids))}
