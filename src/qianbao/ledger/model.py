"""The ledger in memory: the specification that every engine is tested against. Simple before fast.

One `Model` is one ledger cluster. It takes the same batches and gives the same results; its clock is the
`now_ns` of each call, which never goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from qianbao.ledger import rules
from qianbao.ledger.models import (
    ID_MAX,
    Account,
    AccountBalance,
    AccountFilter,
    AccountFilterFlags,
    AccountFlags,
    AccountView,
    CreateAccountResult,
    CreateTransferResult,
    Problem,
    QueryFilter,
    QueryFilterFlags,
    Transfer,
    TransferFlags,
    Windows,
)
from qianbao.ledger.rules import Pending, PendingState
from qianbao.ledger.statuses import PASSING, CreateAccountStatus, CreateTransferStatus

Row = TypeVar("Row", Account, Transfer)
replace = msgspec.structs.replace


class Model:
    """Accounts, transfers and what can be asked of them. Dictionaries keep the order of time."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.transfers: dict[int, Transfer] = {}
        self.pending: dict[int, Pending] = {}
        self.failed: set[int] = set()
        self.windows: dict[int, Windows] = {}
        self.history: dict[tuple[int, int], AccountBalance] = {}
        self.clock = 0
        self._undo: list[tuple[dict[Any, Any], Any, Any]] | None = None

    # ---- writing ------------------------------------------------------------------------------------

    def create_accounts(self, accounts: Sequence[Account], now_ns: int) -> list[CreateAccountResult]:
        """Make accounts, in order; the result of each."""
        first = self._draw(len(accounts), now_ns)
        statuses: list[CreateAccountStatus] = []
        stamps: list[int] = []
        imports = bool(accounts) and bool(accounts[0].flags & AccountFlags.IMPORTED)
        for chain in _chains(accounts, AccountFlags.LINKED):
            self._undo = []
            broken = False
            for i in chain:
                a, stamp = accounts[i], first + i
                imported = bool(a.flags & AccountFlags.IMPORTED)
                if a.flags & AccountFlags.LINKED and i == len(accounts) - 1:
                    status = CreateAccountStatus.LINKED_EVENT_CHAIN_OPEN
                elif broken:
                    status = CreateAccountStatus.LINKED_EVENT_FAILED
                elif imported != imports:
                    status = CreateAccountStatus.IMPORTED_EVENT_NOT_EXPECTED
                    if imports:
                        status = CreateAccountStatus.IMPORTED_EVENT_EXPECTED
                elif imported and not 0 < a.timestamp < 2**63:
                    status = CreateAccountStatus.IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE
                elif imported and a.timestamp > first + len(accounts) - 2:
                    status = CreateAccountStatus.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE
                elif not imported and a.timestamp:
                    status = CreateAccountStatus.TIMESTAMP_MUST_BE_ZERO
                else:
                    status, stamp = self._create_account(a, stamp)
                statuses.append(status)
                stamps.append(stamp)
                if status != CreateAccountStatus.CREATED and not broken:
                    broken = True
                    self._roll_back()
                    statuses[chain[0] : i] = [CreateAccountStatus.LINKED_EVENT_FAILED] * (i - chain[0])
            self._undo = None
        return [CreateAccountResult(t, s) for t, s in zip(stamps, statuses, strict=True)]

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
        day, year = rules.day_of(first), rules.year_of(first)
        statuses: list[CreateTransferStatus] = []
        stamps: list[int] = []
        imports = bool(transfers) and bool(transfers[0].flags & TransferFlags.IMPORTED)
        for chain in _chains(transfers, TransferFlags.LINKED):
            self._undo = []
            broken = False
            for i in chain:
                t, stamp = transfers[i], first + i
                imported = bool(t.flags & TransferFlags.IMPORTED)
                if t.flags & TransferFlags.LINKED and i == len(transfers) - 1:
                    status = CreateTransferStatus.LINKED_EVENT_CHAIN_OPEN
                elif broken:
                    status = CreateTransferStatus.LINKED_EVENT_FAILED
                elif imported != imports:
                    status = CreateTransferStatus.IMPORTED_EVENT_NOT_EXPECTED
                    if imports:
                        status = CreateTransferStatus.IMPORTED_EVENT_EXPECTED
                elif imported and not 0 < t.timestamp < 2**63:
                    status = CreateTransferStatus.IMPORTED_EVENT_TIMESTAMP_OUT_OF_RANGE
                elif imported and t.timestamp > first + len(transfers) - 2:
                    status = CreateTransferStatus.IMPORTED_EVENT_TIMESTAMP_MUST_NOT_ADVANCE
                elif not imported and t.timestamp:
                    status = CreateTransferStatus.TIMESTAMP_MUST_BE_ZERO
                else:
                    status, stamp = self._create_transfer(t, stamp, day, year)
                statuses.append(status)
                stamps.append(stamp)
                if status != CreateTransferStatus.CREATED and not broken:
                    broken = True
                    self._roll_back()
                    statuses[chain[0] : i] = [CreateTransferStatus.LINKED_EVENT_FAILED] * (i - chain[0])
                if status in PASSING:
                    self.failed.add(t.id)
            self._undo = None
        return [CreateTransferResult(t, s) for t, s in zip(stamps, statuses, strict=True)]

    def _create_transfer(
        self, t: Transfer, now: int, day: int, year: int
    ) -> tuple[CreateTransferStatus, int]:
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
        refused = self._resolve(t, now) if t.flags & rules.POST_OR_VOID else self._move(t, now, day, year)
        if refused is not None:
            return refused, now
        return CreateTransferStatus.CREATED, self.transfers[t.id].timestamp

    def _move(self, t: Transfer, now: int, day: int, year: int) -> CreateTransferStatus | None:
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
            windows = rules.turned_over(self.windows.get(dr.id, Windows()), day, year)
            if (refused := rules.over_window(t.spend, amount, windows)) is not None:
                return refused
            self._put(self.windows, dr.id, rules.spent(t.spend, amount, windows))

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

    # ---- reading ------------------------------------------------------------------------------------

    def lookup_accounts(self, ids: Iterable[int]) -> list[Account]:
        """The accounts found, in the order asked."""
        return [self.accounts[key] for key in ids if key in self.accounts]

    def lookup_transfers(self, ids: Iterable[int]) -> list[Transfer]:
        """The transfers found, in the order asked."""
        return [self.transfers[key] for key in ids if key in self.transfers]

    def get_account_transfers(self, asked: AccountFilter) -> list[Transfer]:
        """An account's transfers by time."""
        if not asked.valid():
            return []
        found = (
            t
            for t in self.transfers.values()
            if (asked.flags & AccountFilterFlags.DEBITS and t.debit_account_id == asked.account_id)
            or (asked.flags & AccountFilterFlags.CREDITS and t.credit_account_id == asked.account_id)
        )
        return _page(found, asked, reversed_=bool(asked.flags & AccountFilterFlags.REVERSED))

    def get_account_balances(self, asked: AccountFilter) -> list[AccountBalance]:
        """The balances after each of those transfers, of an account with the history flag."""
        account = self.accounts.get(asked.account_id)
        if account is None or not account.flags & AccountFlags.HISTORY:
            return []
        return [self.history[account.id, t.timestamp] for t in self.get_account_transfers(asked)]

    def query_accounts(self, asked: QueryFilter) -> list[Account]:
        """Accounts by time of making."""
        if not asked.valid():
            return []
        found = (a for a in self.accounts.values() if asked.ledger in (0, a.ledger))
        return _page(found, asked, reversed_=bool(asked.flags & QueryFilterFlags.REVERSED))

    def query_transfers(self, asked: QueryFilter) -> list[Transfer]:
        """Transfers by time."""
        if not asked.valid():
            return []
        found = (t for t in self.transfers.values() if asked.ledger in (0, t.ledger))
        return _page(found, asked, reversed_=bool(asked.flags & QueryFilterFlags.REVERSED))

    def balance_with_pending(self, account: int) -> AccountView | None:
        """An account, its windows and its pending transfers, oldest first."""
        found = self.accounts.get(account)
        if found is None:
            return None
        pending = tuple(
            p.transfer
            for p in self.pending.values()
            if p.state == PendingState.PENDING
            and account in (p.transfer.debit_account_id, p.transfer.credit_account_id)
        )
        return AccountView(account=found, windows=self.windows.get(account, Windows()), pending=pending)

    def check(self) -> list[Problem]:
        """What is wrong with the books: posted or pending debits and credits of a ledger that differ."""
        problems: list[Problem] = []
        for ledger in {a.ledger for a in self.accounts.values()}:
            of = [a for a in self.accounts.values() if a.ledger == ledger]
            for name, debits, credits in (
                ("posted", sum(a.debits_posted for a in of), sum(a.credits_posted for a in of)),
                ("pending", sum(a.debits_pending for a in of), sum(a.credits_pending for a in of)),
            ):
                if debits != credits:
                    text = f"{name} debits and credits differ"
                    problems.append(
                        Problem(problem=text, ledger=ledger, account=0, expected=debits, found=credits)
                    )
        return problems

    # ---- small parts --------------------------------------------------------------------------------

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


def _chains(events: Sequence[Account] | Sequence[Transfer], linked: int) -> Iterator[range]:
    start = 0
    for i, event in enumerate(events):
        if not event.flags & linked or i == len(events) - 1:
            yield range(start, i + 1)
            start = i + 1


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


def _page(rows: Iterable[Row], asked: AccountFilter | QueryFilter, *, reversed_: bool) -> list[Row]:
    found = [
        row
        for row in rows
        if asked.timestamp_min <= row.timestamp <= (asked.timestamp_max or 2**63 - 1)
        and asked.user_data_128 in (0, row.user_data_128)
        and asked.user_data_64 in (0, row.user_data_64)
        and asked.user_data_32 in (0, row.user_data_32)
        and asked.code in (0, row.code)
    ]
    found.sort(key=lambda row: row.timestamp, reverse=reversed_)
    return found[: asked.limit]
