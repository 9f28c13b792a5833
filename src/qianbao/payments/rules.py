"""What the house sets for payments: the table `[payments]` of `config.toml`, or these defaults."""

from __future__ import annotations

from typing import Annotated

import msgspec

from qianbao.config import SettingMalformed, Settings

DAY_S = 86_400
"""Seconds in a day."""


Positive = Annotated[int, msgspec.Meta(ge=1, le=10**15)]


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Amounts in minor units, times in seconds. What a wallet may spend stands on its ledger account."""

    amount_max: Positive = 1_000_000_00
    """The largest trade."""
    expires_s: Positive = 2 * 3600
    """How long an unpaid trade may be paid when its creator says nothing."""
    expires_s_min: Positive = 60
    """The shortest time that a creator may set."""
    expires_s_max: Positive = 7 * DAY_S
    """The longest."""
    paying_s: Positive = 300
    """How long a charge at the till waits for the payer's PIN."""
    cashier_reverse_s: Positive = 300
    """How long after its payment a cashier may call a trade off; later it is a refund, which a supervisor
    agrees to."""
    refund_days: Positive = 365
    """How long after its payment a trade may be refunded."""
    refunds_max: Positive = 50
    """Refunds of one trade."""
    code_s: Positive = 60
    """How long a payer's code may be charged."""
    guesses_max: Positive = 10
    """Wrong codes that one till may try within `guesses_per_s`; then it waits, with right ones too."""
    guesses_per_s: Annotated[int, msgspec.Meta(ge=1, le=DAY_S)] = 60
    qr_guid: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(\.[a-z0-9-]+)+$", max_length=32)] = (
        "org.qianbao"
    )
    """This network in a merchant's QR code: a domain name backwards."""
    qr_country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] = "CN"
    """The country in a merchant's QR code (ISO 3166)."""


def rules(settings: Settings) -> Rules:
    """The house's rules. Raises `SettingMalformed`."""
    try:
        return msgspec.convert(settings.tables.get("payments", {}), Rules)
    except msgspec.ValidationError as wrong:
        raise SettingMalformed(f"[payments]: {wrong}", field="payments") from None
