"""Red packets as they stand in the database. Loads by id are gathered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg

from qianbao.db import Database, Gather, queries
from qianbao.ids import Id
from qianbao.payments.trade.store import NEWEST, Place
from qianbao.social.packet.models import Grab, RedPacket, RedPacketKind, RedPacketState

_SQL: Final = queries(__package__ or "qianbao.social.packet")
PAGE_MAX: Final = 200


class RedPackets:
    """Reads of red packets. Each raises `DatabaseLost` when the database is away."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._by_id: Gather[Id, RedPacket] = Gather(self._fetch)

    async def one(self, id: Id) -> RedPacket | None:
        """The packet of an id, or None."""
        return await self._by_id.one(id)

    async def of(self, ids: list[Id]) -> list[RedPacket]:
        """The packets of some ids, in their order; unknown ones left out."""
        return [packet for packet in await self._by_id.many(ids) if packet]

    async def sent(self, person: Id, *, before: Place = NEWEST, limit: int = 50) -> list[RedPacket]:
        """What a person sent before a place, newest first."""
        rows = await self.db.rows(
            _SQL["red_packets_sent"], person, before[0], before[1], min(limit, PAGE_MAX)
        )
        return await self.of([row["id"] for row in rows])

    async def received(self, person: Id, *, before: Place = NEWEST, limit: int = 50) -> list[Grab]:
        """What a person grabbed before a place, newest first."""
        rows = await self.db.rows(
            _SQL["red_packets_received"], person, before[0], before[1], min(limit, PAGE_MAX)
        )
        return [_grab(row) for row in rows]

    async def grab_of(self, packet: Id, person: Id) -> Grab | None:
        """A person's share of a packet, or None."""
        row = await self.db.row(_SQL["grab_of"], packet, person)
        return _grab(row) if row else None

    async def grabs(self, packet: Id, *, after: int = 0, limit: int = 50) -> list[Grab]:
        """Who got what, in the order of the shares, after a position."""
        rows = await self.db.rows(_SQL["grabs"], packet, after, min(limit, PAGE_MAX))
        return [_grab(row) for row in rows]

    async def due(self, now: int, limit: int) -> list[tuple[Id, int]]:
        """(packet, when it was due) of open packets to look at now."""
        rows = await self.db.rows(_SQL["red_packets_due"], now, limit)
        return [(row["id"], row["due"]) for row in rows]

    async def later(self, packet: Id, due: int, until: int) -> None:
        """Look at a packet again at `until`, unless that was said already."""
        await self.db.write(_SQL["red_packet_later"], packet, due, until)

    async def _fetch(self, ids: list[Id]) -> Mapping[Id, RedPacket]:
        return {row["id"]: _packet(row) for row in await self.db.rows(_SQL["red_packets"], ids)}


def _packet(row: asyncpg.Record) -> RedPacket:
    return RedPacket(
        id=row["id"],
        sender=row["sender"],
        person=row["person"],
        kind=RedPacketKind(row["kind"]),
        amount=row["amount"],
        each=row["each"] or 0,
        count=row["count"],
        currency=row["currency"],
        wish=row["wish"],
        state=RedPacketState(row["state"]),
        created=row["created"],
        expires=row["expires"],
        due=row["due"],
        taken=row["taken"],
        given=row["given"],
        returned=row["returned"],
        ended=row["ended"] or 0,
        best_position=row["best_position"],
    )


def _grab(row: asyncpg.Record) -> Grab:
    return Grab(
        packet=row["packet"],
        person=row["person"],
        wallet=row["wallet"],
        amount=row["amount"],
        at=row["at"],
        position=row["position"],
    )
