"""What every ledger engine does: `postgres/` and `tigerbeetle/`, both tested by one conformance table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from qianbao.ledger.models import (
    Account,
    AccountBalance,
    AccountFilter,
    AccountView,
    CreateAccountResult,
    CreateTransferResult,
    Problem,
    QueryFilter,
    Transfer,
    Windows,
)


class Engine(Protocol):
    """Double entry with TigerBeetle's published semantics. Every write is durable when it returns.

    Raises `BatchTooLarge`, `FieldOutOfRange`, and `Unavailable` or `OutcomeUnknown` when the engine is away:
    the same batch may then be sent again, since every id takes effect once.
    """

    async def create_accounts(self, accounts: Sequence[Account]) -> list[CreateAccountResult]:
        """Make accounts, in order; the result of each, in order."""
        ...

    async def create_transfers(self, transfers: Sequence[Transfer]) -> list[CreateTransferResult]:
        """Make transfers, in order; the result of each, in order."""
        ...

    async def lookup_accounts(self, ids: Sequence[int]) -> list[Account]:
        """The accounts found, in the order asked; a missing one is left out."""
        ...

    async def lookup_transfers(self, ids: Sequence[int]) -> list[Transfer]:
        """The transfers found, in the order asked; a missing one is left out."""
        ...

    async def get_account_transfers(self, asked: AccountFilter) -> list[Transfer]:
        """An account's transfers by time. An invalid filter finds nothing."""
        ...

    async def get_account_balances(self, asked: AccountFilter) -> list[AccountBalance]:
        """The balances after each of those transfers, of an account with the history flag."""
        ...

    async def query_accounts(self, asked: QueryFilter) -> list[Account]:
        """Accounts by the time they were made."""
        ...

    async def query_transfers(self, asked: QueryFilter) -> list[Transfer]:
        """Transfers by time."""
        ...

    async def balance_with_pending(self, account: int) -> AccountView | None:
        """An account, its windows and its pending transfers (oldest first) of one moment. None: not there."""
        ...

    async def set_windows(self, account: int, windows: Windows) -> bool:
        """Set the maxima of an account's spend windows; what was used stays. False: no such account.

        Raises `WindowsUnsupported`."""
        ...

    async def set_many_windows(self, asked: Sequence[tuple[int, Windows]]) -> int:
        """The same for many accounts at once; how many of them there are. Each account once.

        Raises `WindowsUnsupported`."""
        ...

    async def expire(self) -> int:
        """Give back what overdue pending transfers hold; how many. The background worker calls this."""
        ...

    async def index(self) -> int:
        """Bring the index of transfers up to date behind the commits; how many were indexed. Never needed for
        right answers, only for fast ones. The background worker calls this, every second or oftener."""
        ...

    async def check(self) -> list[Problem]:
        """What is wrong with the books; nothing when all is right."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
