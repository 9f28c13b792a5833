"""What a look at the books found. Amounts are minor units."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from qianbao.ids import Id


class Kind(StrEnum):
    """How much is looked at."""

    ZERO_SUM = "zero_sum"
    """The sum over all accounts of each currency, and what the platform holds against what it owes."""
    WHOLE = "whole"
    """Every balance against its transfers, every trade against transfers, refunds and events."""


class State(StrEnum):
    """How far a piece of work that was asked for is."""

    ASKED = "asked"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """One currency: debits and credits over all its accounts. They are equal, or something is broken."""

    currency: str
    debits: int
    credits: int
    pending_debits: int
    pending_credits: int
    held: int
    """What the platform has: at banks, and put in by the house."""
    owed: int
    """What wallets and merchants have with it."""

    @property
    def zero(self) -> bool:
        """Whether debits and credits are equal, posted and pending."""
        return self.debits == self.credits and self.pending_debits == self.pending_credits


class OwnAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One of the platform's own accounts, or all of one code together."""

    id: Id | None
    """None: all accounts of this code together."""
    code: str
    name: str
    """What the house calls it (`fee`, `bank:icbc`); empty for all of a code together."""
    currency: str
    accounts: int
    balance: int
    """Credits less debits: positive is owed or earned, negative is held."""
    pending: int
    """Credits less debits that are set aside."""


class Break(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is off."""

    kind: str
    subject: str
    detail: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was found."""

    sums: tuple[Sum, ...] = ()
    accounts: tuple[OwnAccount, ...] = ()
    breaks: tuple[Break, ...] = ()
    failure: str | None = None


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A look at the books. Moments in nanoseconds."""

    id: Id
    kind: Kind
    state: State
    asked_at: int
    asked_by: str
    done_at: int | None
    took_ms: int | None
    sound: bool | None
    told: Told
