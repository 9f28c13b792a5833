"""What a red packet does, pure but for the randomness handed in. Minor units and nanoseconds."""

from __future__ import annotations

from collections.abc import Callable

from qianbao.clock import SECOND
from qianbao.ids import Id, leg
from qianbao.journal.models import TOLD, Event, Plan, Transfer
from qianbao.ledger import TransferFlags
from qianbao.ledger.spend import day_of
from qianbao.money import Currency
from qianbao.parties.chart import TransferCode
from qianbao.payments.trade.models import Command
from qianbao.social.commit import spending
from qianbao.social.packet.errors import RedPacketMalformed, RedPacketsOff
from qianbao.social.packet.models import (
    Facts,
    RedPacket,
    RedPacketCounted,
    RedPacketExpired,
    RedPacketGrabbed,
    RedPacketKind,
    RedPacketNew,
    answer,
)
from qianbao.social.packet.shares import lucky
from qianbao.social.payment.plans import checked
from qianbao.social.rules import Rules

WISH_MAX = 64


def fund(
    command: Command,
    *,
    id: Id,
    sender: Id,
    person: Id,
    kind: RedPacketKind,
    amount: int,
    count: int,
    wish: str,
    now: int,
    pin: bool,
    rules: Rules,
    random: Callable[[int], bytes],
) -> Plan:
    """Put `amount` into a new packet of `count` shares. The shares of a lucky one are drawn here.

    Raises RedPacketsOff, RedPacketMalformed, TextTooLong.
    """
    if not rules.red_packets:
        raise RedPacketsOff()
    if not 1 <= count <= rules.red_packet_count_max:
        raise RedPacketMalformed(
            f"{count} shares.", field="count", expected=f"1 to {rules.red_packet_count_max}"
        )
    most = min(rules.red_packet_amount_max, count * rules.red_packet_share_max)
    if not count <= amount <= most:
        raise RedPacketMalformed(
            f"{amount} for {count} shares.", field="amount", expected=f"{count} to {most} minor units"
        )
    each, rest = divmod(amount, count)
    if kind is RedPacketKind.EQUAL and rest:
        raise RedPacketMalformed(
            f"{amount} does not divide by {count}.",
            field="amount",
            expected=f"a multiple of {count}, as {each * count} or {(each + 1) * count}",
        )
    checked("wish", wish, WISH_MAX)
    packet = RedPacket(
        id=id,
        sender=sender,
        person=person,
        kind=kind,
        amount=amount,
        each=each if kind is RedPacketKind.EQUAL else 0,
        count=count,
        wish=wish,
        created=now,
        expires=now + rules.red_packet_s * SECOND,
    )
    ledger = Currency.of(packet.currency).number
    step = RedPacketNew(
        id=id,
        sender=sender,
        person=person,
        packet_kind=kind,
        amount=amount,
        count=count,
        created=now,
        expires=packet.expires,
        each=packet.each or None,
        shares=() if packet.each else lucky(amount, count, random),
        currency=packet.currency,
        ledger=ledger,
        wish=wish,
    )
    funded = Transfer(
        id=leg(command.id, 1),
        debit=sender,
        credit=id,
        amount=amount,
        code=TransferCode.RED_PACKET_FUNDED,
        ledger=ledger,
        user_data_128=id,
        spend=spending(pin=pin),
    )
    counted = RedPacketCounted(person=person, day=day_of(now), most=rules.red_packet_day_count)
    shown = answer(packet)
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        transfers=(funded,),
        steps=(counted, step),
        event=Event(type="red_packet.funded", subject=id, data=_named(shown)),
        result=shown,
    )


def grab(packet: Facts, *, command: Command, person: Id, wallet: Id, now: int) -> Plan:
    """Take the next free share. Which it is, and its amount, is told by the step under the packet's lock."""
    moved = Transfer(
        id=leg(command.id, 1),
        debit=packet.id,
        credit=wallet,
        amount=TOLD,
        code=TransferCode.RED_PACKET_GRABBED,
        ledger=Currency.of(packet.currency).number,
        user_data_128=packet.id,
    )
    shown = {"packet": str(packet.id), "payee": str(wallet), "currency": packet.currency}
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        transfers=(moved,),
        steps=(RedPacketGrabbed(packet=packet.id, person=person, wallet=wallet, command=command.id, at=now),),
        event=Event(type="red_packet.grabbed", subject=packet.id, data=shown | {"payer": str(packet.sender)}),
        result=shown,
    )


def expire(packet: Facts, *, command: Command, now: int) -> Plan:
    """Return what is left to the sender: a balancing transfer, so the packet's account is empty after it."""
    moved = Transfer(
        id=leg(command.id, 1),
        debit=packet.id,
        credit=packet.sender,
        amount=TOLD,
        code=TransferCode.RED_PACKET_RETURNED,
        flags=int(TransferFlags.BALANCING_DEBIT),
        ledger=Currency.of(packet.currency).number,
        user_data_128=packet.id,
    )
    shown = {"packet": str(packet.id), "payee": str(packet.sender), "currency": packet.currency}
    return Plan(
        caller=command.caller,
        command=command.id,
        digest=command.digest,
        transfers=(moved,),
        steps=(RedPacketExpired(packet=packet.id, command=command.id, at=now),),
        event=Event(type="red_packet.expired", subject=packet.id, data=shown),
        result=shown,
    )


def _named(shown: dict[str, object]) -> dict[str, object]:
    return {"packet": shown["id"], **{name: value for name, value in shown.items() if name != "id"}}
