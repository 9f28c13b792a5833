"""Trades as they stand in the database. Loads by id are gathered: those of one tick are one query."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg
import msgspec

from qianbao.db import Database, Gather, queries
from qianbao.ids import NONE, Id, of_bytes, parse
from qianbao.money import AMOUNT_MAX
from qianbao.payments.trade.models import Scene, Trade, TradeState

_SQL: Final = queries(__package__ or "qianbao.payments.trade")
_subsidies: Final = msgspec.json.Decoder(tuple[tuple[str, int], ...]).decode
PAGE_MAX: Final = 200

Place = tuple[int, Id]
"""Where a page of a list begins: (moment, id) of the row before it."""

NEWEST: Final[Place] = (AMOUNT_MAX, of_bytes(b"\xff" * 16))


class Trades:
    """Reads of trades. Each raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._by_id: Gather[Id, Trade] = Gather(self._fetch)

    async def one(self, id: Id) -> Trade | None:
        """The trade of an id, or None."""
        return await self._by_id.one(id)

    async def page(
        self,
        merchant: Id,
        *,
        before: Place = NEWEST,
        store: Id | None = None,
        state: TradeState | None = None,
        since: int = 0,
        limit: int = PAGE_MAX,
    ) -> list[Trade]:
        """A merchant's trades before a place, newest first."""
        rows = await self.db.rows(
            _SQL["page_of_merchant"],
            merchant,
            before[0],
            before[1],
            store,
            state,
            since,
            min(limit, PAGE_MAX),
        )
        return [trade for trade in await self._by_id.many([row["id"] for row in rows]) if trade]

    async def of(self, ids: list[Id]) -> list[Trade]:
        """The trades of some ids, in their order; unknown ones left out."""
        return [trade for trade in await self._by_id.many(ids) if trade]

    async def mark(self) -> Place:
        """The sweep's mark: every trade that ran out up to it (when, id) is decided."""
        row = await self.db.row(_SQL["sweep_mark"])
        return (row["mark"], row["id"]) if row else (0, NONE)

    async def ran_out(self, after: Place, until: int, limit: int) -> list[tuple[Id, int, bool]]:
        """(id, when it ran out, whether it is open) of trades that ran out within (after, until]."""
        rows = await self.db.rows(_SQL["sweep_page"], after[0], after[1], until, limit)
        return [(row["id"], row["expires"], row["open"]) for row in rows]

    async def marked(self, mark: Place) -> None:
        """Move the sweep's mark."""
        await self.db.write(_SQL["sweep_moved"], mark[0], mark[1])

    async def _fetch(self, ids: list[Id]) -> Mapping[Id, Trade]:
        return {row["id"]: trade_of(row) for row in await self.db.rows(_SQL["trades"], ids)}


def trade_of(row: asyncpg.Record) -> Trade:
    """The record of a row of the query `trades`."""
    (
        id,
        merchant,
        command,
        payer,
        store,
        cashier,
        amount,
        created,
        expires,
        paid,
        closed,
        fee,
        refunded,
        fee_returned,
        version,
        rate_bp,
        refunds,
        state,
        scene,
        currency,
        out_trade_no,
        brand,
        mcc,
        city,
        till,
        subject,
        attach,
        subsidies,
    ) = row
    return Trade(
        id=id,
        version=version,
        state=TradeState(state),
        scene=Scene(scene),
        merchant=merchant,
        store=store,
        out_trade_no=out_trade_no,
        amount=amount,
        currency=currency,
        rate_bp=rate_bp,
        subsidies=_subsidies_of(subsidies) if subsidies else (),
        subject=subject or "",
        attach=attach or "",
        mcc=mcc or "",
        city=city or "",
        till=till or "",
        cashier=cashier,
        command=command,
        created=created,
        expires=expires or 0,
        payer=payer,
        brand=brand or "",
        paid=paid or 0,
        closed=closed or 0,
        fee=fee,
        refunded=refunded,
        fee_returned=fee_returned,
        refunds=refunds,
    )


def _subsidies_of(text: str) -> tuple[tuple[Id, int], ...]:
    return tuple((parse(account), part) for account, part in _subsidies(text))
