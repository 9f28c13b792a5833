"""The TigerBeetle engine: our records to the official client's and back. The cluster keeps time and expires
pending transfers by itself; it has no spend windows (a limit is an account there)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from typing import Any, Final, TypeVar

import msgspec
import tigerbeetle as tb

from qianbao.clock import SECOND
from qianbao.errors import OutcomeUnknown
from qianbao.ledger.errors import BatchTooLarge, FieldOutOfRange, WindowsUnsupported
from qianbao.ledger.models import (
    BATCH_MAX,
    EVERYTHING,
    Account,
    AccountBalance,
    AccountFilter,
    AccountView,
    CreateAccountResult,
    CreateTransferResult,
    Problem,
    QueryFilter,
    Transfer,
    TransferFlags,
    Windows,
)
from qianbao.ledger.statuses import CreateAccountStatus, CreateTransferStatus
from qianbao.money import AMOUNT_MAX

ANSWER_TIMEOUT_S: Final = 60
"""The client itself tries for ever; after this long the outcome is called unknown."""
READS_MAX: Final = 20
"""How often a balance is read again when it moved while its pending transfers were read."""
_RESOLVES: Final = TransferFlags.POST_PENDING_TRANSFER | TransferFlags.VOID_PENDING_TRANSFER
Answer = TypeVar("Answer")
Ours = TypeVar("Ours", Account, Transfer, AccountBalance)


class TigerBeetleEngine:
    """See `Engine`. `addresses` as the client takes them: host:port, several with commas."""

    def __init__(self, addresses: str, *, cluster: int = 0) -> None:
        self._client = tb.ClientAsync(cluster_id=cluster, replica_addresses=addresses)

    async def create_accounts(self, accounts: Sequence[Account]) -> list[CreateAccountResult]:
        """Make accounts, in order; the result of each, in order."""
        sent = [_theirs(tb.Account, a) for a in _fitting(accounts)]
        found = await _answer(self._client.create_accounts(sent)) if sent else []
        return [CreateAccountResult(r.timestamp, CreateAccountStatus(r.status)) for r in found]

    async def create_transfers(self, transfers: Sequence[Transfer]) -> list[CreateTransferResult]:
        """Make transfers, in order; the result of each, in order. `spend` is not looked at."""
        refused = [i for i, t in enumerate(transfers) if t.amount_63() < 0]
        if refused:
            raise FieldOutOfRange(
                f"Transfer {refused[0]} of the batch has an amount over 63 bits.",
                field="amount",
                expected="63 bits",
            )
        sent = [_theirs(tb.Transfer, _everything(t)) for t in _fitting(transfers)]
        found = await _answer(self._client.create_transfers(sent)) if sent else []
        return [CreateTransferResult(r.timestamp, CreateTransferStatus(r.status)) for r in found]

    async def lookup_accounts(self, ids: Sequence[int]) -> list[Account]:
        """The accounts found, in the order asked; a missing one is left out."""
        return [_ours(Account, a) for a in await _answer(self._client.lookup_accounts(list(ids)))]

    async def lookup_transfers(self, ids: Sequence[int]) -> list[Transfer]:
        """The transfers found, in the order asked; a missing one is left out."""
        return [_ours(Transfer, t) for t in await _answer(self._client.lookup_transfers(list(ids)))]

    async def get_account_transfers(self, asked: AccountFilter) -> list[Transfer]:
        """An account's transfers by time. An invalid filter finds nothing."""
        found = await _answer(self._client.get_account_transfers(_theirs(tb.AccountFilter, asked)))
        return [_ours(Transfer, t) for t in found]

    async def get_account_balances(self, asked: AccountFilter) -> list[AccountBalance]:
        """The balances after each of those transfers, of an account with the history flag."""
        found = await _answer(self._client.get_account_balances(_theirs(tb.AccountFilter, asked)))
        return [_ours(AccountBalance, b) for b in found]

    async def query_accounts(self, asked: QueryFilter) -> list[Account]:
        """Accounts by the time they were made."""
        found = await _answer(self._client.query_accounts(_theirs(tb.QueryFilter, asked)))
        return [_ours(Account, a) for a in found]

    async def query_transfers(self, asked: QueryFilter) -> list[Transfer]:
        """Transfers by time."""
        found = await _answer(self._client.query_transfers(_theirs(tb.QueryFilter, asked)))
        return [_ours(Transfer, t) for t in found]

    async def balance_with_pending(self, account: int) -> AccountView | None:
        """An account and its pending transfers (oldest first) of one moment; None: no account.

        The cluster has no such read, so the account is read before and after its transfers, until nothing
        moved and what is pending adds up to its balance. Raises `OutcomeUnknown` when it never stands still.
        """
        for _ in range(READS_MAX):
            before = await self.lookup_accounts([account])
            if not before:
                return None
            open_: dict[int, Transfer] = {}
            newest = 0
            async for t in self._all_transfers(account):
                newest = t.timestamp
                if t.flags & TransferFlags.PENDING:
                    open_[t.id] = t
                elif t.flags & _RESOLVES:
                    open_.pop(t.pending_id, None)
            pending = [
                t for t in open_.values() if not t.timeout or t.timestamp + t.timeout * SECOND > newest
            ]
            held = (
                sum(t.amount for t in pending if t.debit_account_id == account),
                sum(t.amount for t in pending if t.credit_account_id == account),
            )
            if await self.lookup_accounts([account]) == before and held == (
                before[0].debits_pending,
                before[0].credits_pending,
            ):
                return AccountView(account=before[0], windows=Windows(), pending=tuple(pending))
            await asyncio.sleep(0.05)
        raise OutcomeUnknown("The account moved whenever it was read.")

    async def _all_transfers(self, account: int) -> AsyncIterator[Transfer]:
        first = 0
        while page := await self.get_account_transfers(
            AccountFilter(account_id=account, timestamp_min=first)
        ):
            for t in page:
                yield t
            first = page[-1].timestamp + 1

    async def set_windows(self, account: int, windows: Windows) -> bool:  # noqa: ARG002 - the protocol's
        """Raises `WindowsUnsupported`: a limit is an account here."""
        raise WindowsUnsupported(f"Account {account}: a TigerBeetle cluster keeps limits as accounts.")

    async def set_many_windows(self, asked: Sequence[tuple[int, Windows]]) -> int:
        """Raises `WindowsUnsupported`."""
        raise WindowsUnsupported(f"{len(asked)} accounts: a TigerBeetle cluster keeps limits as accounts.")

    async def expire(self) -> int:
        """Nothing to do: the cluster expires pending transfers by itself."""
        return 0

    async def index(self) -> int:
        """Nothing to do: the cluster indexes by itself."""
        return 0

    async def check(self) -> list[Problem]:
        """Ledgers whose debits and credits differ; nothing when all is right."""
        sums: dict[int, list[int]] = {}
        first = 0
        while page := await self.query_accounts(QueryFilter(timestamp_min=first)):
            for a in page:
                of = sums.setdefault(a.ledger, [0, 0, 0, 0])
                figures = (a.debits_posted, a.credits_posted, a.debits_pending, a.credits_pending)
                for place, figure in enumerate(figures):
                    of[place] += figure
            first = page[-1].timestamp + 1
        return [
            Problem(
                problem=f"{name} debits and credits differ", ledger=ledger, account=0, expected=dr, found=cr
            )
            for ledger, (posted_dr, posted_cr, pending_dr, pending_cr) in sums.items()
            for name, dr, cr in (("posted", posted_dr, posted_cr), ("pending", pending_dr, pending_cr))
            if dr != cr
        ]

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.close()


