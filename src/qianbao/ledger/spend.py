"""Spend windows: what an account may spend in a day, a year, a lifetime, by static codes and without a PIN.

Ours, not TigerBeetle's. They are checked after everything else, where the money moves, and turned over by
comparison with the business day and year: no job resets them. Voids, expiries and refunds give nothing back.
"""

from __future__ import annotations

from typing import Final

import msgspec

from qianbao.clock import business_date
from qianbao.ledger.models import Spend, Windows
from qianbao.ledger.statuses import CreateTransferStatus
from qianbao.money import AMOUNT_MAX

EPOCH_DAY: Final = 719_163
"""`date.toordinal` of 1970-01-01."""


def day_of(ns: int) -> int:
    """The business day of a nanosecond, counted from 1970."""
    return business_date(ns).toordinal() - EPOCH_DAY


def year_of(ns: int) -> int:
    """The business year of a nanosecond."""
    return business_date(ns).year


def turned_over(w: Windows, day: int, year: int) -> Windows:
    """The windows as they stand on `day` of `year`: an older period's figures are zero."""
    if w.day < day:
        w = msgspec.structs.replace(w, day=day, day_used=0, static_used=0, pinless_used=0, pinless_count=0)
    if w.year < year:
        w = msgspec.structs.replace(w, year=year, year_used=0)
    return w


def over_window(spend: int, amount: int, w: Windows) -> CreateTransferStatus | None:
    """Which spend window `amount` does not fit into, in the order of the statuses."""

    def over(used: int, most: int | None, more: int = amount) -> bool:
        return used + more > (AMOUNT_MAX if most is None else most)

    limited, static, pinless = (
        bool(spend & bit) for bit in (Spend.LIMITED, Spend.STATIC_CODE, Spend.WITHOUT_PIN)
    )
    for wrong, status in (
        (limited and over(w.day_used, w.day_max), CreateTransferStatus.EXCEEDS_DAY_LIMIT),
        (limited and over(w.year_used, w.year_max), CreateTransferStatus.EXCEEDS_YEAR_LIMIT),
        (limited and over(w.life_used, w.life_max), CreateTransferStatus.EXCEEDS_LIFE_LIMIT),
        (static and over(w.static_used, w.static_max), CreateTransferStatus.EXCEEDS_STATIC_CODE_LIMIT),
        (pinless and over(w.pinless_used, w.pinless_max), CreateTransferStatus.EXCEEDS_PINLESS_AMOUNT),
        (
            pinless and over(w.pinless_count, w.pinless_count_max, 1),
            CreateTransferStatus.EXCEEDS_PINLESS_COUNT,
        ),
    ):
        if wrong:
            return status
    return None


def spent(spend: int, amount: int, w: Windows) -> Windows:
    """The windows after `amount` was spent."""
    limited = amount if spend & Spend.LIMITED else 0
    pinless = amount if spend & Spend.WITHOUT_PIN else 0
    return msgspec.structs.replace(
        w,
        day_used=w.day_used + limited,
        year_used=w.year_used + limited,
        life_used=w.life_used + limited,
        static_used=w.static_used + (amount if spend & Spend.STATIC_CODE else 0),
        pinless_used=w.pinless_used + pinless,
        pinless_count=w.pinless_count + (1 if spend & Spend.WITHOUT_PIN else 0),
    )
