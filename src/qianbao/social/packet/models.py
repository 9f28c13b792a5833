"""A red packet, its states, who got what, and the steps that change them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

import msgspec

from qianbao.clock import rfc3339
from qianbao.ids import Id
from qianbao.journal.models import Step


class RedPacketKind(StrEnum):
    """How a packet is divided."""

    EQUAL = "equal"
    LUCKY = "lucky"
    """By chance: every way to divide it is equally likely (`shares.py`)."""


class RedPacketState(StrEnum):
    """Where a red packet stands."""

    OPEN = "open"
    EMPTIED = "emptied"
    """Every share was grabbed."""
    EXPIRED = "expired"
    """Its time ran out; what was left went back to the sender."""


NEXT: Final[Mapping[RedPacketState, frozenset[RedPacketState]]] = {
    RedPacketState.OPEN: frozenset({RedPacketState.EMPTIED, RedPacketState.EXPIRED}),
    RedPacketState.EMPTIED: frozenset(),
    RedPacketState.EXPIRED: frozenset(),
}
"""The state machine: from a state to those that may follow it. The steps hold it, in SQL."""


class Facts(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What never changes of a packet, and so may be kept in memory."""

    id: Id
    sender: Id
    """The wallet that funded it."""
    expires: int
    currency: str


class RedPacket(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One packet; its id is its ledger account. Amounts in minor units, times in nanoseconds (0: not yet)."""

    id: Id
    sender: Id
    person: Id
    kind: RedPacketKind
    amount: int
    each: int = 0
    """What every share of an equal packet is; 0: lucky."""
    count: int
    currency: str = "CNY"
    wish: str = ""
    state: RedPacketState = RedPacketState.OPEN
    created: int
    expires: int
    due: int = 0
    taken: int = 0
    """Shares grabbed so far."""
    given: int = 0
    """What they come to."""
    returned: int = 0
    ended: int = 0
    best_position: int = 0
    """Which share is the largest given so far."""

    @property
    def facts(self) -> Facts:
        """What never changes of it."""
        return Facts(id=self.id, sender=self.sender, expires=self.expires, currency=self.currency)


class Grab(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One person's share. `position`: in which order the shares were drawn and given."""

    packet: Id
    person: Id
    wallet: Id
    amount: int
    at: int
    position: int


class RedPacketCounted(Step, frozen=True, kw_only=True, gc=False):
    """One more packet of a person's day. Refused when the day's number is used up."""

    kind: ClassVar[str] = "red_packet_counted"
    table: ClassVar[str] = "red_packet_day"
    order: ClassVar[int] = 825

    person: Id
    day: int
    most: int


class RedPacketNew(Step, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A new packet with its ledger account and its shares. Never stale."""

    kind: ClassVar[str] = "red_packet_new"
    table: ClassVar[str] = "red_packet"
    order: ClassVar[int] = 830

    id: Id
    sender: Id
    person: Id
    packet_kind: RedPacketKind = msgspec.field(name="kind")
    amount: int
    count: int
    created: int
    expires: int
    each: int | None = None
    shares: tuple[int, ...] = ()
    currency: str = "CNY"
    ledger: int = 156
    wish: str = ""


class RedPacketGrabbed(Step, frozen=True, kw_only=True, gc=False):
    """The next free share for a person: commutes, and tells the amount."""

    kind: ClassVar[str] = "red_packet_grabbed"
    table: ClassVar[str] = "red_packet"
    order: ClassVar[int] = 830

    packet: Id
    person: Id
    wallet: Id
    command: Id
    at: int


class RedPacketExpired(Step, frozen=True, kw_only=True, gc=False):
    """A packet whose time is over: tells the rest. Stale when it has ended already."""

    kind: ClassVar[str] = "red_packet_expired"
    table: ClassVar[str] = "red_packet"
    order: ClassVar[int] = 830

    packet: Id
    command: Id
    at: int


def answer(packet: RedPacket) -> dict[str, Any]:
    """A packet as its funding answers and tells it."""
    return {
        "id": str(packet.id),
        "state": packet.state.value,
        "kind": packet.kind.value,
        "payer": str(packet.sender),
        "amount": packet.amount,
        "currency": packet.currency,
        "count": packet.count,
        "wish": packet.wish,
        "created_at": rfc3339(packet.created),
        "expires_at": rfc3339(packet.expires),
    }