async def _answer(asked: Coroutine[Any, Any, Answer]) -> Answer:
    try:
        return await asyncio.wait_for(asked, ANSWER_TIMEOUT_S)
    except TimeoutError as late:
        raise OutcomeUnknown("The cluster did not answer in time.") from late
    except ValueError as error:
        raise FieldOutOfRange(str(error)) from error
    except tb.TooMuchDataError as error:
        raise BatchTooLarge(str(error)) from error


def _fitting(batch: Sequence[Any]) -> Sequence[Any]:
    if len(batch) > BATCH_MAX:
        raise BatchTooLarge(
            f"{len(batch)} events in one batch.", field="batch", expected=f"at most {BATCH_MAX}"
        )
    return batch


def _everything(t: Transfer) -> Transfer:
    # Our 63-bit maximum means "all of it" where TigerBeetle's 128-bit one does.
    if t.amount == AMOUNT_MAX and msgspec.structs.replace(t, amount=EVERYTHING).amount_63() == AMOUNT_MAX:
        return msgspec.structs.replace(t, amount=EVERYTHING)
    return t


def _theirs(kind: type[Answer], ours: msgspec.Struct) -> Answer:
    fields = {name: getattr(ours, name) for name in ours.__struct_fields__ if name != "spend"}
    return kind(**fields)


def _ours(kind: type[Ours], theirs: object) -> Ours:
    fields = {name: getattr(theirs, name) for name in kind.__struct_fields__ if name != "spend"}
    return kind(**{name: int(number) for name, number in fields.items()})
