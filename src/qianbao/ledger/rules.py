"""The order of refusals, as pure functions: what a transfer would become, given what is known.

The order is that of TigerBeetle's `src/state_machine.zig` (create_transfer, post_or_void_pending_transfer,
create_transfer_exists). Balances of the model are unbounded here and checked against 63 bits.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import msgspec

from qianbao.clock import SECOND
from qianbao.ledger.models import ID_MAX, Account, AccountFlags, Transfer, TransferFlags
from qianbao.ledger.statuses import CreateAccountStatus, CreateTransferStatus
from qianbao.money import AMOUNT_MAX

S = CreateTransferStatus
F = TransferFlags
POST_OR_VOID: Final = F.POST_PENDING_TRANSFER | F.VOID_PENDING_TRANSFER
BALANCING: Final = F.BALANCING_DEBIT | F.BALANCING_CREDIT
CLOSING: Final = F.CLOSING_DEBIT | F.CLOSING_CREDIT
KNOWN_FLAGS: Final = (1 << 9) - 1


class PendingState(IntEnum):
    """What became of a pending transfer."""

    PENDING = 1
    POSTED = 2
    VOIDED = 3
    EXPIRED = 4


class Pending(msgspec.Struct, frozen=True):
    """A pending transfer and its state."""

    transfer: Transfer
    state: PendingState

    def expires_at(self) -> int | None:
        """The nanosecond from which it is expired; None: never."""
        if not self.transfer.timeout:
            return None
        return self.transfer.timestamp + self.transfer.timeout * SECOND


def account_exists(a: Account, e: Account) -> CreateAccountStatus:
    """What making `a` becomes where `e` stands under its id."""
    for differs, status in (
        (a.flags != e.flags, CreateAccountStatus.EXISTS_WITH_DIFFERENT_FLAGS),
        (a.user_data_128 != e.user_data_128, CreateAccountStatus.EXISTS_WITH_DIFFERENT_USER_DATA_128),
        (a.user_data_64 != e.user_data_64, CreateAccountStatus.EXISTS_WITH_DIFFERENT_USER_DATA_64),
        (a.user_data_32 != e.user_data_32, CreateAccountStatus.EXISTS_WITH_DIFFERENT_USER_DATA_32),
        (a.ledger != e.ledger, CreateAccountStatus.EXISTS_WITH_DIFFERENT_LEDGER),
        (a.code != e.code, CreateAccountStatus.EXISTS_WITH_DIFFERENT_CODE),
    ):
        if differs:
            return status
    return CreateAccountStatus.EXISTS


def account_malformed(a: Account) -> CreateAccountStatus | None:
    """Why a new account may not be made, from its fields alone."""
    limits = AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS | AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS
    for wrong, status in (
        (a.flags & limits == limits, CreateAccountStatus.FLAGS_ARE_MUTUALLY_EXCLUSIVE),
        (a.debits_pending != 0, CreateAccountStatus.DEBITS_PENDING_MUST_BE_ZERO),
        (a.debits_posted != 0, CreateAccountStatus.DEBITS_POSTED_MUST_BE_ZERO),
        (a.credits_pending != 0, CreateAccountStatus.CREDITS_PENDING_MUST_BE_ZERO),
        (a.credits_posted != 0, CreateAccountStatus.CREDITS_POSTED_MUST_BE_ZERO),
        (a.ledger == 0, CreateAccountStatus.LEDGER_MUST_NOT_BE_ZERO),
        (a.code == 0, CreateAccountStatus.CODE_MUST_NOT_BE_ZERO),
    ):
        if wrong:
            return status
    return None


def transfer_exists(t: Transfer, e: Transfer, p: Transfer | None) -> CreateTransferStatus:
    """What `t` becomes where `e` stands under its id; `p` is the pending transfer that both name."""
    if t.flags != e.flags:
        return S.EXISTS_WITH_DIFFERENT_FLAGS
    if t.pending_id != e.pending_id:
        return S.EXISTS_WITH_DIFFERENT_PENDING_ID
    if t.timeout != e.timeout:
        return S.EXISTS_WITH_DIFFERENT_TIMEOUT
    resolves, amount = bool(t.flags & POST_OR_VOID), t.amount_63()
    if resolves:
        assert p is not None
        # Zero means "as the pending one has it" here.
        expected_amount = p.amount if _is_all(t, amount) else amount
        data = (
            t.user_data_128 or p.user_data_128,
            t.user_data_64 or p.user_data_64,
            t.user_data_32 or p.user_data_32,
        )
    else:
        expected_amount = amount
        data = (t.user_data_128, t.user_data_64, t.user_data_32)
    # A balancing transfer asked for more than it got, as a rule.
    amount_differs = 0 <= amount < e.amount if t.flags & BALANCING else expected_amount != e.amount

    def differs(asked: int, stands: int) -> bool:
        return asked != stands and not (resolves and asked == 0)

    for wrong, status in (
        (differs(t.debit_account_id, e.debit_account_id), S.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID),
        (differs(t.credit_account_id, e.credit_account_id), S.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID),
        (amount_differs, S.EXISTS_WITH_DIFFERENT_AMOUNT),
        (data[0] != e.user_data_128, S.EXISTS_WITH_DIFFERENT_USER_DATA_128),
        (data[1] != e.user_data_64, S.EXISTS_WITH_DIFFERENT_USER_DATA_64),
        (data[2] != e.user_data_32, S.EXISTS_WITH_DIFFERENT_USER_DATA_32),
        (differs(t.ledger, e.ledger), S.EXISTS_WITH_DIFFERENT_LEDGER),
        (differs(t.code, e.code), S.EXISTS_WITH_DIFFERENT_CODE),
    ):
        if wrong:
            return status
    return S.EXISTS


def _is_all(t: Transfer, amount: int) -> bool:
    return amount == (0 if t.flags & F.VOID_PENDING_TRANSFER else AMOUNT_MAX)


def resolution_malformed(t: Transfer, p: Transfer | None) -> CreateTransferStatus | None:
    """Why a post or void is refused before its pending transfer's state is looked at."""
    if t.flags & POST_OR_VOID == POST_OR_VOID or t.flags & (F.PENDING | BALANCING | CLOSING):
        return S.FLAGS_ARE_MUTUALLY_EXCLUSIVE
    if t.pending_id == 0:
        return S.PENDING_ID_MUST_NOT_BE_ZERO
    if t.pending_id == ID_MAX:
        return S.PENDING_ID_MUST_NOT_BE_INT_MAX
    if t.pending_id == t.id:
        return S.PENDING_ID_MUST_BE_DIFFERENT
    if t.timeout:
        return S.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER
    if p is None:
        return S.PENDING_TRANSFER_NOT_FOUND
    if not p.flags & F.PENDING:
        return S.PENDING_TRANSFER_NOT_PENDING
    if t.debit_account_id not in (0, p.debit_account_id):
        return S.PENDING_TRANSFER_HAS_DIFFERENT_DEBIT_ACCOUNT_ID
    if t.credit_account_id not in (0, p.credit_account_id):
        return S.PENDING_TRANSFER_HAS_DIFFERENT_CREDIT_ACCOUNT_ID
    if t.ledger not in (0, p.ledger):
        return S.PENDING_TRANSFER_HAS_DIFFERENT_LEDGER
    if t.code not in (0, p.code):
        return S.PENDING_TRANSFER_HAS_DIFFERENT_CODE
    return None


