"""The social room, opened: what its use cases work with. One for each process."""

from __future__ import annotations

from dataclasses import dataclass

from qianbao.config import Settings
from qianbao.credentials.rate import Rates
from qianbao.db import Database
from qianbao.ids import Id
from qianbao.payments.recent import Recent
from qianbao.payments.room import Payments
from qianbao.social.collection.store import Collections
from qianbao.social.packet.errors import RedPacketUnknown
from qianbao.social.packet.models import Facts
from qianbao.social.packet.store import RedPackets
from qianbao.social.payment.store import PersonalPayments
from qianbao.social.receiving.store import ReceiveCodes
from qianbao.social.rules import Rules, rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Social:
    """The parts of this room, and the payments room on which it stands."""

    payments: Payments
    personal: PersonalPayments
    packets: RedPackets
    facts: Recent[Id, Facts]
    """What never changes of a packet: a grab looks up nothing else."""
    over: dict[Id, None]
    """Packets that this process has found emptied: who comes late costs no commit."""
    collections: Collections
    receive_codes: ReceiveCodes
    rates: Rates
    rules: Rules


def opened(db: Database, *, settings: Settings, payments: Payments, rates: Rates) -> Social:
    """Open the room on what stands. Raises `SettingMalformed`."""
    packets = RedPackets(db)

    async def facts(packet: Id) -> Facts:
        found = await packets.one(packet)
        if found is None:
            raise RedPacketUnknown()
        return found.facts

    return Social(
        payments=payments,
        personal=PersonalPayments(db),
        packets=packets,
        facts=Recent(facts, clock=payments.clock),
        over={},
        collections=Collections(db),
        receive_codes=ReceiveCodes(db),
        rates=rates,
        rules=rules(settings),
    )
