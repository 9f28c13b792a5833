"""The ledger's data model, field by field TigerBeetle's published one (its docs/reference), with its numbers.

Differences, all of them: amounts and balances are 63-bit (larger ones are refused with
`AMOUNT_MUST_FIT_63_BITS`); `Transfer.spend`, the spend windows and the statuses from 200 up are ours.
Ids and `user_data_128` are unsigned 128-bit integers, timestamps nanoseconds since 1970.
"""

from __future__ import annotations

from enum import IntFlag
from typing import Final

import msgspec

from qianbao.ledger.statuses import CreateAccountStatus, CreateTransferStatus
from qianbao.money import AMOUNT_MAX

ID_MAX: Final = 2**128 - 1
"""No id: reserved, like zero."""
EVERYTHING: Final = 2**128 - 1
"""As the amount of a post: all that is pending; of a balancing transfer: as much as it can be."""
BATCH_MAX: Final = 8189
"""The most events in one batch, and results of one query, that every engine takes (TigerBeetle's)."""


class AccountFlags(IntFlag):
    """What an account may do. CLOSED is set and taken back by closing transfers."""

    NONE = 0
    LINKED = 1 << 0
    DEBITS_MUST_NOT_EXCEED_CREDITS = 1 << 1
    CREDITS_MUST_NOT_EXCEED_DEBITS = 1 << 2
    HISTORY = 1 << 3
    IMPORTED = 1 << 4
    CLOSED = 1 << 5


class TransferFlags(IntFlag):
    """What a transfer does. LINKED: it succeeds or fails with the next one."""

    NONE = 0
    LINKED = 1 << 0
    PENDING = 1 << 1
    POST_PENDING_TRANSFER = 1 << 2
    VOID_PENDING_TRANSFER = 1 << 3
    BALANCING_DEBIT = 1 << 4
    BALANCING_CREDIT = 1 << 5
    CLOSING_DEBIT = 1 << 6
    CLOSING_CREDIT = 1 << 7
    IMPORTED = 1 << 8


class AccountFilterFlags(IntFlag):
    """Which of an account's transfers, and in which order of time (REVERSED: newest first)."""

    NONE = 0
    DEBITS = 1 << 0
    CREDITS = 1 << 1
    REVERSED = 1 << 2


class QueryFilterFlags(IntFlag):
    """In which order of time (REVERSED: newest first)."""

    NONE = 0
    REVERSED = 1 << 0


class Spend(IntFlag):
    """Which spend windows of the debit account a plain or pending transfer counts in (ours). They are checked
    where the money moves, in batch order, together with the balance."""

    NOTHING = 0
    LIMITED = 1
    """The payer's day, year and lifetime totals (KYC class)."""
    STATIC_CODE = 2
    """The day's total paid to printed (static) codes."""
    WITHOUT_PIN = 4
    """The day's total and count of payments without a PIN."""


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An account. To make one: balances and timestamp zero (imported: the timestamp it had)."""

    id: int = 0
    debits_pending: int = 0
    debits_posted: int = 0
    credits_pending: int = 0
    credits_posted: int = 0
    user_data_128: int = 0
    user_data_64: int = 0
    user_data_32: int = 0
    ledger: int = 0
    code: int = 0
    flags: int = 0
    timestamp: int = 0


class Transfer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A transfer of `amount` minor units. `timeout` in seconds. `spend` (ours) is not stored."""

    id: int = 0
    debit_account_id: int = 0
    credit_account_id: int = 0
    amount: int = 0
    pending_id: int = 0
    user_data_128: int = 0
    user_data_64: int = 0
    user_data_32: int = 0
    timeout: int = 0
    ledger: int = 0
    code: int = 0
    flags: int = 0
    timestamp: int = 0
    spend: int = 0

    def amount_63(self) -> int:
        """The amount as this ledger counts: `EVERYTHING` becomes the 63-bit maximum where it has that
        meaning; -1 stands for one that does not fit."""
        if self.amount <= AMOUNT_MAX:
            return self.amount
        everything = self.amount == EVERYTHING and self.flags & _MEANS_EVERYTHING
        return AMOUNT_MAX if everything else -1


_MEANS_EVERYTHING: Final = (
    TransferFlags.POST_PENDING_TRANSFER | TransferFlags.BALANCING_DEBIT | TransferFlags.BALANCING_CREDIT
).value


class AccountBalance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The balances of an account with the history flag, right after the transfer of that timestamp."""

    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    timestamp: int


class AccountFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which transfers of an account. Zero stands for any; times are inclusive."""

    account_id: int
    user_data_128: int = 0
    user_data_64: int = 0
    user_data_32: int = 0
    code: int = 0
    timestamp_min: int = 0
    timestamp_max: int = 0
    limit: int = BATCH_MAX
    flags: int = AccountFilterFlags.DEBITS | AccountFilterFlags.CREDITS

    def valid(self) -> bool:
        """Whether it can match: another one finds nothing, as published."""
        return (
            0 < self.account_id < ID_MAX
            and _range_valid(self.timestamp_min, self.timestamp_max)
            and self.limit > 0
            and bool(self.flags & 3)
            and not self.flags & ~7
        )


class QueryFilter(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Which accounts or transfers of all. Zero stands for any; times are inclusive."""

    user_data_128: int = 0
    user_data_64: int = 0
    user_data_32: int = 0
    ledger: int = 0
    code: int = 0
    timestamp_min: int = 0
    timestamp_max: int = 0
    limit: int = BATCH_MAX
    flags: int = 0

    def valid(self) -> bool:
        """Whether it can match: another one finds nothing, as published."""
        return _range_valid(self.timestamp_min, self.timestamp_max) and self.limit > 0 and not self.flags & ~1


def _range_valid(first: int, last: int) -> bool:
    return 0 <= first < 2**63 and 0 <= last < 2**63 and (last == 0 or first <= last)


class CreateAccountResult(msgspec.Struct, frozen=True, gc=False):
    """What became of the account at this place of the batch."""

    timestamp: int
    status: CreateAccountStatus


class CreateTransferResult(msgspec.Struct, frozen=True, gc=False):
    """What became of the transfer at this place of the batch."""

    timestamp: int
    status: CreateTransferStatus


class Windows(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An account's spend windows. A maximum of None is none. `day` counts from 1970, in UTC+8; used figures
    of an older day or year count as zero."""

    day_max: int | None = None
    year_max: int | None = None
    life_max: int | None = None
    static_max: int | None = None
    pinless_max: int | None = None
    pinless_count_max: int | None = None
    day: int = 0
    year: int = 0
    day_used: int = 0
    year_used: int = 0
    life_used: int = 0
    static_used: int = 0
    pinless_used: int = 0
    pinless_count: int = 0


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account, its windows and its pending transfers, of one moment."""

    account: Account
    windows: Windows
    pending: tuple[Transfer, ...]


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with the books. `account` is 0 where it is about a whole ledger."""

    problem: str
    ledger: int
    account: int
    expected: int
    found: int
