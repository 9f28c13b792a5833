"""Which ends are allowed when two commands race on one trade: every pair of the six, as a table.

An end is what the first command answered, what the second did (a state, or the code of a refusal) and where
the trade stands. `side_frozen` stands for `payer_frozen` or `merchant_frozen`: whoever was frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from qianbao.payments.trade.models import TradeState

PAID, UNPAID = TradeState.PAID, TradeState.UNPAID


class Act(StrEnum):
    """What races."""

    PAY = "pay"
    """By one wallet on the first side, by another on the second."""
    REFUND = "refund"
    """Of 60 from a trade of 100, under a number of its own."""
    CLOSE = "close"
    REVERSE = "reverse"
    EXPIRE = "expire"
    """The sweep, at the moment when the trade's time is over. It always answers `swept`."""
    FREEZE = "freeze"
    """Of the first side's payer by themselves, or of the merchant by the house."""


End = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Race:
    """Two commands, what the trade was before, and how that may end."""

    first: Act
    second: Act
    start: TradeState
    ends: tuple[End, ...]

    @property
    def name(self) -> str:
        """For messages."""
        return f"{self.first} × {self.second} on {self.start}"

    def allowed(self, end: End, *, frozen: str) -> bool:
        """Whether it may end so; `frozen`: the side that a freeze closes. Of two of a kind either may be
        first."""
        ways = [end, (end[1], end[0], end[2])] if self.first is self.second else [end]
        return any(
            way == tuple(word.replace("side", frozen) for word in allowed)
            for way in ways
            for allowed in self.ends
        )


def _race(first: Act, second: Act, start: TradeState, *ends: End) -> Race:
    return Race(first, second, start, ends)


RACES: Final = (
    _race(Act.PAY, Act.PAY, UNPAID, ("paid", "trade_already_paid", "paid")),
    _race(
        Act.PAY, Act.REFUND, UNPAID,
        ("paid", "trade_not_paid", "paid"),
        ("paid", "partly_refunded", "partly_refunded"),
    ),
    _race(
        Act.PAY, Act.CLOSE, UNPAID,
        ("paid", "trade_already_paid", "paid"),
        ("trade_closed", "closed", "closed"),
    ),
    _race(
        Act.PAY, Act.REVERSE, UNPAID,
        ("paid", "reversed", "reversed"),
        ("trade_closed", "reversed", "reversed"),
    ),
    _race(
        Act.PAY, Act.EXPIRE, UNPAID,
        ("paid", "swept", "paid"),
        ("trade_expired", "swept", "closed"),
        ("trade_closed", "swept", "closed"),
    ),
    _race(
        Act.PAY, Act.FREEZE, UNPAID,
        ("paid", "frozen", "paid"),
        ("side_frozen", "frozen", "unpaid"),
    ),
    _race(Act.REFUND, Act.REFUND, PAID, ("partly_refunded", "refund_too_large", "partly_refunded")),
    _race(Act.REFUND, Act.CLOSE, PAID, ("partly_refunded", "trade_already_paid", "partly_refunded")),
    _race(Act.REFUND, Act.CLOSE, UNPAID, ("trade_not_paid", "closed", "closed")),
    _race(
        Act.REFUND, Act.REVERSE, PAID,
        ("partly_refunded", "trade_not_reversible", "partly_refunded"),
        ("trade_not_paid", "reversed", "reversed"),
    ),
    _race(Act.REFUND, Act.EXPIRE, PAID, ("partly_refunded", "swept", "partly_refunded")),
    _race(Act.REFUND, Act.EXPIRE, UNPAID, ("trade_not_paid", "swept", "closed")),
    _race(
        Act.REFUND, Act.FREEZE, PAID,
        ("partly_refunded", "frozen", "partly_refunded"),
        ("side_frozen", "frozen", "paid"),
    ),
    _race(Act.CLOSE, Act.CLOSE, UNPAID, ("closed", "trade_closed", "closed")),
    _race(
        Act.CLOSE, Act.REVERSE, UNPAID,
        ("closed", "trade_not_reversible", "closed"),
        ("trade_closed", "reversed", "reversed"),
    ),
    _race(Act.CLOSE, Act.REVERSE, PAID, ("trade_already_paid", "reversed", "reversed"),
          ("trade_closed", "reversed", "reversed")),
    _race(
        Act.CLOSE, Act.EXPIRE, UNPAID,
        ("closed", "swept", "closed"),
        ("trade_closed", "swept", "closed"),
    ),
    _race(Act.CLOSE, Act.FREEZE, UNPAID, ("closed", "frozen", "closed")),
    _race(Act.REVERSE, Act.REVERSE, UNPAID, ("reversed", "reversed", "reversed")),
    _race(Act.REVERSE, Act.REVERSE, PAID, ("reversed", "reversed", "reversed")),
    _race(
        Act.REVERSE, Act.EXPIRE, UNPAID,
        ("reversed", "swept", "reversed"),
        ("trade_not_reversible", "swept", "closed"),
    ),
    _race(Act.REVERSE, Act.EXPIRE, PAID, ("reversed", "swept", "reversed")),
    _race(Act.REVERSE, Act.FREEZE, UNPAID, ("reversed", "frozen", "reversed")),
    _race(
        Act.REVERSE, Act.FREEZE, PAID,
        ("reversed", "frozen", "reversed"),
        ("side_frozen", "frozen", "paid"),
    ),
    _race(Act.EXPIRE, Act.EXPIRE, UNPAID, ("swept", "swept", "closed")),
    _race(Act.EXPIRE, Act.FREEZE, UNPAID, ("swept", "frozen", "closed")),
    _race(Act.FREEZE, Act.FREEZE, UNPAID, ("frozen", "already_frozen", "unpaid")),
)  # fmt: skip
"""All of them. Where a pair can meet on an unpaid and on a paid trade, both stand here."""

assert len({(race.first, race.second) for race in RACES}) == 21, "every pair of six, with itself too"