def resolution_refused(t: Transfer, pending: Pending, amount: int, now: int) -> CreateTransferStatus | None:
    """Why a well-formed post or void of `amount` is refused at `now`."""
    p = pending.transfer
    if amount < 0:
        return S.AMOUNT_MUST_FIT_63_BITS
    if amount > p.amount:
        return S.EXCEEDS_PENDING_TRANSFER_AMOUNT
    if t.flags & F.VOID_PENDING_TRANSFER and amount < p.amount:
        return S.PENDING_TRANSFER_HAS_DIFFERENT_AMOUNT
    match pending.state:
        case PendingState.POSTED:
            return S.PENDING_TRANSFER_ALREADY_POSTED
        case PendingState.VOIDED:
            return S.PENDING_TRANSFER_ALREADY_VOIDED
        case PendingState.EXPIRED:
            return S.PENDING_TRANSFER_EXPIRED
        case PendingState.PENDING:
            expires_at = pending.expires_at()
            return S.PENDING_TRANSFER_EXPIRED if expires_at is not None and expires_at <= now else None


def resolution_amount(t: Transfer, p: Transfer) -> int:
    """What a post or void moves: all that is pending, or the amount it names."""
    amount = t.amount_63()
    return p.amount if _is_all(t, amount) else amount


def transfer_malformed(t: Transfer) -> CreateTransferStatus | None:
    """Why a plain or pending transfer may not be made, from its fields alone."""
    pending = bool(t.flags & F.PENDING)
    for wrong, status in (
        (t.debit_account_id == 0, S.DEBIT_ACCOUNT_ID_MUST_NOT_BE_ZERO),
        (t.debit_account_id == ID_MAX, S.DEBIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX),
        (t.credit_account_id == 0, S.CREDIT_ACCOUNT_ID_MUST_NOT_BE_ZERO),
        (t.credit_account_id == ID_MAX, S.CREDIT_ACCOUNT_ID_MUST_NOT_BE_INT_MAX),
        (t.credit_account_id == t.debit_account_id, S.ACCOUNTS_MUST_BE_DIFFERENT),
        (t.pending_id != 0, S.PENDING_ID_MUST_BE_ZERO),
        (not pending and t.timeout != 0, S.TIMEOUT_RESERVED_FOR_PENDING_TRANSFER),
        (not pending and bool(t.flags & CLOSING), S.CLOSING_TRANSFER_MUST_BE_PENDING),
        (t.ledger == 0, S.LEDGER_MUST_NOT_BE_ZERO),
        (t.code == 0, S.CODE_MUST_NOT_BE_ZERO),
        (t.amount_63() < 0, S.AMOUNT_MUST_FIT_63_BITS),
    ):
        if wrong:
            return status
    return None


