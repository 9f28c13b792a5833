"""A merchant's settlement statement."""

from __future__ import annotations

from datetime import date

import msgspec

from qianbao.ids import Id
from qianbao.settlement.days import Period


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What moved, in minor units; each part is zero or more but `fees` and `other`, which may be either.

    `closing = opening + payments + subsidies - refunds - reversals - fees - withdrawals + other`.
    """

    opening: int = 0
    payments: int = 0
    payments_count: int = 0
    """How many trades were paid."""
    subsidies: int = 0
    """What the platform added to payments."""
    refunds: int = 0
    refunds_count: int = 0
    """How many refunds and reversals."""
    reversals: int = 0
    fees: int = 0
    """Fees, less those that came back with refunds."""
    withdrawals: int = 0
    """Paid out to the merchant's bank."""
    other: int = 0
    """What none of these explains."""

    @property
    def gross(self) -> int:
        """What was sold: the payers' part and the platform's."""
        return self.payments + self.subsidies

    @property
    def net(self) -> int:
        """What the day's business left: gross less refunds, reversals and fees."""
        return self.gross - self.refunds - self.reversals - self.fees

    @property
    def closing(self) -> int:
        """The balance after it."""
        return self.opening + self.net - self.withdrawals + self.other


class DayLine(msgspec.Struct, frozen=True, kw_only=True):
    """One business day."""

    day: date
    line: Line


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A merchant's business days, one after the other, and all together."""

    merchant: Id
    period: Period
    currency: str
    made: int
    """When it was drawn up, nanoseconds: a day that is not over yet is told until then."""
    days: tuple[DayLine, ...]
    total: Line
