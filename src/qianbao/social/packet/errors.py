"""What red packets refuse. Numbers from 1101 on are the steps' own (functions/red_packet_*.sql)."""

from __future__ import annotations

from qianbao.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from qianbao.journal import refusal


class RedPacketUnknown(NotFound):
    """There is no such red packet."""

    code = "red_packet_unknown"


class RedPacketEmpty(Conflict):
    """All shares of this red packet are gone."""

    code = "red_packet_empty"


class RedPacketGrabbed(Conflict):
    """This person has had a share of this red packet."""

    code = "red_packet_grabbed"


class RedPacketOver(Conflict):
    """The red packet's time is over; what was left went back."""

    code = "red_packet_over"


class RedPacketsTooMany(TooMany):
    """This person has sent as many red packets as a day allows."""

    code = "red_packets_too_many"


class RedPacketsOff(Forbidden):
    """This network sends no red packets at present."""

    code = "red_packets_off"


class RedPacketMalformed(Invalid):
    """Amount and number of shares do not go together."""

    code = "red_packet_malformed"


class RedPacketClosed(Forbidden):
    """Who got what is shown to those who sent or opened the packet, and to all when it is over."""

    code = "red_packet_closed"


refusal(1_101, RedPacketEmpty)
refusal(1_102, RedPacketGrabbed)
refusal(1_103, RedPacketOver)
refusal(1_104, RedPacketsTooMany)
