"""What is left of a packet goes back when its time is over: by the worker, exactly once."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
import structlog

from qianbao.clock import SECOND
from qianbao.errors import Refused
from qianbao.ids import Id, derive, of_int
from qianbao.journal import Receipt, digest
from qianbao.payments.trade.models import Command
from qianbao.social.packet import plans
from qianbao.social.room import Social

RETURNER: Final = of_int(0x7166_104B_0000_7000_8000_0000_0000_0003)
"""The caller of the house's own commands that return what is left."""

_log = structlog.get_logger("qianbao.social")


class Swept(msgspec.Struct, frozen=True):
    """What one sweep did."""

    returned: int
    more: bool
    """Whether more may wait."""


async def expire(room: Social, *, limit: int = 200) -> Swept:
    """Return the rest of up to `limit` packets whose time is over, durably; for the worker, again and again.

    Several processes may sweep at once, and one may be killed anywhere: a packet's return is one command, and
    its step finds the packet open or does nothing. Raises `DatabaseLost`, `OutcomeUnknown`.
    """
    now = room.payments.clock.now()
    page = await room.packets.due(now, limit)
    done = await asyncio.gather(*(_return(room, packet, due, now) for packet, due in page))
    return Swept(returned=sum(done), more=len(page) == limit)


async def _return(room: Social, packet: Id, due: int, now: int) -> bool:
    asked = Command(caller=RETURNER, id=derive(packet, f"return:{due}"), digest=digest("return", packet, due))
    plan = plans.expire(await room.facts.get(packet), command=asked, now=now)
    try:
        receipt = await room.payments.journal.commit(plan)
    except Refused as refused:
        # The sender's wallet is frozen: the money waits in the packet. The next try is another command.
        _log.warning("red_packet_return_waits", packet=str(packet), code=refused.code)
        await room.packets.later(packet, due, now + room.rules.red_packet_again_s * SECOND)
        return False
    return isinstance(receipt, Receipt) and not receipt.replayed
