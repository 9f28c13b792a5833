"""KYC classes and their limits, as configuration. What they limit is enforced by the ledger.

The defaults follow China's rules for payment accounts (2015 no. 43: class I 1,000 yuan in its lifetime,
class II 100,000 and class III 200,000 yuan a year) and for bar-code payments (2017 no. 296: 500 yuan a
day to printed codes). Amounts are minor units; a limit of 0 allows nothing. A setting changes one limit:

    [kyc.III]
    day_max = 10000000
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, cast

from qianbao.config import SettingMalformed, Settings
from qianbao.money import AMOUNT_MAX
from qianbao.parties.models import KycClass

COUNT_MAX: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of one wallet, in minor units. `AMOUNT_MAX` stands for none.

    They hold for each wallet; the day is the network's business day (UTC+8), the year its calendar year.
    """

    day_max: int
    """All limited payments of a day."""
    year_max: int
    life_max: int
    static_day_max: int
    """A day's payments to printed codes."""
    pinless_each_max: int
    """The largest single payment without PIN."""
    pinless_day_max: int
    """A day's payments without PIN."""
    pinless_day_count_max: int
    """How many payments a day go without PIN."""


_NONE = AMOUNT_MAX
_DEFAULTS: Final[Mapping[KycClass, Limits]] = {
    KycClass.I: Limits(
        day_max=1_000_00,
        year_max=1_000_00,
        life_max=1_000_00,
        static_day_max=500_00,
        pinless_each_max=200_00,
        pinless_day_max=1_000_00,
        pinless_day_count_max=5,
    ),
    KycClass.II: Limits(
        day_max=5_000_00,
        year_max=100_000_00,
        life_max=_NONE,
        static_day_max=500_00,
        pinless_each_max=200_00,
        pinless_day_max=1_000_00,
        pinless_day_count_max=5,
    ),
    KycClass.III: Limits(
        day_max=50_000_00,
        year_max=200_000_00,
        life_max=_NONE,
        static_day_max=500_00,
        pinless_each_max=200_00,
        pinless_day_max=1_000_00,
        pinless_day_count_max=5,
    ),
}


class Kyc:
    """The limits of each class in this installation."""

    def __init__(self, limits: Mapping[KycClass, Limits]) -> None:
        self._limits = dict(limits)

    def limits_of(self, kyc_class: KycClass) -> Limits:
        """The limits of a wallet whose person is of this class."""
        return self._limits[kyc_class]


def load(settings: Settings) -> Kyc:
    """The limits of this installation. Raises `SettingMalformed`, naming the setting."""
    tables = cast("Mapping[str, Any]", settings.tables.get("kyc", {}))
    known = {field.name for field in fields(Limits)}
    for name, table in tables.items():
        if name not in set(KycClass) or not isinstance(table, dict):
            raise SettingMalformed(
                f"{name!r} is no KYC class.", field=f"kyc.{name}", expected="a table: " + ", ".join(KycClass)
            )
        for key, value in table.items():
            high = COUNT_MAX if key == "pinless_day_count_max" else AMOUNT_MAX
            if key not in known:
                raise SettingMalformed(
                    f"A class has no {key!r}.", field=f"kyc.{name}.{key}", expected=", ".join(sorted(known))
                )
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= high:
                raise SettingMalformed(
                    f"{value!r} is no limit.",
                    field=f"kyc.{name}.{key}",
                    expected=f"a whole number of minor units, 0 to {high}",
                )
    return Kyc({c: Limits(**{**asdict(_DEFAULTS[c]), **tables.get(c, {})}) for c in KycClass})
