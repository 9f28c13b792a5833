"""The ledger in memory: the specification that every engine is tested against. Simple before fast.

One `Model` is one ledger cluster. It takes the same batches and gives the same results; its clock is the
`now_ns` of each call, which never goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import msgspec

from qianbao.ledger import rules, spend
from qianbao.ledger.books import Books
from qianbao.ledger.models import (
    ID_MAX,
    Account,
    AccountBalance,
    AccountFlags,
    CreateAccountResult,
    CreateTransferResult,
    Transfer,
    TransferFlags,
    Windows,
)
from qianbao.ledger.rules import Pending, PendingState
from qianbao.ledger.statuses import PASSING, CreateAccountStatus, CreateTransferStatus

replace = msgspec.structs.replace
Event = TypeVar("Event", Account, Transfer)
Status = TypeVar("Status", CreateAccountStatus, CreateTransferStatus)
LINKED: Final = int(TransferFlags.LINKED)
"""The same bit for accounts and transfers."""


class Model(Books):
    """Books that take batches. See `Books` for what can be asked."""

    def __init__(self) -> None:
        super().__init__()
        self._undo: list[tuple[dict[Any, Any], Any, Any]] | None = None
        self._today = (0, 0)

    def create_accounts(self, accounts: Sequence[Account], now_ns: int) -> list[CreateAccountResult]:
        """Make accounts, in order; the result of each."""
        first = self._draw(len(accounts), now_ns)
        results = self._in_order(CreateAccountStatus, accounts, first, self._create_account)
        return [CreateAccountResult(stamp, status) for status, stamp in results]

    def _in_order(
        self,
        kind: type[Status],
        events: Sequence[Event],
        first: int,
        create: Callable[[Event, int], tuple[Status, int]],
    ) -> list[tuple[Status, int]]:
        """The status and timestamp of each event. A chain that breaks is taken back, its members say so."""
        results: list[tuple[Status, int]] = []
        last = first + len(events) - 1
        imports = bool(events) and _imported(events[0])
        for chain in _chains(events):
            self._undo = []
            broken = False
            for i in chain:
                event, stamp = events[i], first + i
                if event.flags & LINKED and stamp == last:
                    status = kind.LINKED_EVENT_CHAIN_OPEN
                elif broken:
                    status = kind.LINKED_EVENT_FAILED
                elif _imported(event) and not imports:
                    status = kind.IMPORTED_EVENT_NOT_EXPECTED
                elif imports and not _imported(event):
                    status = kind.IMPORTED_EVENT_EXPECTED
                elif imports and not 0 < event.timestamp < 2**63:
                    status = kind.IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE
                elif imports and event.timestamp >= last:
                    status = kind.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE
                elif not imports and event.timestamp:
                    status = kind.TIMESTAMP_MUST_BE_ZERO
                else:
                    status, stamp = create(event, stamp)
                if status != kind.CREATED and not broken:
                    broken = True
                    self._roll_back()
                    for earlier in range(chain[0], i):
                        results[earlier] = (kind.LINKED_EVENT_FAILED, results[earlier][1])
                results.append((status, stamp))
                if status in PASSING and isinstance(event, Transfer):
                    self.failed.add(event.id)
            self._undo = None
        return results

    def _create_account(self, a: Account, stamp: int) -> tuple[CreateAccountStatus, int]:
        if a.flags & ~63:
            return CreateAccountStatus.RESERVED_FLAG, stamp
        if a.id == 0:
            return CreateAccountStatus.ID_MUST_NOT_BE_ZERO, stamp
        if a.id == ID_MAX:
            return CreateAccountStatus.ID_MUST_NOT_BE_INT_MAX, stamp
        if e := self.accounts.get(a.id):
            status = rules.account_exists(a, e)
            return status, e.timestamp if status == CreateAccountStatus.EXISTS else stamp
        if (malformed := rules.account_malformed(a)) is not None:
            return malformed, stamp
        if a.flags & AccountFlags.IMPORTED:
            if a.timestamp <= _newest(self.accounts) or _made_at(self.transfers, a.timestamp):
                return CreateAccountStatus.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS, stamp
            stamp = a.timestamp
        self._put(self.accounts, a.id, replace(a, timestamp=stamp))
        return CreateAccountStatus.CREATED, stamp

    def create_transfers(self, transfers: Sequence[Transfer], now_ns: int) -> list[CreateTransferResult]:
        """Make transfers, in order; the result of each."""
        first = self._draw(len(transfers), now_ns)
        self._today = spend.day_of(first), spend.year_of(first)
        results = self._in_order(CreateTransferStatus, transfers, first, self._create_transfer)
        return [CreateTransferResult(stamp, status) for status, stamp in results]

    def _create_transfer(self, t: Transfer, now: int) -> tuple[CreateTransferStatus, int]:
        if t.flags & ~rules.KNOWN_FLAGS:
            return CreateTransferStatus.RESERVED_FLAG, now
        if t.id == 0:
            return CreateTransferStatus.ID_MUST_NOT_BE_ZERO, now
        if t.id == ID_MAX:
            return CreateTransferStatus.ID_MUST_NOT_BE_INT_MAX, now
        if e := self.transfers.get(t.id):
            status = rules.transfer_exists(t, e, self.transfers.get(t.pending_id))
            return status, e.timestamp if status == CreateTransferStatus.EXISTS else now
        if t.id in self.failed:
            return CreateTransferStatus.ID_ALREADY_FAILED, now
        refused = self._resolve(t, now) if t.flags & rules.POST_OR_VOID else self._move(t, now)
        if refused is not None:
            return refused, now
        return CreateTransferStatus.CREATED, self.transfers[t.id].timestamp

    def _move(self, t: Transfer, now: int) -> CreateTransferStatus | None:
        if (malformed := rules.transfer_malformed(t)) is not None:
            return malformed
        dr, cr = self.accounts.get(t.debit_account_id), self.accounts.get(t.credit_account_id)
        if dr is None:
            return CreateTransferStatus.DEBIT_ACCOUNT_NOT_FOUND
        if cr is None:
            return CreateTransferStatus.CREDIT_ACCOUNT_NOT_FOUND
        if dr.ledger != cr.ledger:
            return CreateTransferStatus.ACCOUNTS_MUST_HAVE_THE_SAME_LEDGER
        if t.ledger != dr.ledger:
            return CreateTransferStatus.TRANSFER_MUST_HAVE_THE_SAME_LEDGER_AS_ACCOUNTS
        stamp = now
        if t.flags & TransferFlags.IMPORTED:
            stamp = t.timestamp
            if self._regresses(stamp):
                return CreateTransferStatus.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS
            if stamp <= dr.timestamp:
                return CreateTransferStatus.IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_DEBIT_ACCOUNT
            if stamp <= cr.timestamp:
                return CreateTransferStatus.IMPORTED_EVENT_TIMESTAMP_MUST_POSTDATE_CREDIT_ACCOUNT
            if t.timeout:
                return CreateTransferStatus.IMPORTED_EVENT_TIMEOUT_MUST_BE_ZERO
        if dr.flags & AccountFlags.CLOSED:
            return CreateTransferStatus.DEBIT_ACCOUNT_ALREADY_CLOSED
        if cr.flags & AccountFlags.CLOSED:
            return CreateTransferStatus.CREDIT_ACCOUNT_ALREADY_CLOSED
        amount = rules.clamp(t, dr, cr)
        if (refused := rules.does_not_fit(t, amount, dr, cr, stamp)) is not None:
            return refused
        if t.spend:
            windows = spend.turned_over(self.windows.get(dr.id, Windows()), *self._today)
            if (refused := spend.over_window(t.spend, amount, windows)) is not None:
                return refused
            self._put(self.windows, dr.id, spend.spent(t.spend, amount, windows))

        made = replace(t, amount=amount, timestamp=stamp, spend=0)
        pending = bool(t.flags & TransferFlags.PENDING)
        shut_dr = AccountFlags.CLOSED if t.flags & TransferFlags.CLOSING_DEBIT else 0
        shut_cr = AccountFlags.CLOSED if t.flags & TransferFlags.CLOSING_CREDIT else 0
        self._book(
            made,
            pending=amount if pending else 0,
            posted=0 if pending else amount,
            shut=(shut_dr, shut_cr),
            opened=(0, 0),
        )
        if pending:
            self._put(self.pending, t.id, Pending(made, PendingState.PENDING))
        return None

    def _resolve(self, t: Transfer, now: int) -> CreateTransferStatus | None:
        p = self.transfers.get(t.pending_id)
        if (malformed := rules.resolution_malformed(t, p)) is not None:
            return malformed
        assert p is not None
        held = self.pending[p.id]
        amount = rules.resolution_amount(t, p)
        if (refused := rules.resolution_refused(t, held, amount, now)) is not None:
            return refused
        stamp = now
        if t.flags & TransferFlags.IMPORTED:
            stamp = t.timestamp
            if self._regresses(stamp):
                return CreateTransferStatus.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_REGRESS
        void = bool(t.flags & TransferFlags.VOID_PENDING_TRANSFER)
        if self.accounts[p.debit_account_id].flags & AccountFlags.CLOSED and not void:
            return CreateTransferStatus.DEBIT_ACCOUNT_ALREADY_CLOSED
        if self.accounts[p.credit_account_id].flags & AccountFlags.CLOSED and not void:
            return CreateTransferStatus.CREDIT_ACCOUNT_ALREADY_CLOSED
        made = replace(
            t,
            debit_account_id=p.debit_account_id,
            credit_account_id=p.credit_account_id,
            amount=amount,
            user_data_128=t.user_data_128 or p.user_data_128,
            user_data_64=t.user_data_64 or p.user_data_64,
            user_data_32=t.user_data_32 or p.user_data_32,
            ledger=p.ledger,
            code=p.code,
            timestamp=stamp,
            spend=0,
        )
        self._book(
            made,
            pending=-p.amount,
            posted=0 if void else amount,
            shut=(0, 0),
            opened=_opens(p) if void else (0, 0),
        )
        self._put(self.pending, p.id, Pending(p, PendingState.VOIDED if void else PendingState.POSTED))
        return None

    def _book(
        self, t: Transfer, *, pending: int, posted: int, shut: tuple[int, int], opened: tuple[int, int]
    ) -> None:
        """Write a transfer that succeeds: both accounts, their histories, and itself."""
        dr, cr = self.accounts[t.debit_account_id], self.accounts[t.credit_account_id]
        dr = replace(
            dr,
            debits_pending=dr.debits_pending + pending,
            debits_posted=dr.debits_posted + posted,
            flags=(dr.flags | shut[0]) & ~opened[0],
        )
        cr = replace(
            cr,
            credits_pending=cr.credits_pending + pending,
            credits_posted=cr.credits_posted + posted,
            flags=(cr.flags | shut[1]) & ~opened[1],
        )
        for account in (dr, cr):
            self._put(self.accounts, account.id, account)
            if account.flags & AccountFlags.HISTORY:
                self._put(self.history, (account.id, t.timestamp), _balance(account, t.timestamp))
        self._put(self.transfers, t.id, t)

    def expire(self, now_ns: int, limit: int = 2**31 - 1) -> int:
        """Give back what overdue pending transfers hold, the longest overdue first; how many."""
        now = max(self.clock, now_ns)
        due = sorted(
            (at, p.transfer.timestamp, p.transfer.id)
            for p in self.pending.values()
            if p.state == PendingState.PENDING and (at := p.expires_at()) is not None and at <= now
        )[:limit]
        if due:
            self._draw(len(due), now_ns)
        for _, _, key in due:
            p = self.pending[key].transfer
            opened = _opens(p)
            dr, cr = self.accounts[p.debit_account_id], self.accounts[p.credit_account_id]
            self.accounts[dr.id] = replace(
                dr, debits_pending=dr.debits_pending - p.amount, flags=dr.flags & ~opened[0]
            )
            self.accounts[cr.id] = replace(
                cr, credits_pending=cr.credits_pending - p.amount, flags=cr.flags & ~opened[1]
            )
            self.pending[key] = Pending(p, PendingState.EXPIRED)
        return len(due)

    def set_windows(self, account: int, windows: Windows) -> bool:
        """Set the maxima of an account's spend windows; what was used stays. False: no such account."""
        if account not in self.accounts:
            return False
        used = self.windows.get(account, Windows())
        self.windows[account] = replace(
            used,
            day_max=windows.day_max,
            year_max=windows.year_max,
            life_max=windows.life_max,
            static_max=windows.static_max,
            pinless_max=windows.pinless_max,
            pinless_count_max=windows.pinless_count_max,
        )
        return True

    def _draw(self, count: int, now_ns: int) -> int:
        if count == 0:
            return now_ns
        first = max(self.clock + 1, now_ns)
        self.clock = first + count - 1
        return first

    def _put(self, table: dict[Any, Any], key: Any, value: Any) -> None:
        if self._undo is not None:
            self._undo.append((table, key, table.get(key)))
        table[key] = value

    def _roll_back(self) -> None:
        for table, key, before in reversed(self._undo or []):
            if before is None:
                del table[key]
            else:
                table[key] = before
        self._undo = []

    def _regresses(self, stamp: int) -> bool:
        return stamp <= _newest(self.transfers) or _made_at(self.accounts, stamp)


