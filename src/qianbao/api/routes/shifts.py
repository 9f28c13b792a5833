"""Shifts: a cashier opens one at a till, and closes it with the takings as counted."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import Response

from qianbao.api.deps import (
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
from qianbao.api.fields import Body, TillName
from qianbao.api.problems import problems
from qianbao.api.routes.trades import TILL_ROLES
from qianbao.credentials.models import Caller
from qianbao.events.models import CursorMalformed
from qianbao.ids import Id
from qianbao.journal import CommandReused
from qianbao.parties.errors import StoreUnknown
from qianbao.payments.trade.store import NEWEST
from qianbao.settlement import errors
from qianbao.settlement.shift import service
from qianbao.settlement.shift.models import COUNT_MAX, Shift, ShiftState, answer
from qianbao.settlement.takings.models import Sum

router = APIRouter(tags=["tills"])

Staff = Annotated[Caller, allowed(*TILL_ROLES)]


class ShiftRequest(Body):
    """A shift to open. Who is signed in at a store and a till works there; an owner says where."""

    float_amount: Annotated[int, Field(strict=True, ge=0, le=COUNT_MAX)] = 0
    """The change in the drawer, minor units: kept, and no part of the takings."""
    store: Id | None = None
    till: TillName | None = None


class ShiftCloseRequest(Body):
    """The takings less refunds, as they were counted; minor units."""

    counted: Annotated[int, Field(strict=True, ge=-COUNT_MAX, le=COUNT_MAX)]


class TakenView(BaseModel):
    """How much was taken and given back, minor units."""

    count: int
    amount: int
    refunds: int
    returned: int
    fee: int
    net: int
    """Amount less what was given back; fees are not taken off."""

    @classmethod
    def of(cls, sum: Sum) -> TakenView:
        """A sum as it is shown."""
        return cls(
            count=sum.count,
            amount=sum.amount,
            refunds=sum.refunds,
            returned=sum.returned,
            fee=sum.fee,
            net=sum.net,
        )


class ShiftView(BaseModel):
    """A shift; members of its end are null while it is open."""

    id: Id
    state: ShiftState
    merchant: Id
    store: Id
    till: str
    cashier: Id
    float_amount: int
    opened_at: str
    closed_at: str | None = None
    closed_by: Id | None = None
    counted: int | None = None
    expected: int | None = None
    """What the ledger said when it was closed."""
    difference: int | None = None
    """Counted less expected."""


class ShiftInFull(ShiftView):
    """A shift with what the ledger says of it now."""

    sum: TakenView


class CurrentView(BaseModel):
    """The caller's open shift; null: none."""

    shift: ShiftInFull | None


class ShiftList(BaseModel):
    """Shifts, newest first."""

    items: list[ShiftView]
    next_cursor: str | None


def _view(shift: Shift) -> ShiftView:
    return ShiftView.model_validate(answer(shift))


def _full(found: service.Counted) -> ShiftInFull:
    return ShiftInFull(**answer(found.shift), sum=TakenView.of(found.sum))


@router.post(
    "/shifts",
    status_code=201,
    responses=problems(
        errors.StoreNeeded, StoreUnknown, errors.ShiftAlreadyOpen, errors.TillTaken, CommandReused
    ),
)
async def open_shift(
    body: ShiftRequest, key: IdempotencyKey, caller: Staff, parts: PartsDep, response: Response
) -> ShiftView:
    """Open the caller's shift: one at a time, and one at a named till."""
    receipt = await service.open_shift(
        caller,
        parts.settlement,
        command=command(caller, key),
        store=body.store,
        till=body.till or "",
        float_amount=body.float_amount,
    )
    return answered(receipt, response, ShiftView)


@router.get("/shifts/current", responses=problems(errors.PeriodTooBusy))
async def get_current_shift(caller: Staff, parts: PartsDep) -> CurrentView:
    """The caller's open shift with its sums, if there is one."""
    found = await service.current(caller, parts.settlement)
    return CurrentView(shift=_full(found) if found else None)


@router.get("/shifts", responses=problems(CursorMalformed))
async def list_shifts(
    caller: Staff,
    parts: PartsDep,
    store: Id | None = None,
    cashier: Id | None = None,
    cursor: CursorText = None,
    limit: PageSize = 20,
) -> ShiftList:
    """Shifts, newest first: a cashier's own, a supervisor's store's, an owner's merchant's."""
    found = await service.of_merchant(
        caller,
        parts.settlement,
        store=store,
        cashier=cashier,
        before=cursor_read(cursor, tuple[int, Id]) or NEWEST,
        limit=limit,
    )
    return ShiftList(
        items=[_view(one) for one in found],
        next_cursor=cursor_made(found[-1].opened, str(found[-1].id)) if len(found) == limit else None,
    )


@router.get("/shifts/{shift_id}", responses=problems(errors.ShiftNotFound, errors.PeriodTooBusy))
async def get_shift(shift_id: Id, caller: Staff, parts: PartsDep) -> ShiftInFull:
    """A shift, its sums counted again from the ledger."""
    return _full(await service.read(caller, parts.settlement, shift_id))


@router.post(
    "/shifts/{shift_id}/close",
    responses=problems(errors.ShiftNotFound, errors.ShiftClosed, errors.PeriodTooBusy, CommandReused),
)
async def close_shift(
    shift_id: Id,
    body: ShiftCloseRequest,
    key: IdempotencyKey,
    caller: Staff,
    parts: PartsDep,
    response: Response,
) -> ShiftView:
    """Close a shift with the takings as they were counted, beside what the ledger says."""
    receipt = await service.close_shift(
        caller, parts.settlement, command=command(caller, key), shift=shift_id, counted=body.counted
    )
    return answered(receipt, response, ShiftView)
