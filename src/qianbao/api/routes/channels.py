"""`/topups`, `/withdrawals`: money from banks and to them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import (
    REPLAYED,
    Amount,
    CurrencyCode,
    CursorText,
    IdempotencyKey,
    PageSize,
    PartsDep,
    allowed,
    command,
    cursor_made,
    cursor_read,
)
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.channels import errors, service
from qianbao.channels.errand.models import Direction, Errand, ErrandState
from qianbao.clock import moment
from qianbao.credentials import errors as credential_errors
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.errors import OutcomeUnknown
from qianbao.events.models import CursorMalformed
from qianbao.ids import Id
from qianbao.journal import CommandReused, Receipt
from qianbao.journal.errors import AccountClosed, NotEnough
from qianbao.money import AMOUNT_MAX, UnknownCurrency
from qianbao.parties.errors import WalletUnknown
from qianbao.payments.trade.errors import PinRequired

router = APIRouter(tags=["banks"])

Holder = Annotated[Caller, allowed(Role.PERSON, Role.OWNER, scope=Scope.WITHDRAWALS_WRITE)]
Seer = Annotated[
    Caller, allowed(Role.PERSON, Role.OWNER, Role.OPERATOR, Role.AUDITOR, scope=Scope.WITHDRAWALS_WRITE)
]
Pin = Annotated[str, Field(pattern="^[0-9]{6}$")]


class TopupRequest(BaseModel):
    """Money from one of the caller's cards into one of their wallets."""

    wallet: UUID
    card: UUID
    amount: Amount
    currency: CurrencyCode = "CNY"


class WithdrawalRequest(BaseModel):
    """Money from the caller's wallet, or their merchant's takings, to a linked account."""

    account: UUID
    """The wallet or the merchant."""
    card: UUID
    amount: Amount
    currency: CurrencyCode = "CNY"
    pin: Pin | None = None
    """The payment PIN: a person's withdrawal needs it."""


class ErrandView(BaseModel):
    """A top-up or a withdrawal, as it stands."""

    id: UUID
    account: UUID
    """The wallet or the merchant."""
    card: UUID
    bank: str
    simulated: bool
    amount: int
    currency: str
    state: ErrandState
    reason: str | None
    """Why the bank declined."""
    bank_reference: str | None
    created_at: datetime
    ended_at: datetime | None


class ErrandList(BaseModel):
    """Top-ups or withdrawals, newest first."""

    items: list[ErrandView]
    next_cursor: str | None


COMMAND = (
    CommandReused,
    UnknownCurrency,
    WalletUnknown,
    errors.CardUnknown,
    errors.CardNotLinked,
    errors.AmountOutOfBounds,
    errors.BankDeclined,
    OutcomeUnknown,
)


@router.post("/topups", status_code=201, responses=problems(*COMMAND))
async def create_topup(
    body: TopupRequest,
    key: IdempotencyKey,
    caller: Annotated[Caller, allowed(Role.PERSON)],
    parts: PartsDep,
    response: Response,
) -> ErrandView:
    """Top a wallet up from a card. While the bank has not said what it did the answer is `outcome_unknown`
    with the address to ask; it is settled with the bank without further requests."""
    asked = command(caller, key)
    errand, receipt = await service.topup(
        caller,
        rail=parts.channels.rail,
        parties=parts.parties,
        command=asked,
        wallet=body.wallet,
        card=body.card,
        amount=body.amount,
        currency=body.currency,
    )
    return _answer(errand, receipt, response, f"/api/v1/topups/{asked}")


@router.get("/topups", responses=problems(WalletUnknown, CursorMalformed))
async def list_topups(
    wallet: UUID, caller: Seer, parts: PartsDep, cursor: CursorText = None, limit: PageSize = 20
) -> ErrandList:
    """A wallet's top-ups, newest first."""
    return await _list(caller, parts, Direction.TOPUP, wallet, cursor, limit)


@router.get("/topups/{topup_id}", responses=problems(errors.TopupUnknown))
async def get_topup(topup_id: UUID, caller: Seer, parts: PartsDep) -> ErrandView:
    """A top-up, as it stands."""
    return await _one(caller, parts, Direction.TOPUP, topup_id)


@router.post(
    "/withdrawals",
    status_code=201,
    responses=problems(
        *COMMAND,
        NotEnough,
        AccountClosed,
        PinRequired,
        credential_errors.PinWrong,
        credential_errors.PinLocked,
    ),
)
async def create_withdrawal(
    body: WithdrawalRequest, key: IdempotencyKey, caller: Holder, parts: PartsDep, response: Response
) -> ErrandView:
    """Pay out to a linked bank account. The money is set aside at once; it leaves when the bank has paid, and
    comes back if the bank declines."""
    if caller.role is Role.PERSON:
        assert caller.person is not None
        if body.pin is None:
            raise PinRequired("A withdrawal needs the payment PIN.", field="pin")
        await parts.credentials.pins.verify(caller.person, body.pin)
    asked = command(caller, key)
    errand, receipt = await service.withdraw(
        caller,
        rail=parts.channels.rail,
        parties=parts.parties,
        command=asked,
        account=body.account,
        card=body.card,
        amount=body.amount,
        currency=body.currency,
    )
    return _answer(errand, receipt, response, f"/api/v1/withdrawals/{asked}")


@router.get("/withdrawals", responses=problems(WalletUnknown, CursorMalformed))
async def list_withdrawals(
    account: UUID, caller: Seer, parts: PartsDep, cursor: CursorText = None, limit: PageSize = 20
) -> ErrandList:
    """A wallet's or a merchant's withdrawals, newest first."""
    return await _list(caller, parts, Direction.WITHDRAWAL, account, cursor, limit)


@router.get("/withdrawals/{withdrawal_id}", responses=problems(errors.WithdrawalUnknown))
async def get_withdrawal(withdrawal_id: UUID, caller: Seer, parts: PartsDep) -> ErrandView:
    """A withdrawal, as it stands."""
    return await _one(caller, parts, Direction.WITHDRAWAL, withdrawal_id)


def _answer(errand: Errand, receipt: Receipt, response: Response, ask: str) -> ErrandView:
    if receipt.replayed:
        response.headers[REPLAYED] = "true"
    return _errand(service.outcome(errand, ask=ask))


async def _one(caller: Caller, parts: Parts, direction: Direction, errand: Id) -> ErrandView:
    return _errand(await service.one(caller, parts.channels.rail, parts.parties, direction, errand))


async def _list(
    caller: Caller, parts: Parts, direction: Direction, account: Id, cursor: str | None, limit: int
) -> ErrandList:
    await service.may_see(caller, parts.parties, account)
    created, last = cursor_read(cursor, tuple[int, Id]) or (AMOUNT_MAX, account)
    found = await parts.channels.rail.of_account(
        direction, account, before_created=created, before_id=last, limit=limit
    )
    return ErrandList(
        items=[_errand(one) for one in found],
        next_cursor=cursor_made(found[-1].created, str(found[-1].id)) if len(found) == limit else None,
    )


def _errand(errand: Errand) -> ErrandView:
    return ErrandView(
        id=errand.id,
        account=errand.account,
        card=errand.card,
        bank=errand.bank,
        simulated=errand.simulated,
        amount=errand.amount,
        currency=errand.currency,
        state=errand.state,
        reason=errand.reason,
        bank_reference=errand.bank_reference,
        created_at=moment(errand.created),
        ended_at=None if errand.ended is None else moment(errand.ended),
    )
