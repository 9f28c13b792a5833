"""What the house sets for social payments: the table `[social]` of `config.toml`, or these defaults."""

from __future__ import annotations

from typing import Annotated

import msgspec

from qianbao.config import SettingMalformed, Settings

DAY_S = 86_400
"""Seconds in a day."""

Positive = Annotated[int, msgspec.Meta(ge=1, le=10**15)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=366 * DAY_S)]


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Amounts in minor units, times in seconds. What a wallet may spend stands on its ledger account."""

    personal_max: Positive = 200_000_00
    """The largest payment from person to person."""
    return_days: Annotated[int, msgspec.Meta(ge=1, le=366)] = 30
    """How long after it a personal payment may be asked back."""
    red_packets: bool = True
    """`false`: no new red packets. Those that are out can still be opened, and return."""
    red_packet_share_max: Positive = 200_00
    """The largest share of an equal packet, and the largest average share of a lucky one."""
    red_packet_amount_max: Positive = 100_000_00
    """The largest packet."""
    red_packet_count_max: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 500
    """The most shares of one packet."""
    red_packet_day_count: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 100
    """How many packets one person may send a day."""
    red_packet_s: Seconds = DAY_S
    """How long a packet can be opened; then the rest returns."""
    red_packet_again_s: Seconds = 3600
    """How long the return waits for its next try where the sender's wallet is frozen."""
    collection_max: Positive = 100_000_00
    """The largest collection."""
    collection_people_max: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 200
    """The most people of one collection."""
    remind_every_s: Seconds = 3600
    """How long after a reminder the next may be sent."""
    reminders_max: Annotated[int, msgspec.Meta(ge=0, le=1000)] = 10
    """The most reminders of one collection."""
    lookups_max: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 30
    """Codes of people that one person may look up in a minute."""


def rules(settings: Settings) -> Rules:
    """The house's rules. Raises `SettingMalformed`."""
    try:
        return msgspec.convert(settings.tables.get("social", {}), Rules)
    except msgspec.ValidationError as wrong:
        raise SettingMalformed(f"[social]: {wrong}", field="social") from None
