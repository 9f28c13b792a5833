"""Use cases of red packets: send one, grab a share, look who got what."""

from __future__ import annotations

from typing import Final

from qianbao.credentials.models import Caller
from qianbao.ids import Id, new
from qianbao.journal import Plan, Receipt, digest
from qianbao.parties.chart import TransferCode
from qianbao.payments.trade.models import Command
from qianbao.payments.trade.service import own_wallet
from qianbao.payments.trade.store import NEWEST, Place
from qianbao.social.commit import Money, proved, settle
from qianbao.social.packet import plans
from qianbao.social.packet.errors import (
    RedPacketClosed,
    RedPacketEmpty,
    RedPacketGrabbed,
    RedPacketOver,
    RedPacketUnknown,
)
from qianbao.social.packet.models import Facts, Grab, RedPacket, RedPacketKind, RedPacketState
from qianbao.social.room import Social

ASK: Final = "/api/v1/red-packets/{}"
OVER_MAX: Final = 10_000
"""Emptied packets that one process remembers."""


async def fund(
    caller: Caller,
    room: Social,
    *,
    command: Id,
    wallet: Id,
    kind: RedPacketKind,
    amount: int,
    count: int,
    wish: str = "",
    pin: str | None = None,
) -> Receipt:
    """A person puts money into a new packet; whoever has its id can grab a share.

    Raises `WalletUnknown`, `PinRequired`, what a wrong PIN raises, what `plans.fund` refuses,
    `RedPacketsTooMany`, and what the ledger does: `not_enough`, `payer_frozen`, limits.
    """
    payer = await own_wallet(caller, room.payments, wallet)
    asked = Command(
        caller=caller.id,
        id=command,
        digest=digest("red packet", wallet, kind, amount, count, wish, pin is not None),
    )

    async def look(turn: int) -> tuple[Money, Plan]:
        assert caller.person is not None
        now = room.payments.clock.now()
        plan = plans.fund(
            asked,
            id=new(now, random=room.payments.random),
            sender=wallet,
            person=caller.person,
            kind=kind,
            amount=amount,
            count=count,
            wish=wish,
            now=now,
            pin=pin is not None,
            rules=room.rules,
            random=room.payments.random,
        )
        if not turn:
            await proved(caller, room.payments, payer=payer, amount=amount, pin=pin)
        return Money(payer=wallet, merchant=plan.event.subject, amount=amount), plan

    return await settle(caller, room.payments, asked, look, usual=TransferCode.RED_PACKET_FUNDED, ask=ASK)


async def grab(caller: Caller, room: Social, *, command: Id, packet: Id, wallet: Id) -> Receipt:
    """A person opens a packet into one of their wallets, of whatever brand. Who has had a share gets the same
    answer again. Raises `RedPacketUnknown`, `WalletUnknown`, `RedPacketEmpty`, `RedPacketOver`,
    `payee_frozen`.
    """
    await own_wallet(caller, room.payments, wallet)
    person = caller.person
    assert person is not None
    facts = await room.facts.get(packet)
    asked = Command(caller=caller.id, id=command, digest=digest("grab", packet, wallet))

    async def look(_turn: int) -> tuple[None, Plan]:
        now = room.payments.clock.now()
        late = RedPacketEmpty() if packet in room.over else RedPacketOver() if now >= facts.expires else None
        # Who has had a share asks the step even so: it claims the key for this content.
        if late is not None and await room.packets.grab_of(packet, person) is None:
            raise late
        return None, plans.grab(facts, command=asked, person=person, wallet=wallet, now=now)

    try:
        return await settle(
            caller, room.payments, asked, look, usual=TransferCode.RED_PACKET_GRABBED, ask=ASK
        )
    except RedPacketEmpty:
        _remember(room, packet)
        raise
    except RedPacketGrabbed:
        had = await room.packets.grab_of(packet, person)
        assert had is not None
        return _again(facts, had, command)


def _again(facts: Facts, had: Grab, command: Id) -> Receipt:
    shown = {
        "packet": str(had.packet),
        "payee": str(had.wallet),
        "currency": facts.currency,
        "amount": had.amount,
        "position": had.position,
    }
    return Receipt(command=command, result=shown, at=had.at, replayed=True)


def _remember(room: Social, packet: Id) -> None:
    while len(room.over) >= OVER_MAX:
        del room.over[next(iter(room.over))]
    room.over[packet] = None


async def one(room: Social, packet: Id) -> RedPacket:
    """A packet, for whoever has its id. Raises `RedPacketUnknown`."""
    found = await room.packets.one(packet)
    if found is None:
        raise RedPacketUnknown()
    return found


async def own_share(caller: Caller, room: Social, packet: Id) -> Grab | None:
    """The caller's share of a packet, if they have one."""
    assert caller.person is not None
    return await room.packets.grab_of(packet, caller.person)


async def grabs(caller: Caller, room: Social, packet: Id, *, after: int = 0, limit: int = 50) -> list[Grab]:
    """Who got what, in the order of the shares. Raises `RedPacketUnknown`, `RedPacketClosed`."""
    found = await one(room, packet)
    if (
        found.person != caller.person
        and found.state is RedPacketState.OPEN
        and await own_share(caller, room, packet) is None
    ):
        raise RedPacketClosed()
    return await room.packets.grabs(packet, after=after, limit=limit)


async def sent(caller: Caller, room: Social, *, before: Place = NEWEST, limit: int = 50) -> list[RedPacket]:
    """The packets that the caller sent, newest first."""
    assert caller.person is not None
    return await room.packets.sent(caller.person, before=before, limit=limit)


async def received(caller: Caller, room: Social, *, before: Place = NEWEST, limit: int = 50) -> list[Grab]:
    """The shares that the caller got, newest first."""
    assert caller.person is not None
    return await room.packets.received(caller.person, before=before, limit=limit)
