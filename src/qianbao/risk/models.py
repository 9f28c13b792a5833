"""What risk looks at, its rules, and what it refuses."""

from __future__ import annotations

from typing import Any, Protocol, cast

import msgspec

from qianbao.config import SettingMalformed, Settings
from qianbao.credentials.models import Caller
from qianbao.errors import Refused, TooMany
from qianbao.ids import Id, IdMalformed, parse
from qianbao.journal.models import Plan


class Payment(Protocol):
    """What is being paid, refunded or called off, as far as risk needs to know it."""

    @property
    def merchant(self) -> Id:
        """Whose trade it is."""
        ...

    @property
    def payer(self) -> Id | None:
        """The wallet, once it is known."""
        ...

    @property
    def amount(self) -> int:
        """Minor units."""
        ...


class Allow(Protocol):
    """The use case: raises when `plan` may not go to the journal."""

    async def __call__(self, caller: Caller, plan: Plan, about: Payment) -> None:
        """Raises what risk refuses (`RiskBlocked`, `MerchantTooFast`)."""
        ...


class RiskBlocked(Refused):
    """The payment was refused by a rule of risk."""

    code = "risk_blocked"


class MerchantTooFast(TooMany):
    """More payments reach this merchant than were agreed."""

    code = "merchant_too_fast"


class RiskRules(msgspec.Struct, frozen=True, kw_only=True):
    """The table `[risk]` of `config.toml`."""

    blocked_wallets: frozenset[Id] = frozenset()
    blocked_merchants: frozenset[Id] = frozenset()
    large_amount: int = 0
    """Payments above this many minor units are refused; 0: none is too large."""
    merchant_per_minute: int = 0
    """Payments that one merchant may take a minute, counted in each server process; 0: any number."""


_NUMBERS = ("large_amount", "merchant_per_minute")
_IDS = ("blocked_wallets", "blocked_merchants")


def rules(settings: Settings) -> RiskRules:
    """The rules of this installation. Raises `SettingMalformed`, naming the setting."""
    table = cast("dict[str, Any]", settings.tables.get("risk", {}))
    read: dict[str, Any] = {}
    for name, value in table.items():
        if name in _NUMBERS and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            read[name] = value
        elif name in _IDS and isinstance(value, list):
            try:
                read[name] = frozenset(parse(str(one)) for one in cast("list[Any]", value))
            except IdMalformed as wrong:
                raise SettingMalformed(wrong.detail, field=f"risk.{name}", expected="a list of ids") from None
        else:
            raise SettingMalformed(
                f"{value!r} is no use.",
                field=f"risk.{name}",
                expected=f"{', '.join(_NUMBERS)}: a whole number; {', '.join(_IDS)}: a list of ids",
            )
    return RiskRules(**read)
