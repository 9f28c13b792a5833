"""QR codes: pictures of merchants' codes and of trades, and what a scanned text means."""

from __future__ import annotations

import io
from typing import Annotated, Any, Literal

import segno
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import PartsDep, allowed, anybody
from qianbao.api.fields import Body
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.routes.codes import Token
from qianbao.api.routes.trades import TILL_ROLES
from qianbao.credentials.models import Caller, Scope
from qianbao.ids import Id
from qianbao.money import AMOUNT_MAX
from qianbao.payments.counter import service as counter
from qianbao.payments.counter.models import CounterAmount, CounterKind, CounterUnknown
from qianbao.payments.qr import payload, service
from qianbao.payments.qr.errors import QrForged, QrOfAnotherNetwork, QrTorn, QrUnknown
from qianbao.payments.qr.models import MerchantQr, Reading, ReadKind
from qianbao.payments.trade import ending, errors
from qianbao.payments.trade.models import TradeState

router = APIRouter(tags=["codes"])

ShopReader = Annotated[Caller, allowed(*TILL_ROLES, scope=Scope.TRADES_READ)]
AskedAmount = Annotated[
    int | None, Query(ge=1, le=AMOUNT_MAX, description="Minor units, for a code that has no amount")
]
Bill = Annotated[str, Query(max_length=25, pattern=r"^[\x20-\x7e]*$", description="The bill's number")]
SVG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/svg+xml": {}}, "description": "To show or print"}
}
PNG: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/png": {}}, "description": "To show or print"}
}
KEEP = {"cache-control": "private, max-age=60"}


class ReadRequest(Body):
    """What a camera, a scanner or a hand has given."""

    text: Annotated[str, Field(min_length=1, max_length=service.READ_MAX)]


class ReadView(BaseModel):
    """Whom, or what, a scanned text would pay; members that do not apply are null."""

    kind: ReadKind
    code: str | None = None
    """The counter's code, for `POST /counter-payments`."""
    counter_kind: CounterKind | None = None
    trade: Id | None = None
    state: TradeState | None = None
    """Of the trade."""
    identifier: str | None = None
    """A person's account number, for `GET /payees`."""
    merchant: Id | None = None
    merchant_name: str | None = None
    store: Id | None = None
    store_name: str | None = None
    amount: int | None = None
    """Minor units; null: the payer says it."""
    currency: str = "CNY"
    subject: str = ""
    bill: str = ""
    reference: str = ""


@router.post(
    "/codes/read",
    dependencies=[anybody()],
    responses=problems(QrTorn, QrForged, QrOfAnotherNetwork, QrUnknown, CounterUnknown, errors.TradeNotFound),
)
async def read_code(body: ReadRequest, parts: PartsDep) -> ReadView:
    """What a scanned or typed text means: an EMVCo QR code, a link or a number of this network. The code of
    another network is refused by its name (`qr_of_another_network`)."""
    return await _view(parts, await service.read(parts.payments, body.text))


@router.get(
    "/codes/{code}/qr.svg",
    responses=SVG | problems(CounterUnknown, CounterAmount),
    response_class=Response,
    dependencies=[anybody()],
)
async def get_counter_qr(
    code: Token, parts: PartsDep, amount: AskedAmount = None, bill: Bill = ""
) -> Response:
    """A merchant's code as a QR picture (EMVCo); with `amount` and `bill`, for one payment."""
    return picture(await _counter_qr(parts, code, amount, bill), "svg")


@router.get(
    "/codes/{code}/qr.png",
    responses=PNG | problems(CounterUnknown, CounterAmount),
    response_class=Response,
    dependencies=[anybody()],
)
async def get_counter_qr_png(
    code: Token, parts: PartsDep, amount: AskedAmount = None, bill: Bill = ""
) -> Response:
    """As `qr.svg`, in pixels."""
    return picture(await _counter_qr(parts, code, amount, bill), "png")


async def _counter_qr(parts: Parts, token: str, amount: int | None, bill: str) -> MerchantQr:
    found = await counter.read(parts.payments, token)
    if amount is not None and found.amount not in (None, amount):
        raise CounterAmount(field="amount", expected=str(found.amount))
    return await service.of_counter(parts.payments, found, amount=amount, bill=bill)


@router.get(
    "/trades/{trade_id}/qr.svg", responses=SVG | problems(errors.TradeNotFound), response_class=Response
)
async def get_trade_qr(trade_id: Id, caller: ShopReader, parts: PartsDep) -> Response:
    """One trade as a QR picture, for the payer to scan."""
    found = await ending.merchants_trade(caller, parts.payments, trade_id)
    return picture(await service.of_trade(parts.payments, found), "svg")


def picture(code: MerchantQr, form: Literal["svg", "png"]) -> Response:
    """A code's picture: error correction M, the quiet zone of four modules around it."""
    drawn = io.BytesIO()
    made = segno.make_qr(payload.encode(code), error="m")
    if form == "svg":
        made.save(drawn, kind="svg", scale=8, xmldecl=False)
        return Response(drawn.getvalue(), media_type="image/svg+xml", headers=KEEP)
    made.save(drawn, kind="png", scale=12)
    return Response(drawn.getvalue(), media_type="image/png", headers=KEEP)


async def _view(parts: Parts, found: Reading) -> ReadView:
    told = ReadView(
        kind=found.kind,
        identifier=found.identifier or None,
        amount=found.amount,
        bill=found.bill,
        reference=found.reference,
    )
    about = found.counter or found.trade
    if about is None:
        return told
    merchant = await parts.parties.merchant(about.merchant)
    store = None if about.store is None else await parts.parties.store(about.store)
    shop = {
        "merchant": merchant.id,
        "merchant_name": merchant.name,
        "store": about.store,
        "store_name": store.name if store else None,
        "subject": about.subject,
    }
    if found.counter is not None:
        shop |= {"code": found.counter.token, "counter_kind": found.counter.kind}
    if found.trade is not None:
        shop |= {"trade": found.trade.id, "state": found.trade.state, "currency": found.trade.currency}
    return told.model_copy(update=shop)
