"""Settlement statements: as JSON, for a spreadsheet, and as a PDF; and the poster of a merchant's code."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from starlette.responses import Response

from qianbao.api.deps import PartsDep, allowed, anybody
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.routes.codes import Token
from qianbao.api.routes.stores import sees
from qianbao.api.routes.takings import CSV, First, Lang, Last, attached
from qianbao.clock import rfc3339
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.ids import Id
from qianbao.parties.errors import MerchantUnknown
from qianbao.payments.counter import service as counter
from qianbao.payments.counter.models import CounterKind, CounterUnknown
from qianbao.payments.qr import payload
from qianbao.payments.qr import service as qr
from qianbao.settlement import days, errors
from qianbao.settlement.paper import poster as posters
from qianbao.settlement.paper import spreadsheet
from qianbao.settlement.paper import statement as pages
from qianbao.settlement.statement.models import Line, Statement
from qianbao.settlement.statement.service import draw_up

router = APIRouter(tags=["statements"])

Reader = Annotated[
    Caller,
    allowed(Role.SUPERVISOR, Role.OWNER, Role.OPERATOR, Role.AUDITOR, scope=Scope.TRADES_READ),
]
REFUSALS = (errors.PeriodMalformed, errors.PeriodTooBusy, MerchantUnknown)
PaperSize = Annotated[posters.Size, Query(description="Of the paper")]


class StatementLine(BaseModel):
    """What moved, minor units: `closing` is `opening + net - withdrawals + other`."""

    opening: int
    payments: int
    payments_count: int
    subsidies: int
    """What the platform added to payments."""
    gross: int
    """Payments and subsidies."""
    refunds: int
    refunds_count: int
    reversals: int
    fees: int
    """Less those that came back with refunds."""
    net: int
    """Gross less refunds, reversals and fees."""
    withdrawals: int
    other: int
    closing: int

    @classmethod
    def of(cls, line: Line) -> StatementLine:
        """A line as it is shown."""
        return cls(**{name: getattr(line, name) for name in cls.model_fields})


class StatementDay(StatementLine):
    """A business day."""

    day: date


class StatementView(BaseModel):
    """A merchant's business days, and all together; read from the ledger, to the minor unit."""

    merchant: Id
    merchant_name: str
    first: date
    last: date
    currency: str
    made_at: str
    days: list[StatementDay]
    total: StatementLine


@router.get("/merchants/{merchant_id}/statement", responses=problems(*REFUSALS))
async def get_statement(
    merchant_id: Id, caller: Reader, parts: PartsDep, first: First = None, last: Last = None
) -> StatementView:
    """A merchant's statement of some business days: today, if none is named."""
    made, name = await _statement(merchant_id, caller, parts, first, last)
    return StatementView(
        merchant=made.merchant,
        merchant_name=name,
        first=made.period.first,
        last=made.period.last,
        currency=made.currency,
        made_at=rfc3339(made.made),
        days=[StatementDay(day=one.day, **StatementLine.of(one.line).model_dump()) for one in made.days],
        total=StatementLine.of(made.total),
    )


@router.get(
    "/merchants/{merchant_id}/statement.csv",
    responses={200: {"content": {"text/csv": {}}, "description": "For a spreadsheet"}} | problems(*REFUSALS),
    response_class=Response,
)
async def export_statement(
    merchant_id: Id,
    caller: Reader,
    parts: PartsDep,
    first: First = None,
    last: Last = None,
    language: Lang = "zh",
) -> Response:
    """The statement for a spreadsheet, a row a day."""
    made, _ = await _statement(merchant_id, caller, parts, first, last)
    return attached(spreadsheet.statement(made, language), CSV, _name(made, "csv"))


@router.get(
    "/merchants/{merchant_id}/statement.pdf",
    responses={200: {"content": {"application/pdf": {}}, "description": "To print"}} | problems(*REFUSALS),
    response_class=Response,
)
async def print_statement(
    merchant_id: Id,
    caller: Reader,
    parts: PartsDep,
    first: First = None,
    last: Last = None,
    language: Lang = "zh",
) -> Response:
    """The statement as a PDF."""
    made, name = await _statement(merchant_id, caller, parts, first, last)
    return attached(
        pages.statement(made, name=name, language=language), "application/pdf", _name(made, "pdf")
    )


@router.get(
    "/codes/{code}/poster.pdf",
    responses={200: {"content": {"application/pdf": {}}, "description": "To print"}}
    | problems(CounterUnknown),
    response_class=Response,
    dependencies=[anybody()],
)
async def print_poster(
    code: Token, parts: PartsDep, size: PaperSize = "a6", language: Lang = "zh"
) -> Response:
    """A merchant's code as a poster for the counter, A6 or A5."""
    found = await counter.read(parts.payments, code)
    merchant = await parts.parties.merchant(found.merchant)
    store = await parts.parties.store(found.store) if found.store else None
    codes = await parts.payments.counters.of(found.merchant)
    numbers = [one.token for one in codes if one.kind is CounterKind.NUMBER and one.store == found.store]
    shown = posters.Poster(
        payload=payload.encode(await qr.of_counter(parts.payments, found)),
        merchant=merchant.name,
        store=store.name if store else "",
        number=numbers[-1] if numbers and found.amount is None else "",
        amount=found.amount,
        subject=found.subject,
        brands=tuple(
            (brand.name_zh if language == "zh" else brand.name_en, brand.colour) for brand in parts.brands.all
        ),
    )
    return attached(
        posters.poster(shown, size=size, language=language), "application/pdf", f"poster-{size}.pdf"
    )


async def _statement(
    merchant: Id, caller: Caller, parts: Parts, first: date | None, last: date | None
) -> tuple[Statement, str]:
    sees(caller, merchant)
    name = (await parts.parties.merchant(merchant)).name
    period = days.period(first, last, now=parts.clock.now())
    return await draw_up(parts.settlement, merchant, period), name


def _name(made: Statement, form: str) -> str:
    return f"statement-{made.period.first}-{made.period.last}.{form}"
