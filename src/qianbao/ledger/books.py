"""What a ledger holds in memory, and what can be asked of it: the reading half of the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from qianbao.ledger.models import (
    Account,
    AccountBalance,
    AccountFilter,
    AccountFilterFlags,
    AccountFlags,
    AccountView,
    Problem,
    QueryFilter,
    QueryFilterFlags,
    Transfer,
    Windows,
)
from qianbao.ledger.rules import Pending, PendingState

Row = TypeVar("Row", Account, Transfer)


class Books:
    """Accounts, transfers and what can be asked of them. Dictionaries keep the order of time."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.transfers: dict[int, Transfer] = {}
        self.pending: dict[int, Pending] = {}
        self.failed: set[int] = set()
        self.windows: dict[int, Windows] = {}
        self.history: dict[tuple[int, int], AccountBalance] = {}
        self.clock = 0

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
