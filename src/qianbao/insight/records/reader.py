"""Reads the outbox into records, each event exactly once, within a second of its commit.

The place in the outbox moves in the transaction that writes what was read, and only from where the reader
found it. So whoever reads, however often it is killed, an event makes one fact or one quarantined row.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from qianbao.clock import business_date
from qianbao.db import Database, queries
from qianbao.errors import Unavailable
from qianbao.events.feed import Feed
from qianbao.events.models import Position, Told
from qianbao.ids import derive
from qianbao.insight.features.hot import store as hot
from qianbao.insight.records import reading
from qianbao.insight.records.categories import category
from qianbao.insight.records.known import NOWHERE, Known, Place, Somebody
from qianbao.insight.records.models import Fact, Kind, Payment, Quarantined

SQL: Final = queries(__package__ or "")
PAGE: Final = 2_000
"""Events in one transaction at most."""
PAUSE_S: Final = 0.02
PAUSE_SHARE: Final = 4.0
PAUSE_S_MAX: Final = 2.0
"""After a page, as many times what it took: a backlog is read beside payments, not in front of them. (Reading
an event costs half of what taking the payment does.)"""
IDLE_S: Final = 0.2
AGAIN_S: Final = 1.0
"""How soon to try again when the database was away."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """How many events of the kinds that are read became facts, and how many were kept aside."""

    facts: int
    quarantined: int


class Reader:
    """One of the network's readers; every worker may run one, and one page is written by one of them."""

    def __init__(self, db: Database, *, feed: Feed, known: Known) -> None:
        self._db = db
        self._feed = feed
        self._known = known

    async def run(self) -> None:
        """Read on until cancelled, over lost lines."""
        while True:
            began = time.monotonic()
            try:
                moved = await self.turn()
            except Unavailable:
                await asyncio.sleep(AGAIN_S)
            else:
                took = time.monotonic() - began
                pause = max(PAUSE_S, min(PAUSE_SHARE * took, PAUSE_S_MAX))
                await asyncio.sleep(pause if moved else IDLE_S)

    async def to_the_end(self) -> int:
        """Read what is there by now; how many events that were. Raises `DatabaseLost`, `OutcomeUnknown`."""
        total = 0
        while moved := await self.turn():
            total += moved
        return total

    async def taken(self) -> Taken:
        """What has been taken so far. Raises `DatabaseLost`."""
        row = await self._db.row(SQL["position"])
        assert row is not None
        return Taken(facts=row["seq"], quarantined=row["quarantined"])

    async def turn(self) -> int:
        """Read one page; how many events it had. Raises `DatabaseLost`, `OutcomeUnknown`."""
        row = await self._db.row(SQL["position"])
        assert row is not None
        here = Position(row["xid"], row["ordinal"])
        page = await self._feed.after(here, limit=PAGE)
        if not page.events:
            return 0
        rows, quarantined = await self._rows(page.events, row["seq"])
        with contextlib.suppress(_Overtaken):
            await self._write(here, page.next, row["seq"], rows, quarantined)
        return len(page.events)

    async def _rows(self, events: Sequence[Told], seq: int) -> tuple[list[_Row], list[Quarantined]]:
        paid: list[tuple[Told, Payment]] = []
        quarantined: list[Quarantined] = []
        for told in events:
            match reading.read(told):
                case Payment() as payment:
                    paid.append((told, payment))
                case Quarantined() as refused:
                    quarantined.append(refused)
                case None:
                    pass
        payers = await self._known.payers({payment.payer for _, payment in paid})
        places = await self._known.places({payment.store for _, payment in paid if payment.store})
        rows: list[_Row] = []
        for told, payment in paid:
            somebody = payers.get(payment.payer)
            if somebody is None:
                quarantined.append(reading.payer_unknown(told, payment))
                continue
            place = places[payment.store] if payment.store else NOWHERE
            seq += 1
            rows.append(_row(payment, somebody, place, seq))
        return rows, quarantined

    async def _write(
        self, here: Position, there: Position, seq: int, rows: list[_Row], quarantined: list[Quarantined]
    ) -> None:
        last = {row.trade: row for row in rows}  # a trade paid and refunded within one page is one row
        stand = _json(list(last.values()))
        paid = [row.trade for row in rows if row.kind is Kind.PAID]
        async with self._db.transaction() as connection:
            moved = await connection.fetchrow(
                SQL["position_move"], *here, *there, len(rows), len(quarantined), seq
            )
            if moved is None:
                raise _Overtaken
            if rows:
                people = {row.person for row in rows}
                held = await connection.fetch(SQL["people_hold"], sorted(people))
                if gone := people - {row["pseudonym"] for row in held}:
                    self._known.forget(gone)
                    raise _Overtaken
                await connection.execute(SQL["facts_keep"], _json(rows))
                known = business_date(max(row.known for row in rows))
                await hot.move(connection, stand, paid=paid, people=people, known=known)
                await connection.execute(SQL["records_amend"], stand, paid)
            if quarantined:
                await connection.execute(SQL["quarantine_keep"], _json(quarantined))


class _Overtaken(Exception):
    """Another reader has written this page, or somebody in it has just been erased: it is read again."""


class _Row(Fact, frozen=True, kw_only=True, gc=False):
    trade: Any


def _row(payment: Payment, somebody: Somebody, place: Place, seq: int) -> _Row:
    return _Row(
        trade=payment.trade,
        seq=seq,
        record=derive(somebody.pseudonym, somebody.salt.hex() + payment.trade.hex),
        person=somebody.pseudonym,
        kind=payment.kind,
        happened=payment.happened,
        known=payment.known,
        day=business_date(payment.happened),
        amount=payment.amount,
        own=payment.own,
        refunded=payment.refunded,
        merchant=payment.merchant,
        store=payment.store,
        currency=payment.currency,
        mcc=payment.mcc,
        category=category(payment.mcc).value,
        scene=payment.scene,
        brand=payment.brand,
        city=payment.city or place.city,
        tier=place.tier,
        cell=place.cell,
    )


def _json(rows: Sequence[msgspec.Struct]) -> str:
    return msgspec.json.encode(rows).decode()
