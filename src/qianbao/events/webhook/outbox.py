"""The dispatcher's side of webhooks: which events give which webhooks a delivery."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from qianbao.db import Database, queries
from qianbao.events.models import Told, View
from qianbao.ids import Id, derive

SQL: Final = queries(__package__ or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A webhook that is on, and what it is shown."""

    id: Id
    view: View


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One event that one webhook is to be told."""

    webhook: Id
    event: Told


async def wanted(connection: asyncpg.Connection) -> list[Hook]:
    """The webhooks that are on."""
    return [
        Hook(
            id=row["id"],
            view=View(
                parties=None if row["party"] is None else frozenset({str(row["party"])}),
                types=tuple(row["types"]),
            ),
        )
        for row in await connection.fetch(SQL["wanted"])
    ]


def match(events: Iterable[Told], hooks: Sequence[Hook]) -> list[Due]:
    """Every (webhook, event) pair of which the webhook is shown the event, in the order of the events."""
    by_party: defaultdict[str | None, list[Hook]] = defaultdict(list)
    for hook in hooks:
        for party in [None] if hook.view.parties is None else hook.view.parties:
            by_party[party].append(hook)
    return [
        Due(webhook=hook.id, event=event)
        for event in events
        for party in (None, *sorted(event.audience))
        for hook in by_party.get(party, ())
        if hook.view.wants(event.type)
    ]


async def make(connection: asyncpg.Connection, due: Sequence[Due], *, now: int) -> None:
    """Write the deliveries, within the dispatcher's transaction.

    The webhooks' rows are locked first, as the sender locks them when it notes its answers, so that the
    two see one another's work: whether an earlier event of the subject still waits is then certain.
    """
    hooks = sorted({one.webhook for one in due})
    await connection.execute(SQL["lock"], hooks)
    await connection.execute(
        SQL["make"],
        [derive(one.webhook, str(one.event.id)) for one in due],
        [one.webhook for one in due],
        [one.event.id for one in due],
        [one.event.type for one in due],
        [one.event.subject for one in due],
        [one.event.position.xid for one in due],
        [one.event.position.ordinal for one in due],
        now,
    )


async def behind(db: Database, *, now: int) -> tuple[int, float]:
    """How many deliveries wait, and for how many seconds the oldest that is due has been so.

    Raises `DatabaseLost`.
    """
    row = await db.row(SQL["behind"], now)
    assert row is not None
    return row["waiting"], row["late"] / 1e9
