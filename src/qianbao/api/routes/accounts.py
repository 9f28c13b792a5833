"""`/accounts`: a balance with what is pending on it, of one moment; and what moved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao import ledger
from qianbao.api.deps import CursorText, PageSize, PartsDep, allowed, cursor_made, cursor_read
from qianbao.api.errors import AccountHidden
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.clock import SECOND, rfc3339
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.errors import NotFound
from qianbao.ids import Id, of_int
from qianbao.ledger.models import AccountFilter, AccountFilterFlags, AccountFlags, TransferFlags
from qianbao.money import Currency
from qianbao.parties.chart import AccountCode, TransferCode

router = APIRouter(tags=["accounts"])

SEES_ALL = (Role.OPERATOR, Role.AUDITOR)
Reader = Annotated[
    Caller, allowed(Role.PERSON, Role.SUPERVISOR, Role.OWNER, *SEES_ALL, scope=Scope.TRADES_READ)
]


class TransferView(BaseModel):
    """Money that moved, or is set aside, as the account sees it."""

    id: Id
    kind: str
    """Why: `payment`, `refund`, `topup`, …"""
    amount: int
    """Minor units; negative where it leaves the account."""
    other: Id
    """The account on the other side."""
    about: Id | None
    """The trade, top-up or withdrawal it belongs to."""
    at: str
    pending: bool
    """Set aside, not moved yet."""
    expires_at: str | None = None
    """When what is set aside comes back by itself."""


class AccountView(BaseModel):
    """A wallet's or merchant's account at one moment. Amounts in minor units."""

    id: Id
    kind: str
    currency: str
    balance: int
    """What is there, what is set aside included."""
    available: int
    """What can be spent now."""
    incoming: int
    """Set aside by others for this account."""
    closed: bool
    pending: list[TransferView]
    """What is set aside, oldest first: with the balance in one consistent read."""


class TransferList(BaseModel):
    """A page of what moved, the newest first."""

    items: list[TransferView]
    next_cursor: str | None


@router.get("/accounts/{account_id}", responses=problems(AccountHidden))
async def read_account(account_id: Id, caller: Reader, parts: PartsDep) -> AccountView:
    """A balance and its pending transfers, in one read."""
    await _may_read(caller, parts, account_id)
    found = await parts.ledger.balance_with_pending(account_id.int)
    if found is None:
        raise AccountHidden()
    account = found.account
    balance = account.credits_posted - account.debits_posted
    return AccountView(
        id=account_id,
        kind=AccountCode(account.code).name.lower(),
        currency=next(currency.letters for currency in Currency if currency.number == account.ledger),
        balance=balance,
        available=balance - account.debits_pending,
        incoming=account.credits_pending,
        closed=bool(account.flags & AccountFlags.CLOSED),
        pending=[transfer_view(account_id, one) for one in found.pending],
    )


@router.get("/accounts/{account_id}/transfers", responses=problems(AccountHidden))
async def list_transfers(
    account_id: Id,
    caller: Reader,
    parts: PartsDep,
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> TransferList:
    """What moved on an account, the newest first."""
    await _may_read(caller, parts, account_id)
    place = cursor_read(cursor, tuple[int])
    rows = await parts.ledger.get_account_transfers(
        AccountFilter(
            account_id=account_id.int,
            timestamp_max=max(place[0] - 1, 1) if place else 0,
            limit=limit + 1,
            flags=AccountFilterFlags.DEBITS | AccountFilterFlags.CREDITS | AccountFilterFlags.REVERSED,
        )
    )
    page = rows[:limit]
    return TransferList(
        items=[transfer_view(account_id, one) for one in page],
        next_cursor=cursor_made(page[-1].timestamp) if len(rows) > limit else None,
    )


async def _may_read(caller: Caller, parts: Parts, account: Id) -> None:
    if caller.role in SEES_ALL or caller.merchant == account:
        return
    try:
        if caller.role is Role.PERSON and (await parts.parties.wallet(account)).person == caller.person:
            return
    except NotFound:
        raise AccountHidden() from None
    raise AccountHidden()


def transfer_view(account: Id, one: ledger.Transfer) -> TransferView:
    """A transfer as an account of it sees it."""
    leaves = one.debit_account_id == account.int
    pending = bool(one.flags & TransferFlags.PENDING)
    return TransferView(
        id=of_int(one.id),
        kind=TransferCode(one.code).name.lower(),
        amount=-one.amount if leaves else one.amount,
        other=of_int(one.credit_account_id if leaves else one.debit_account_id),
        about=of_int(one.user_data_128) if one.user_data_128 else None,
        at=rfc3339(one.timestamp),
        pending=pending,
        expires_at=rfc3339(one.timestamp + one.timeout * SECOND) if pending and one.timeout else None,
    )
