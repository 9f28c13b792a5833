"""Whom one pays: contacts, the codes people show, whom a code pays."""

from __future__ import annotations

import io
from typing import Annotated

import segno
from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from qianbao.api.deps import Amount, PageSize, PartsDep, allowed
from qianbao.api.fields import Body
from qianbao.api.problems import problems
from qianbao.api.routes.wallets import PayeeView
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.rate import TooManyTries
from qianbao.ids import Id
from qianbao.parties.errors import WalletUnknown
from qianbao.payments.trade.errors import AmountOutOfRange
from qianbao.social.receiving import service
from qianbao.social.receiving.models import PATH, ReceiveCode, ReceiveCodeUnknown

router = APIRouter(tags=["people to people"])

Person = Annotated[Caller, allowed(Role.PERSON)]
Code = Annotated[str, Path(pattern="^[a-z2-7]{24}$", description="From the QR code")]
Note = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]


class ReceiveCodeRequest(Body):
    """Into which of the caller's wallets; an amount where it is known (without, there is one code)."""

    wallet: Id
    amount: Amount | None = None
    note: Note = ""


class ReceiveCodeView(BaseModel):
    """A code to show. A payer who scans it sees `payee` before paying."""

    code: str
    path: str
    """The page of the wallet that pays it: what the QR code holds, after this server's address."""
    amount: int | None
    note: str
    payee: PayeeView


class ContactView(BaseModel):
    """Somebody whom the caller has paid."""

    payee: PayeeView
    last_at: str
    times: int
    """How often, of the newest two hundred payments."""


class ContactList(BaseModel):
    """Contacts, whom the caller paid last first."""

    items: list[ContactView]


@router.post("/receive-codes", status_code=201, responses=problems(WalletUnknown, AmountOutOfRange))
async def create_receive_code(body: ReceiveCodeRequest, caller: Person, parts: PartsDep) -> ReceiveCodeView:
    """A code by which the caller is paid: the wallet's standing one, or a new one with an amount."""
    made = await service.show(caller, parts.social, wallet=body.wallet, amount=body.amount, note=body.note)
    return await _view(parts, made)


@router.get("/receive-codes/{code}", responses=problems(ReceiveCodeUnknown, TooManyTries))
async def get_receive_code(code: Code, caller: Person, parts: PartsDep) -> ReceiveCodeView:
    """Whom a scanned code pays: at most 30 look-ups a minute."""
    found, _ = await service.read(caller, parts.social, code)
    return await _view(parts, found)


@router.get(
    "/receive-codes/{code}/qr.svg",
    responses={200: {"content": {"image/svg+xml": {}}, "description": "To show"}},
    response_class=Response,
)
async def get_receive_qr(code: Code, request: Request, caller: Person) -> Response:
    """A code as a QR picture of its link, under the address by which this server was asked."""
    del caller
    picture = io.BytesIO()
    link = f"{str(request.base_url).rstrip('/')}{PATH}{code}"
    segno.make_qr(link, error="m").save(picture, kind="svg", scale=8, xmldecl=False)
    return Response(picture.getvalue(), media_type="image/svg+xml")


@router.get("/contacts")
async def list_contacts(caller: Person, parts: PartsDep, limit: PageSize = 20) -> ContactList:
    """Whom the caller has paid, the last first."""
    found = await service.contacts(caller, parts.social, limit=limit)
    return ContactList(
        items=[
            ContactView(
                payee=PayeeView.of(one.payee), last_at=rfc3339(one.contact.last), times=one.contact.times
            )
            for one in found
        ]
    )


async def _view(parts: PartsDep, code: ReceiveCode) -> ReceiveCodeView:
    return ReceiveCodeView(
        code=code.code,
        path=PATH + code.code,
        amount=code.amount,
        note=code.note,
        payee=PayeeView.of(await service.payee(parts.social, code.wallet)),
    )
