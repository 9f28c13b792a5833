"""What the house has a bank do: a top-up or a withdrawal. Both run through the same states.

                 ┌──────────────► done
    requested ─► sent ─► unknown ─► failed
                   │        │
                   └► accepted ─► done

The request is durable before the bank hears of it, and nothing ends but by the bank's own decision. Where
no decision came, the bank is asked until there is one (`Rail.resolve`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

import msgspec

from qianbao.channels.bank import Instruction
from qianbao.clock import rfc3339
from qianbao.ids import Id


class Direction(StrEnum):
    """Which way the money goes. Events begin with it: `topup.done`."""

    TOPUP = "topup"
    """From a bank card into a wallet."""
    WITHDRAWAL = "withdrawal"
    """From a wallet, or from a merchant's takings, to a bank account."""


class ErrandState(StrEnum):
    """How far a top-up or a withdrawal has come."""

    REQUESTED = "requested"
    """Durable; the bank has not been asked."""
    SENT = "sent"
    """The bank is being asked."""
    UNKNOWN = "unknown"
    """The bank has not said what it did. It is asked until it does."""
    ACCEPTED = "accepted"
    """The bank has done it, and our account is frozen: the books follow when it is open again."""
    DONE = "done"
    FAILED = "failed"
    """The bank has declined: no money moved, or what was set aside is back."""


NEXT: Final[Mapping[ErrandState, frozenset[ErrandState]]] = {
    ErrandState.REQUESTED: frozenset({ErrandState.SENT, ErrandState.FAILED}),
    ErrandState.SENT: frozenset(
        {ErrandState.UNKNOWN, ErrandState.ACCEPTED, ErrandState.DONE, ErrandState.FAILED}
    ),
    ErrandState.UNKNOWN: frozenset(
        {
            ErrandState.UNKNOWN,  # asked again, and still no decision
            ErrandState.SENT,  # the bank has never seen it: sent again, under the same reference
            ErrandState.ACCEPTED,
            ErrandState.DONE,
            ErrandState.FAILED,
        }
    ),
    ErrandState.ACCEPTED: frozenset({ErrandState.ACCEPTED, ErrandState.DONE}),
    ErrandState.DONE: frozenset(),
    ErrandState.FAILED: frozenset(),
}

OPEN: Final = tuple(state for state, following in NEXT.items() if following)
"""The states in which something is still to come."""


def before(state: ErrandState) -> list[ErrandState]:
    """The states from which `state` can be reached, by the table above."""
    return [one for one, following in NEXT.items() if state in following]


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """One top-up or withdrawal. Its id is its command's; amounts in minor units, times in nanoseconds."""

    id: Id
    direction: Direction
    account: Id
    """The wallet or the merchant: its ledger account."""
    merchant: bool
    """Whether `account` is a merchant's (only a withdrawal's can be)."""
    card: Id
    bank: str
    simulated: bool
    token: str
    amount: int
    currency: str
    state: ErrandState
    attempt: int = 0
    """How often the books have refused to end it (a frozen account): each try is a command of its own."""
    tries: int = 0
    """How often the bank has been asked without a decision."""
    created: int
    valid_until: int
    ended: int | None = None
    bank_reference: str | None = None
    reason: str | None = None
    """Why the bank declined."""

    @property
    def over(self) -> bool:
        """Whether nothing is to come any more."""
        return not NEXT[self.state]

    @property
    def instruction(self) -> Instruction:
        """What the bank is told."""
        return Instruction(
            reference=self.id,
            token=self.token,
            amount=self.amount,
            currency=self.currency,
            valid_until=self.valid_until,
        )

    def facts(self) -> dict[str, Any]:
        """What an event tells."""
        return {
            self.direction.value: str(self.id),
            "merchant" if self.merchant else "wallet": str(self.account),
            "card": str(self.card),
            "bank": self.bank,
            "simulated": self.simulated,
            "amount": self.amount,
            "currency": self.currency,
            "created_at": rfc3339(self.created),
        }
