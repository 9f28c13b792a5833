"""The room's settings: the table `[channels]` of `config.toml`. Amounts in minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from qianbao.config import SettingMalformed, Settings
from qianbao.money import AMOUNT_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Bounds of single top-ups and withdrawals, and how long banks are waited for."""

    topup_min: int = 1
    topup_max: int = 50_000_00
    withdrawal_min: int = 1
    withdrawal_max: int = 50_000_00
    """A person's."""
    payout_max: int = 10_000_000_00
    """A merchant's."""
    bank_timeout_s: int = 5
    """After this the outcome is unknown, and the bank is asked later."""
    valid_s: int = 600
    """How long after the request a bank may still take an instruction."""
    cards_max: int = 10
    """Cards a person or a merchant may have linked."""
    simulated_balance: int = 100_000_00
    """What a simulated card has on it when it is linked first."""
    banks: Mapping[str, str] = field(
        default_factory=lambda: {"lotus": "荷花银行 Lotus Bank", "bamboo": "翠竹银行 Bamboo Bank"}
    )
    """The simulated banks: key and name. All names get `SIMULATED` added."""


def load(settings: Settings) -> Rules:
    """Read the settings. Raises `SettingMalformed`."""
    table: dict[str, Any] = dict(settings.tables.get("channels", {}))
    known = {one.name for one in fields(Rules)}
    for name, value in table.items():
        if name not in known:
            raise SettingMalformed(f"[channels] has no {name!r}.", field=f"channels.{name}")
        if name == "banks":
            if (
                not isinstance(value, dict)
                or not value
                or not all(isinstance(v, str) for v in value.values())
            ):
                raise SettingMalformed(
                    "Not a table of names.", field="channels.banks", expected='key = "name" for each bank'
                )
        elif isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= AMOUNT_MAX:
            raise SettingMalformed(
                f"{value!r} is no use.", field=f"channels.{name}", expected="a whole number from 1"
            )
    return Rules(**table)
