"""A merchant's staff: cashiers and supervisors."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from qianbao.api.deps import (
    CursorText,
    IdempotencyKey,
    PageSize,
    PartsDep,
    allowed,
    command,
    cursor_made,
    cursor_read,
)
from qianbao.api.fields import Body, Login, Name, Pin
from qianbao.api.problems import problems
from qianbao.clock import rfc3339
from qianbao.credentials import errors, staff
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.records import Staff
from qianbao.ids import NONE, Id, parse
from qianbao.parties.errors import StoreUnknown

router = APIRouter(tags=["staff and keys"])

Managers = Annotated[Caller, allowed(Role.OWNER, Role.OPERATOR)]
Readers = Annotated[Caller, allowed(Role.OWNER, Role.OPERATOR, Role.AUDITOR)]


class StaffRequest(Body):
    """A cashier or a supervisor of a store, who signs in with login and PIN."""

    role: Literal[Role.CASHIER, Role.SUPERVISOR]
    login: Login
    name: Name
    pin: Pin


class StaffPinRequest(Body):
    """Another PIN."""

    pin: Pin


class StaffView(BaseModel):
    """A member of a merchant's staff."""

    id: Id
    merchant: Id
    store: Id | None
    role: Role
    login: str
    name: str
    active: bool
    created_at: str

    @classmethod
    def of(cls, member: Staff) -> StaffView:
        """A member of the staff as they are shown."""
        return cls(
            id=member.id,
            merchant=member.merchant,
            store=member.store,
            role=member.role,
            login=member.login,
            name=member.name,
            active=member.active,
            created_at=rfc3339(member.created_at),
        )


class StaffList(BaseModel):
    """A page of a merchant's staff."""

    items: list[StaffView]
    next_cursor: str | None


@router.get("/merchants/{merchant_id}/staff", responses=problems(errors.NotYours))
async def list_staff(
    merchant_id: Id, caller: Readers, parts: PartsDep, cursor: CursorText = None, limit: PageSize = 20
) -> StaffList:
    """A merchant's staff."""
    place = cursor_read(cursor, tuple[str])
    after = NONE if place is None else parse(place[0], field="cursor")
    found = await staff.staff_of(parts.credentials, caller, merchant_id, after=after, limit=limit)
    return StaffList(
        items=[StaffView.of(member) for member in found],
        next_cursor=cursor_made(str(found[-1].id)) if len(found) == limit else None,
    )


@router.post(
    "/stores/{store_id}/staff",
    status_code=201,
    responses=problems(
        errors.NotYours, errors.PinTrivial, errors.CredentialMalformed, StoreUnknown, errors.LoginTaken
    ),
)
async def add_staff(
    store_id: Id, body: StaffRequest, key: IdempotencyKey, caller: Managers, parts: PartsDep
) -> StaffView:
    """Add a cashier or a supervisor to a store."""
    member = await staff.add_at_store(
        parts.credentials,
        caller,
        id=command(caller, key),
        store=store_id,
        role=body.role,
        login=body.login,
        name=body.name,
        pin=body.pin,
    )
    return StaffView.of(member)


@router.post(
    "/staff/{staff_id}/pin",
    status_code=204,
    responses=problems(errors.StaffUnknown, errors.PinTrivial),
)
async def set_staff_pin(staff_id: Id, body: StaffPinRequest, caller: Managers, parts: PartsDep) -> None:
    """Give a cashier or supervisor another PIN (a locked one opens), and sign them out."""
    await staff.set_pin(parts.credentials, caller, staff_id, body.pin)


@router.delete("/staff/{staff_id}", status_code=204, responses=problems(errors.StaffUnknown))
async def end_staff(staff_id: Id, caller: Managers, parts: PartsDep) -> None:
    """Let a member of the staff sign in no more, and sign them out."""
    await staff.end(parts.credentials, caller, staff_id)
