"""Putting a trade's story together.

Commands have no index by subject: it would be paid for by every payment. A transfer's id is its command's but
for the last byte, so the commands that moved money are found by key; the others lie close to a known moment,
where a BRIN index of the commands' times finds them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from qianbao.clock import SECOND
from qianbao.console.trail.models import Move, Name, Sent, Told, Trail
from qianbao.db import Database, queries
from qianbao.ids import Id, derive, of_bytes, of_int
from qianbao.journal import refusals
from qianbao.ledger import Engine, QueryFilter, Transfer
from qianbao.ledger.models import TransferFlags
from qianbao.money import Currency
from qianbao.parties import names
from qianbao.parties.chart import TransferCode
from qianbao.parties.errors import StoreUnknown
from qianbao.payments.room import Payments
from qianbao.payments.trade.errors import TradeNotFound
from qianbao.payments.trade.models import Trade

SQL: Final = queries(__package__ or "qianbao.console.trail")
NEAR_NS: Final = 2 * SECOND
"""How far from a known moment a command is sought."""
ONE_STRETCH_NS: Final = 120 * SECOND
"""Moments no further apart are looked at as one stretch."""
TRANSFERS_MAX: Final = 500
PATIENCE_MS: Final = 2_000
PEOPLE: Final = frozenset({"wallet", "person"})


class Trails:
    """Tells trades' stories to the house."""

    def __init__(self, db: Database, ledger: Engine, room: Payments, accounts: Mapping[Id, str]) -> None:
        """`accounts`: the names of the house's own ledger accounts."""
        self._db = db
        self._ledger = ledger
        self._room = room
        self._accounts = accounts

    async def of(self, id: Id) -> Trail:
        """The story of a trade. Raises `TradeNotFound`, `DatabaseLost`."""
        trade = await self._room.trades.one(id)
        if trade is None:
            raise TradeNotFound()
        moved = await self._ledger.query_transfers(QueryFilter(user_data_128=id.int, limit=TRANSFERS_MAX))
        refunds, commands = await asyncio.gather(
            self._room.refunds.of_trade(id), self._commands(trade, moved)
        )
        events = [row["id"] for row in commands if row["outcome"] == 0]
        named = await self._names(
            {
                trade.merchant,
                *([trade.payer] if trade.payer else ()),
                *(row["caller"] for row in commands),
                *(of_int(side) for one in moved for side in (one.debit_account_id, one.credit_account_id)),
            }
        )
        return Trail(
            trade=trade,
            merchant=named[trade.merchant],
            payer=named[trade.payer] if trade.payer else None,
            store=await self._store(trade),
            refunds=tuple(refunds),
            transfers=tuple(_move(one, named) for one in moved),
            events=tuple(_told(row, named) for row in commands),
            whole=len(events) == trade.version,
            deliveries=tuple(await self._deliveries(trade.merchant, events)),
        )

    async def _commands(self, trade: Trade, moved: Sequence[Transfer]) -> list[asyncpg.Record]:
        keys = {trade.command, *(_command(one.id) for one in moved)}
        by_key = await self._db.rows(SQL["commands"], list(keys), trade.id)
        moments = {row["ts"] for row in by_key} | {trade.created, trade.closed, trade.paid}
        near = await self._near(trade.id, stretches(moment for moment in moments if moment))
        found = {row["id"]: row for row in (*by_key, *near)}
        return sorted(found.values(), key=lambda row: (row["ts"], row["id"]))

    async def _near(self, trade: Id, within: Sequence[tuple[int, int]]) -> list[asyncpg.Record]:
        # What takes too long on a large outbox is left out: `whole` then says so.
        try:
            async with self._db.transaction() as connection:
                await connection.fetchval(SQL["patience"], str(PATIENCE_MS))
                since, until = [one for one, _ in within], [one for _, one in within]
                return await connection.fetch(SQL["commands_about"], trade, since, until)
        except asyncpg.QueryCanceledError:
            return []

    async def _deliveries(self, merchant: Id, events: Sequence[Id]) -> list[Sent]:
        urls = {row["id"]: row["url"] for row in await self._db.rows(SQL["hooks"], merchant)}
        ids = [derive(hook, str(event)) for hook in urls for event in events]
        return [_sent(row, urls) for row in await self._db.rows(SQL["deliveries"], ids)]

    async def _names(self, ids: Iterable[Id]) -> dict[Id, Name]:
        wanted = list(ids)
        found = {id: Name(id=id, kind="unknown", name="") for id in wanted}
        for id in wanted:
            if (account := self._accounts.get(id)) is not None:
                found[id] = Name(id=id, kind="house", name=account)
        for row in await self._db.rows(SQL["names"], wanted):
            name = names.masked(row["name"]) if row["kind"] in PEOPLE else row["name"]
            found[row["id"]] = Name(id=row["id"], kind=row["kind"], name=name)
        return found

    async def _store(self, trade: Trade) -> str | None:
        if trade.store is None:
            return None
        try:
            return (await self._room.parties.store(trade.store)).name
        except StoreUnknown:
            return None


def stretches(moments: Iterable[int]) -> list[tuple[int, int]]:
    """Stretches of time (from, to) around moments; moments close together share one. Nanoseconds."""
    found: list[tuple[int, int]] = []
    for moment in sorted(moments):
        since, until = moment - NEAR_NS, moment + NEAR_NS
        if found and since - found[-1][1] <= ONE_STRETCH_NS:
            found[-1] = (found[-1][0], until)
        else:
            found.append((since, until))
    return found


def _command(transfer: int) -> Id:
    return of_bytes(transfer.to_bytes(16, "big")[:15] + b"\0")


def _move(one: Transfer, named: Mapping[Id, Name]) -> Move:
    return Move(
        id=of_int(one.id),
        code=TransferCode(one.code).name.lower() if one.code in list(TransferCode) else str(one.code),
        debit=named[of_int(one.debit_account_id)],
        credit=named[of_int(one.credit_account_id)],
        amount=one.amount,
        currency=next((c.letters for c in Currency if c.number == one.ledger), str(one.ledger)),
        at=one.timestamp,
        pending=bool(one.flags & TransferFlags.PENDING),
    )


def _told(row: asyncpg.Record, named: Mapping[Id, Name]) -> Told:
    data: dict[str, Any] = msgspec.json.decode(row["data"])
    refused = None if row["outcome"] == 0 else refusals.error(row["outcome"], row["leg"]).code
    return Told(
        id=row["id"],
        type=row["type"],
        at=row["ts"],
        caller=named[row["caller"]],
        refused=refused,
        data=data,
    )


def _sent(row: asyncpg.Record, urls: Mapping[Id, str]) -> Sent:
    return Sent(
        id=row["id"],
        webhook=row["webhook"],
        url=urls[row["webhook"]],
        event=row["event"],
        type=row["type"],
        state=row["state"],
        tries=row["tries"],
        tried_at=row["tried"],
        status=row["status"],
        answer=row["answer"],
        next_try_at=row["due"],
    )
