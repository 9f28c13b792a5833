"""`/personal-payments`: pay another person, ask for one back, give back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import (
    Amount,
    CursorText,
    IdempotencyKey,
    PageSize,
    PartsDep,
    allowed,
    answered,
    command,
    cursor_made,
    cursor_read,
)
from qianbao.api.fields import Body, Pin, Reason
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.routes.contacts import Note
from qianbao.api.routes.wallets import PayeeView
from qianbao.credentials import errors as credential_errors
from qianbao.credentials.models import Caller, Role
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.journal.errors import DayLimitExceeded, NotEnough
from qianbao.parties.errors import PayeeUnknown, WalletUnknown
from qianbao.payments.trade.errors import AmountOutOfRange, PayerFrozen, PinRequired
from qianbao.payments.trade.store import NEWEST
from qianbao.social.errors import PayeeFrozen, PaysOwnWallet, SocialBusy
from qianbao.social.payment import models, service
from qianbao.social.payment.errors import PersonalPaymentUnknown, ReturnNotPossible, ReturnTooLate
from qianbao.social.receiving import service as receiving

router = APIRouter(tags=["people to people"])

Person = Annotated[Caller, allowed(Role.PERSON)]
SPENDING = (
    WalletUnknown,
    NotEnough,
    DayLimitExceeded,
    PayerFrozen,
    PayeeFrozen,
    PinRequired,
    credential_errors.PinWrong,
    credential_errors.PinLocked,
    SocialBusy,
    CommandReused,
)
"""What spending a person's money can refuse."""


class PersonalPaymentRequest(Body):
    """Pay the wallet that a look-up gave (`GET /payees`, `/receive-codes/{code}`, `/contacts`)."""

    wallet: Id = Field(description="From which of the caller's wallets")
    payee: Id = Field(description="The payee's wallet")
    amount: Amount
    note: Note = ""
    pin: Pin | None = None


class ReturnRequest(Body):
    """Why it should come back."""

    reason: Reason


class GiveBackRequest(Body):
    """The PIN where the amount or the day's totals need it."""

    pin: Pin | None = None


class PersonalPaymentAnswer(BaseModel):
    """A personal payment as its commands answer."""

    id: Id
    state: models.PersonalPaymentState
    payer: Id
    payee: Id
    amount: int
    currency: str
    note: str
    sent_at: str
    asked_at: str | None = None
    reason: str | None = None
    """Why the payer asks for it back."""
    ended_at: str | None = None


class PersonalPaymentView(PersonalPaymentAnswer):
    """A personal payment as one of the two sees it."""

    paid_by_me: bool
    other: PayeeView
    """The other side, the name masked."""


class PersonalPaymentList(BaseModel):
    """Personal payments, the newest first."""

    items: list[PersonalPaymentView]
    next_cursor: str | None


@router.post(
    "/personal-payments",
    status_code=201,
    responses=problems(PayeeUnknown, PaysOwnWallet, AmountOutOfRange, *SPENDING),
)
async def send_personal_payment(
    body: PersonalPaymentRequest, key: IdempotencyKey, caller: Person, parts: PartsDep, response: Response
) -> PersonalPaymentAnswer:
    """Pay another person, at once and for good: look at the masked name first."""
    receipt = await service.send(
        caller,
        parts.social,
        command=command(caller, key),
        wallet=body.wallet,
        payee=body.payee,
        amount=body.amount,
        note=body.note,
        pin=body.pin,
    )
    return answered(receipt, response, PersonalPaymentAnswer)


@router.get("/personal-payments")
async def list_personal_payments(
    caller: Person, parts: PartsDep, cursor: CursorText = None, limit: PageSize = 20
) -> PersonalPaymentList:
    """What the caller paid to people and was paid by them, the newest first."""
    found = await service.page(
        caller,
        parts.social,
        before=cursor_read(cursor, tuple[int, Id]) or NEWEST,
        limit=limit + 1,
    )
    page = found[:limit]
    return PersonalPaymentList(
        items=[await payment_view(caller, parts, one) for one in page],
        next_cursor=cursor_made(page[-1].at, str(page[-1].id)) if len(found) > limit else None,
    )


@router.get("/personal-payments/{payment_id}", responses=problems(PersonalPaymentUnknown))
async def get_personal_payment(payment_id: Id, caller: Person, parts: PartsDep) -> PersonalPaymentView:
    """One personal payment, for the two whose it is."""
    return await payment_view(caller, parts, await service.one(caller, parts.social, payment_id))


@router.post(
    "/personal-payments/{payment_id}/return-requests",
    status_code=201,
    responses=problems(PersonalPaymentUnknown, ReturnNotPossible, ReturnTooLate, SocialBusy, CommandReused),
)
async def ask_personal_payment_back(
    payment_id: Id,
    body: ReturnRequest,
    key: IdempotencyKey,
    caller: Person,
    parts: PartsDep,
    response: Response,
) -> PersonalPaymentAnswer:
    """The wrong person was paid: ask them to give it back. The money is theirs, so it is theirs to do."""
    receipt = await service.ask_back(
        caller, parts.social, command=command(caller, key), payment=payment_id, reason=body.reason
    )
    return answered(receipt, response, PersonalPaymentAnswer)


@router.post(
    "/personal-payments/{payment_id}/return-requests/decline",
    responses=problems(PersonalPaymentUnknown, ReturnNotPossible, SocialBusy, CommandReused),
)
async def decline_return(
    payment_id: Id, key: IdempotencyKey, caller: Person, parts: PartsDep, response: Response
) -> PersonalPaymentAnswer:
    """The payee keeps what was asked back; it can still be given back later."""
    receipt = await service.decline(caller, parts.social, command=command(caller, key), payment=payment_id)
    return answered(receipt, response, PersonalPaymentAnswer)


@router.post(
    "/personal-payments/{payment_id}/return",
    status_code=201,
    responses=problems(PersonalPaymentUnknown, ReturnNotPossible, *SPENDING),
)
async def give_personal_payment_back(
    payment_id: Id,
    body: GiveBackRequest,
    key: IdempotencyKey,
    caller: Person,
    parts: PartsDep,
    response: Response,
) -> PersonalPaymentAnswer:
    """The payee gives all of it back, asked or not."""
    receipt = await service.give_back(
        caller, parts.social, command=command(caller, key), payment=payment_id, pin=body.pin
    )
    return answered(receipt, response, PersonalPaymentAnswer)


async def payment_view(caller: Caller, parts: Parts, one: models.PersonalPayment) -> PersonalPaymentView:
    """A personal payment as this one of the two sees it."""
    mine = one.payer_person == caller.person
    other = await receiving.payee(parts.social, one.payee if mine else one.payer)
    return PersonalPaymentView(paid_by_me=mine, other=PayeeView.of(other), **models.answer(one))
