"""Finding things: every reading of the text is looked up, the surest first."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import asyncpg

from qianbao.clock import SECOND, Clock
from qianbao.console.search.asked import Asked, read
from qianbao.console.search.models import Found, Hit, Matched, Thing
from qianbao.db import Database, queries
from qianbao.ids import Id, derive
from qianbao.parties import names

SQL: Final = queries(__package__ or "qianbao.console.search")
EACH_MAX: Final = 20
"""Hits of one reading at most."""
MERCHANTS_MAX: Final = 20_000
"""In so many merchants' names a number is sought."""
PATIENCE_MS: Final = 1_500
"""What one reading may take."""
REACH_S: Final = (86_400, 7 * 86_400, 31 * 86_400, 400 * 86_400)
"""How far back an amount is sought: a little first, then further while too few are found."""
PEOPLE: Final = frozenset({Thing.PERSON, Thing.WALLET})


class Search:
    """Looks things up for the house."""

    def __init__(self, db: Database, clock: Clock, accounts: Mapping[Id, str]) -> None:
        """`accounts`: the names of the house's own ledger accounts."""
        self._db = db
        self._clock = clock
        self._accounts = accounts

    async def find(self, text: str) -> Found:
        """Whatever the text may be. Raises `SearchTooShort`, `DatabaseLost`."""
        asked = read(text)
        parts = await asyncio.gather(
            self._by_id(asked),
            self._by_phone(asked),
            self._by_account(asked),
            self._by_number(asked),
            self._by_name(asked),
            self._by_amount(asked),
        )
        hits: dict[tuple[Thing, Id], Hit] = {}
        for found, _ in parts:
            for hit in found:
                hits.setdefault((hit.kind, hit.id), hit)
        return Found(hits=tuple(hits.values()), more=any(more for _, more in parts))

    async def _by_id(self, asked: Asked) -> tuple[list[Hit], bool]:
        if asked.id is None:
            return [], False
        hits = [
            _hit(row, Thing(row["kind"]), Matched.ID) for row in await self._db.rows(SQL["by_id"], asked.id)
        ]
        if (name := self._accounts.get(asked.id)) is not None:
            hits.append(Hit(kind=Thing.HOUSE_ACCOUNT, id=asked.id, matched=Matched.ID, title=name))
        return hits, False

    async def _by_phone(self, asked: Asked) -> tuple[list[Hit], bool]:
        if asked.phone_tail is None:
            return [], False
        rows = await self._patient("by_phone_tail", asked.phone_tail, EACH_MAX + 1)
        hits = [
            Hit(
                kind=Thing.PERSON,
                id=row["id"],
                matched=Matched.PHONE,
                title=names.masked(row["name"]),
                detail=f"…{row['phone'][-4:]}",
                state=row["state"],
                at=row["at"],
            )
            for row in rows or ()
        ]
        return _bounded(hits, rows)

    async def _by_account(self, asked: Asked) -> tuple[list[Hit], bool]:
        if asked.account_number is None and asked.handle_key is None:
            return [], False
        rows = await self._db.rows(SQL["by_account"], asked.account_number, asked.handle_key)
        return [
            Hit(
                kind=Thing.WALLET,
                id=row["id"],
                matched=Matched.ACCOUNT,
                title=names.masked(row["name"]),
                detail=f"{row['brand']} {row['identifier']}",
                state=row["state"],
                at=row["at"],
            )
            for row in rows
        ], False

    async def _by_number(self, asked: Asked) -> tuple[list[Hit], bool]:
        if asked.number is None:
            return [], False
        # A trade's id derives from its merchant and the merchant's number: no index of numbers is kept.
        merchants = await self._db.rows(SQL["merchants"], MERCHANTS_MAX)
        ids = [derive(row["id"], asked.number) for row in merchants]
        trades = await self._patient("by_trades", ids)
        refunds = await self._patient("by_refund_number", asked.number, EACH_MAX)
        hits = [_hit(row, Thing.TRADE, Matched.NUMBER) for row in (trades or ())[:EACH_MAX]]
        hits += [_hit(row, Thing.REFUND, Matched.NUMBER) for row in refunds or ()]
        return hits, trades is None or refunds is None or len(merchants) == MERCHANTS_MAX

    async def _by_name(self, asked: Asked) -> tuple[list[Hit], bool]:
        if asked.name is None:
            return [], False
        rows = await self._patient("by_name", asked.name, EACH_MAX + 1)
        hits = [
            Hit(
                kind=Thing(row["kind"]),
                id=row["id"],
                matched=Matched.NAME,
                title=row["name"],
                detail=row["detail"],
                state=row["state"],
                at=row["at"],
            )
            for row in rows or ()
        ]
        return _bounded(hits, rows)

    async def _by_amount(self, asked: Asked) -> tuple[list[Hit], bool]:
        if asked.amount is None:
            return [], False
        until, hits = self._clock.now() + 60 * SECOND, list[Hit]()
        for reach_s in REACH_S:
            since = self._clock.now() - reach_s * SECOND
            rows = await self._patient("by_amount", asked.amount, since, until, EACH_MAX + 1 - len(hits))
            if rows is None:
                return hits, True
            hits += [_hit(row, Thing.TRADE, Matched.AMOUNT) for row in rows]
            if len(hits) > EACH_MAX:
                return hits[:EACH_MAX], True
            until = since
        return hits, False

    async def _patient(self, query: str, *args: Any) -> list[asyncpg.Record] | None:
        # The rows, or None when it took too long.
        try:
            async with self._db.transaction() as connection:
                await connection.fetchval(SQL["patience"], str(PATIENCE_MS))
                return await connection.fetch(SQL[query], *args)
        except asyncpg.QueryCanceledError:
            return None


def _bounded(hits: list[Hit], rows: list[asyncpg.Record] | None) -> tuple[list[Hit], bool]:
    return hits[: 2 * EACH_MAX], rows is None or len(hits) > EACH_MAX


def _hit(row: asyncpg.Record, kind: Thing, matched: Matched) -> Hit:
    title = row["title"] or ""
    found = dict(row)
    return Hit(
        kind=kind,
        id=row["id"],
        matched=matched,
        title=names.masked(title) if kind in PEOPLE and title else title,
        detail=row["detail"] or "",
        trade=found.get("trade", row["id"] if kind is Thing.TRADE else None),
        state=found.get("state"),
        amount=row["amount"],
        currency=row["currency"],
        at=row["at"],
    )