def clamp(t: Transfer, dr: Account, cr: Account) -> int:
    """The amount that moves: balancing transfers take no more than balances the account."""
    amount = t.amount_63()
    if t.flags & F.BALANCING_DEBIT:
        amount = min(amount, max(0, dr.credits_posted - dr.debits_posted - dr.debits_pending))
    if t.flags & F.BALANCING_CREDIT:
        amount = min(amount, max(0, cr.debits_posted - cr.credits_posted - cr.credits_pending))
    return amount


def does_not_fit(
    t: Transfer, amount: int, dr: Account, cr: Account, timestamp: int
) -> CreateTransferStatus | None:
    """Why `amount` cannot move from `dr` to `cr`: sums over 63 bits, then the accounts' limits."""
    pending = bool(t.flags & F.PENDING)
    for wrong, status in (
        (pending and amount + dr.debits_pending > AMOUNT_MAX, S.OVERFLOWS_DEBITS_PENDING),
        (pending and amount + cr.credits_pending > AMOUNT_MAX, S.OVERFLOWS_CREDITS_PENDING),
        (amount + dr.debits_posted > AMOUNT_MAX, S.OVERFLOWS_DEBITS_POSTED),
        (amount + cr.credits_posted > AMOUNT_MAX, S.OVERFLOWS_CREDITS_POSTED),
        (amount + dr.debits_pending + dr.debits_posted > AMOUNT_MAX, S.OVERFLOWS_DEBITS),
        (amount + cr.credits_pending + cr.credits_posted > AMOUNT_MAX, S.OVERFLOWS_CREDITS),
        (timestamp + t.timeout * SECOND > AMOUNT_MAX, S.OVERFLOWS_TIMEOUT),
        (
            bool(dr.flags & AccountFlags.DEBITS_MUST_NOT_EXCEED_CREDITS)
            and dr.debits_pending + dr.debits_posted + amount > dr.credits_posted,
            S.EXCEEDS_CREDITS,
        ),
        (
            bool(cr.flags & AccountFlags.CREDITS_MUST_NOT_EXCEED_DEBITS)
            and cr.credits_pending + cr.credits_posted + amount > cr.debits_posted,
            S.EXCEEDS_DEBITS,
        ),
    ):
        if wrong:
            return status
    return None
