"""What a bank is to this house: four calls, each safe to repeat with the same reference.

A bank decides an instruction once; whoever sends it again, or asks, gets the same decision. It takes none
that arrives after `valid_until`: so an instruction that it has not seen by then will never be done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias

from qianbao.errors import Unavailable
from qianbao.ids import Id


class BankDark(Unavailable):
    """The bank does not answer. What it was asked may or may not have been done."""

    code = "bank_dark"


class Reason(StrEnum):
    """Why a bank declines. Stable: shown to people and told in events."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    CARD_UNKNOWN = "card_unknown"
    CARD_CLOSED = "card_closed"
    HOLDER_DIFFERS = "holder_differs"
    LIMIT_EXCEEDED = "limit_exceeded"
    SUSPECTED_FRAUD = "suspected_fraud"
    EXPIRED = "expired"
    """It arrived too late, or never."""
    REFERENCE_REUSED = "reference_reused"
    """The reference stands for another instruction: a fault of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What a bank is asked to do with a card."""

    reference: Id
    """Ours; the bank does nothing twice under one reference."""
    token: str
    """The bank's name for the card."""
    amount: int
    """Minor units."""
    currency: str
    valid_until: int
    """Nanoseconds: the bank takes it no later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The bank has done it."""

    bank_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """The bank has not done it and will not."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Underway:
    """The bank has it and has not decided."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """The bank knows nothing of this reference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A card that the bank knows by its number and holder."""

    token: str
    last4: str


Decision: TypeAlias = Done | Declined
Answer: TypeAlias = Done | Declined | Underway
Heard: TypeAlias = Callable[[Id, Answer], Awaitable[None]]
"""Hears (reference, answer) of a bank that speaks by itself: late, twice, or in place of an answer."""


class Bank(Protocol):
    """One bank. Every call raises `BankDark` or simply does not come back: callers bound their patience."""

    @property
    def name(self) -> str:
        """Its key in this network."""
        ...

    @property
    def title(self) -> str:
        """Its name for people."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether no real money is behind it."""
        ...

    async def link(self, number: str, holder: str) -> Linked | Declined:
        """The card of this number, if it is the holder's."""
        ...

    async def pull(self, instruction: Instruction) -> Answer:
        """Charge the card: its money comes to the house (top-up)."""
        ...

    async def push(self, instruction: Instruction) -> Answer:
        """Pay out to the card's account (withdrawal)."""
        ...

    async def query(self, reference: Id) -> Answer | Unseen:
        """What has become of an instruction."""
        ...

    def listen(self, heard: Heard) -> None:
        """Let the bank speak by itself to `heard`."""
        ...
