"""`/insight/my-data`: what is kept of the caller's spending, to see, take along, correct and have erased."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from qianbao.api import audit
from qianbao.api.deps import PartsDep, allowed
from qianbao.api.fields import Body, Pin
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.console.audit.models import AuditUnwritten, Who
from qianbao.credentials.errors import PinLocked, PinMustReset, PinNotSet, PinWrong
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.people import the_person
from qianbao.ids import Id
from qianbao.insight.records.categories import Category
from qianbao.insight.rights.correction.service import RecordUnknown
from qianbao.insight.rights.export import writing
from qianbao.insight.rights.export.models import RECORDS, ExportBusy, TableUnknown

router = APIRouter(prefix="/insight", tags=["insight"])

Myself = Annotated[Caller, allowed(Role.PERSON)]


class KeptView(BaseModel):
    """One kind of thing that is kept."""

    name: str
    rows: int


class MyDataView(BaseModel):
    """What is kept of the caller's spending. `since` is null where nothing is."""

    since: str | None
    tables: list[KeptView]
    waiting: int = Field(description="Of the records, facts on their way into the lake")


class CategoryRequest(Body):
    """Of which kind a record is, in its person's own word."""

    category: Category


class EraseRequest(Body):
    """The payment PIN, asked for again."""

    pin: Pin


class ErasedView(BaseModel):
    """What was erased, in rows."""

    erased_at: str
    records: int
    waiting: int
    others: int


@router.get("/my-data")
async def see_my_data(caller: Myself, parts: PartsDep) -> MyDataView:
    """What is kept of the caller's spending, by kind. The account, the bills and the books are not in it."""
    kept = await parts.insight.exports.kept(caller)
    return MyDataView(
        since=rfc3339(kept.since) if kept.since else None,
        tables=[KeptView(name=table.name, rows=table.rows) for table in kept.tables],
        waiting=kept.waiting,
    )


@router.get(
    "/my-data.ndjson",
    response_class=Response,
    responses={
        200: {"content": {"application/x-ndjson": {}}, "description": "A line a row"},
        **problems(ExportBusy),
    },
)
async def export_my_data(caller: Myself, parts: PartsDep) -> Response:
    """A copy of all of it: JSON, a line a row, `what` says of which kind."""
    kept, rows = await parts.insight.exports.copy(caller)
    return _attached(writing.ndjson(kept, rows), "application/x-ndjson", "qianbao-my-data.ndjson")


@router.get(
    "/my-data.csv",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {}}, "description": "One table"},
        **problems(ExportBusy, TableUnknown),
    },
)
async def export_my_table(
    caller: Myself,
    parts: PartsDep,
    table: Annotated[str, Query(max_length=64, description="A `name` of `GET /insight/my-data`")] = RECORDS,
) -> Response:
    """One kind of it as a CSV in UTF-8, for a spreadsheet: no cell is run as a formula."""
    _, rows = await parts.insight.exports.copy(caller, table)
    return _attached(writing.sheet(rows), "text/csv; charset=utf-8", "qianbao-my-data.csv")


@router.put("/me/records/{trade_id}/category", status_code=204, responses=problems(RecordUnknown))
async def correct_record(trade_id: Id, body: CategoryRequest, caller: Myself, parts: PartsDep) -> None:
    """Say of which kind the caller's record is; pictures and scores go by it from now on."""
    await parts.insight.corrections.correct(caller, trade_id, body.category)


@router.post("/erasure", responses=problems(PinWrong, PinLocked, PinMustReset, PinNotSet, AuditUnwritten))
async def erase_my_data(body: EraseRequest, request: Request, caller: Myself, parts: PartsDep) -> ErasedView:
    """Erase what is kept of the caller's spending. It never comes back; bills and books stay."""
    person = the_person(caller)
    await parts.credentials.pins.verify(person, body.pin)
    await audit.write(request, parts, Who(actor=person, role=caller.role, name=""), said={})
    erased = await parts.insight.erasures.erase(caller)
    return ErasedView(
        erased_at=rfc3339(erased.at),
        records=erased.records,
        waiting=erased.waiting,
        others=erased.others,
    )


def _attached(text: AsyncIterable[str], media: str, name: str) -> Response:
    return StreamingResponse(
        text,
        media_type=media,
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )
