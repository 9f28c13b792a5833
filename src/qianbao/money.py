"""Money is an integer of minor units beside an ISO 4217 currency. No float, no Decimal on balances."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

from qianbao.errors import Invalid

AMOUNT_MAX = 2**63 - 1
"""The largest amount in minor units: PostgreSQL's `bigint` (TigerBeetle's is 128-bit)."""

BASIS = 10_000
"""Basis points in one whole: a rate of 60 bp is 0.6 %."""


class Currency(Enum):
    """ISO 4217: letters, the number (also the ledger's number) and the digits after the point."""

    CNY = ("CNY", 156, 2)
    USD = ("USD", 840, 2)
    HKD = ("HKD", 344, 2)
    JPY = ("JPY", 392, 0)
    EUR = ("EUR", 978, 2)

    def __init__(self, letters: str, number: int, digits: int) -> None:
        self.letters = letters
        self.number = number
        self.digits = digits

    @classmethod
    def of(cls, letters: str) -> Currency:
        """The currency of three letters. Raises `UnknownCurrency`."""
        try:
            return cls[letters]
        except KeyError:
            raise UnknownCurrency(letters) from None


class UnknownCurrency(Invalid):
    """The three letters are no currency that this network keeps books in."""

    code = "unknown_currency"

    def __init__(self, letters: str) -> None:
        super().__init__(
            f"{letters!r} is no currency of this network.",
            field="currency",
            expected=", ".join(c.letters for c in Currency),
        )


class AmountMalformed(Invalid):
    """A text that should be an amount of money is none."""

    code = "amount_malformed"


_AMOUNT = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?")


def parse(text: str, currency: Currency = Currency.CNY) -> int:
    """Minor units of an amount as people write it: `28.16`, `¥1,280`, full-width digits too.

    Exact: no float on the way. Raises `AmountMalformed` for anything else, for a sign, and for
    more digits after the point than the currency has (trailing zeros are fine).
    """
    plain = unicodedata.normalize("NFKC", text).strip().lstrip("¥￥$").strip()
    match = _AMOUNT.fullmatch(plain)
    if match is None:
        raise AmountMalformed(f"{text!r} is no amount.", field="amount", expected="digits, as in 28.16")
    whole, part = match.group(1).replace(",", ""), (match.group(2) or "").rstrip("0")
    if len(part) > currency.digits:
        raise AmountMalformed(
            f"{text!r} has too many digits after the point.",
            field="amount",
            expected=f"at most {currency.digits} digits after the point",
        )
    amount = int(whole) * 10**currency.digits + int(part.ljust(currency.digits, "0") or "0")
    if amount > AMOUNT_MAX:
        raise AmountMalformed(f"{text!r} is too large.", field="amount", expected=f"at most {AMOUNT_MAX}")
    return amount


def show(amount: int, currency: Currency = Currency.CNY) -> str:
    """`amount` minor units as plain text: 2816 is `28.16`."""
    sign, units = ("-", -amount) if amount < 0 else ("", amount)
    if not currency.digits:
        return f"{sign}{units}"
    whole, part = divmod(units, 10**currency.digits)
    return f"{sign}{whole}.{part:0{currency.digits}d}"


def share(amount: int, rate_bp: int) -> int:
    """`rate_bp` basis points of `amount`, both non-negative, rounded half up to a minor unit, exactly."""
    return (2 * amount * rate_bp + BASIS) // (2 * BASIS)
