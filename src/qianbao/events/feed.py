"""The outbox, read in the order of effect. No event is skipped, however long its transaction took."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import asyncpg

from qianbao.db import Database, queries
from qianbao.events.models import EVERYTHING, ORDINAL_MAX, Page, Position, Told, UnknownEvent, View
from qianbao.ids import Id

SQL: Final = queries(__package__ or "")

STRETCH: Final = 50_000
"""One call for a party's view looks at this many events at most, whatever it finds. More than one
transaction can hold (`ORDINAL_MAX`), so every call makes way."""

assert STRETCH > ORDINAL_MAX


def told(rows: Iterable[asyncpg.Record]) -> list[Told]:
    """Events of rows as the queries of this room give them."""
    return [
        Told(
            id=row["id"],
            type=row["type"],
            at=row["ts"],
            subject=row["subject"],
            data=row["data"],
            position=Position(row["xid"], row["ordinal"]),
        )
        for row in rows
    ]


class Feed:
    """Reads the outbox. Every call is one or two queries; nothing is held between calls."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def head(self) -> Position:
        """Where a reader starts who wants only what comes from now on. Raises `DatabaseLost`."""
        row = await self._db.row(SQL["feed_head"])
        assert row is not None
        return Position(max(row["xid"], 0), ORDINAL_MAX)

    async def after(self, position: Position, *, view: View = EVERYTHING, limit: int = 100) -> Page:
        """Up to `limit` events after `position` that `view` shows, oldest first. Raises `DatabaseLost`."""
        if view.parties is None and not view.types:
            found = told(await self._db.rows(SQL["feed_after"], *position, limit))
            return Page(
                events=tuple(found),
                next=found[-1].position if found else position,
                more=len(found) == limit,
            )
        window = await self._db.row(SQL["feed_window"], position.xid, STRETCH)
        assert window is not None
        found = told(
            await self._db.rows(
                SQL["feed_seen"],
                *position,
                window["below"],
                None if view.parties is None else sorted(view.parties),
                list(view.types) or None,
                limit,
            )
        )
        full = len(found) == limit
        end = found[-1].position if full else Position(window["below"] - 1, ORDINAL_MAX)
        return Page(
            events=tuple(event for event in found if view.shows(event)),
            next=max(position, end),
            more=full or window["below"] < window["settled"],
        )

    async def one(self, event: Id, *, view: View = EVERYTHING) -> Told:
        """One event. Raises `UnknownEvent` when there is none or the view does not show it."""
        for found in told(await self._db.rows(SQL["feed_one"], event)):
            if view.shows(found):
                return found
        raise UnknownEvent(f"No event {event}.", field="event")
