"""`/bills`: everything that moved on a person's wallets: in pages, as a CSV, and a payment's receipt."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Query
from msgspec.structs import replace
from pydantic import AwareDatetime, BaseModel
from starlette.responses import Response, StreamingResponse

from qianbao.api.deps import CursorText, PageSize, PartsDep, allowed, cursor_made, cursor_read
from qianbao.api.problems import problems
from qianbao.api.routes.trades import TradeInFull, in_full
from qianbao.clock import nanoseconds, rfc3339
from qianbao.credentials.models import Caller, Role
from qianbao.events.models import CursorMalformed
from qianbao.ids import Id
from qianbao.insight.records.categories import Category
from qianbao.parties.errors import WalletUnknown
from qianbao.payments.bill import service
from qianbao.payments.bill.layouts import ENCODINGS, Layout, laid_out
from qianbao.payments.bill.models import Bill, BillKind, Wanted
from qianbao.payments.bill.sheet import Language, sheet
from qianbao.payments.trade.errors import TradeNotFound
from qianbao.payments.trade.models import TradeState

router = APIRouter(tags=["bills"])

Person = Annotated[Caller, allowed(Role.PERSON)]
Kinds = Annotated[list[BillKind] | None, Query(alias="kind", max_length=20)]
Text = Annotated[
    str, Query(max_length=64, description="In the name or the subject, or an amount as written: 28.16")
]
Since = Annotated[AwareDatetime | None, Query(description="Then or later")]
Until = Annotated[AwareDatetime | None, Query(description="Then or earlier")]
AnyLayout = Annotated[Layout, Query(description="Whose columns: our own, or another wallet's")]
OneWallet = Annotated[Id | None, Query(description="One of the caller's wallets; none: all of them")]


class BillView(BaseModel):
    """Money that moved on one of the caller's wallets."""

    id: Id
    kind: BillKind
    wallet: Id
    amount: int
    """Minor units; negative where it left the wallet."""
    currency: str
    at: str
    about: Id | None
    """The trade (`GET /bills/{trade_id}`), top-up, withdrawal, personal payment, red packet or collection."""
    name: str
    """The merchant's; a person's is masked. Empty: nobody's."""
    category: Category | None
    subject: str
    state: TradeState | None
    """Of the trade."""
    refunded: int
    """Of the trade."""

    @classmethod
    def of(cls, bill: Bill) -> BillView:
        """A bill as it is shown."""
        return cls(
            id=bill.id,
            kind=bill.kind,
            wallet=bill.wallet,
            amount=bill.amount,
            currency=bill.currency,
            at=rfc3339(bill.at),
            about=bill.about,
            name=bill.name,
            category=bill.category,
            subject=bill.subject,
            state=bill.state,
            refunded=bill.refunded,
        )


class BillList(BaseModel):
    """Bills, newest first. A page may be short, or empty, and yet be followed by another: a request looks
    through a bounded stretch of history."""

    items: list[BillView]
    next_cursor: str | None


class GivenBack(BaseModel):
    """A refund, as the payer sees it."""

    refund: Id
    amount: int
    reason: str
    at: str


class ReceiptInFull(BaseModel):
    """A trade as its payer sees it."""

    trade: TradeInFull
    merchant_name: str
    store_name: str
    category: Category
    saved: int
    """Of the amount, what others paid (subsidies)."""
    refunds: list[GivenBack]
    """Oldest first."""


def _wanted(
    wallet: Id | None,
    kinds: list[BillKind] | None,
    text: str,
    since: AwareDatetime | None,
    until: AwareDatetime | None,
) -> Wanted:
    return Wanted(
        wallet=wallet,
        kinds=frozenset(kinds or BillKind),
        text=text,
        since=0 if since is None else max(0, nanoseconds(since)),
        until=0 if until is None else max(1, nanoseconds(until)),
    )


@router.get("/bills", responses=problems(WalletUnknown, CursorMalformed))
async def list_bills(
    caller: Person,
    parts: PartsDep,
    wallet: OneWallet = None,
    kinds: Kinds = None,
    text: Text = "",
    since: Since = None,
    until: Until = None,
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> BillList:
    """What moved on the caller's wallets, newest first: payments, refunds, top-ups, what people sent."""
    place = cursor_read(cursor, tuple[int])
    page = await service.bills(
        caller,
        parts.payments,
        _wanted(wallet, kinds, text, since, until),
        before=max(1, place[0]) if place else None,
        limit=limit,
    )
    return BillList(
        items=[BillView.of(bill) for bill in page.bills],
        next_cursor=None if page.next is None else cursor_made(page.next),
    )


@router.get(
    "/bills.csv",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The bills"}, **problems(WalletUnknown)},
)
async def export_bills(
    caller: Person,
    parts: PartsDep,
    wallet: OneWallet = None,
    kinds: Kinds = None,
    text: Text = "",
    since: Since = None,
    until: Until = None,
    language: Language = "en",
    layout: AnyLayout = Layout.QIANBAO,
) -> Response:
    """The same as one CSV in UTF-8, for a spreadsheet: no cell is run as a formula.

    In WeChat Pay's or Alipay's layout (that one in GB18030) bookkeeping tools for those read it.
    """
    wanted = _wanted(wallet, kinds, text, since, until)
    if wallet is not None:
        await service.bills(caller, parts.payments, wanted, limit=1)  # refuses before the first line is sent
    if layout is not Layout.QIANBAO:

        def rows(until: int) -> AsyncIterable[list[Bill]]:
            upto = replace(wanted, until=until) if until else wanted
            return service.every(caller, parts.payments, upto)

        return StreamingResponse(
            laid_out(rows, layout, now=parts.clock.now()),
            media_type=f"text/csv; charset={ENCODINGS[layout]}",
            headers={"content-disposition": f'attachment; filename="qianbao-bills-{layout}.csv"'},
        )
    return StreamingResponse(
        sheet(service.every(caller, parts.payments, wanted), language),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="qianbao-bills.csv"'},
    )


@router.get("/bills/{trade_id}", responses=problems(TradeNotFound))
async def get_receipt_in_full(trade_id: Id, caller: Person, parts: PartsDep) -> ReceiptInFull:
    """A payment's receipt: whom, how, what was saved, what went back."""
    found = await service.receipt(caller, parts.payments, trade_id)
    return ReceiptInFull(
        trade=in_full(found.trade, caller),
        merchant_name=found.merchant_name,
        store_name=found.store_name,
        category=found.category,
        saved=found.trade.amount - found.trade.own,
        refunds=[
            GivenBack(refund=one.id, amount=one.amount, reason=one.reason, at=rfc3339(one.at))
            for one in found.refunds
        ],
    )