def _chains(events: Sequence[Account | Transfer]) -> Iterator[range]:
    start = 0
    for i, event in enumerate(events):
        if not event.flags & LINKED or i == len(events) - 1:
            yield range(start, i + 1)
            start = i + 1


def _imported(event: Account | Transfer) -> bool:
    bit = TransferFlags.IMPORTED if isinstance(event, Transfer) else AccountFlags.IMPORTED
    return bool(event.flags & bit)


def _newest(table: dict[int, Account] | dict[int, Transfer]) -> int:
    return max((row.timestamp for row in table.values()), default=0)


def _made_at(table: dict[int, Account] | dict[int, Transfer], stamp: int) -> bool:
    return any(row.timestamp == stamp for row in table.values())


def _opens(p: Transfer) -> tuple[int, int]:
    """Which flags voiding or expiring a closing transfer takes from its two accounts."""
    return (
        AccountFlags.CLOSED if p.flags & TransferFlags.CLOSING_DEBIT else 0,
        AccountFlags.CLOSED if p.flags & TransferFlags.CLOSING_CREDIT else 0,
    )


def _balance(a: Account, stamp: int) -> AccountBalance:
    return AccountBalance(
        debits_pending=a.debits_pending,
        debits_posted=a.debits_posted,
        credits_pending=a.credits_pending,
        credits_posted=a.credits_posted,
        timestamp=stamp,
    )
