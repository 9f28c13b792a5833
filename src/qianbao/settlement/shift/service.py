"""Use cases of a shift: open one, close it with what was counted, look at it."""

from __future__ import annotations

from typing import Final

import msgspec

from qianbao.credentials.models import Caller, Role
from qianbao.errors import QianbaoError
from qianbao.ids import Id
from qianbao.journal import Receipt, Stale
from qianbao.parties.errors import MerchantUnknown, StoreUnknown
from qianbao.payments.trade.errors import TradeBusy
from qianbao.payments.trade.store import NEWEST, Place
from qianbao.settlement.errors import (
    ShiftAlreadyOpen,
    ShiftClosed,
    ShiftNotFound,
    StoreNeeded,
    TillTaken,
)
from qianbao.settlement.room import Settlement
from qianbao.settlement.shift import plans
from qianbao.settlement.shift.models import Shift
from qianbao.settlement.takings.models import Sale, Sum
from qianbao.settlement.takings.plans import total
from qianbao.settlement.takings.service import sold

LOOKS_MAX: Final = 8


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A shift, and what the ledger says of it now."""

    shift: Shift
    sum: Sum


async def open_shift(
    caller: Caller, room: Settlement, *, command: Id, store: Id | None, till: str, float_amount: int
) -> Receipt:
    """Open the caller's shift at a till.

    Raises `StoreNeeded`, `StoreUnknown`, `ShiftAlreadyOpen`, `TillTaken`.
    """
    if caller.merchant is None:
        raise MerchantUnknown()
    at = caller.store or store
    if at is None:
        raise StoreNeeded(field="store", expected="one of the merchant's stores")
    if (await room.payments.parties.store(at)).merchant != caller.merchant:
        raise StoreUnknown()
    plan = plans.open_shift(
        Shift(
            id=command,
            merchant=caller.merchant,
            store=at,
            till=caller.till or till,
            cashier=caller.id,
            opened=room.clock.now(),
            float_amount=float_amount,
        ),
        caller=caller.id,
    )
    for _ in range(LOOKS_MAX):
        match await room.journal.commit(plan):
            case Receipt() as receipt:
                return receipt
            case Stale():
                if await room.shifts.open_of(caller.id) is not None:
                    raise ShiftAlreadyOpen()
                if await _taken(room, caller.merchant, at, plan.result["till"]):
                    raise TillTaken(field="till")
    raise TradeBusy(command)


async def _taken(room: Settlement, merchant: Id, store: Id, till: str) -> bool:
    page = await room.shifts.page(merchant, store=store, limit=200)
    return bool(till) and any(one.till == till and not one.closed for one in page)


async def close_shift(caller: Caller, room: Settlement, *, command: Id, shift: Id, counted: int) -> Receipt:
    """Close a shift with the takings as they were counted: the cashier their own, a supervisor their store's,
    the owner any. Raises `ShiftNotFound`, `ShiftClosed`, `PeriodTooBusy`."""
    try:
        stands = await _own(caller, room, shift)
        now = room.clock.now()
        expected = total(await _sales(room, stands, until=now)).net
        plan = plans.close_shift(
            stands, caller=caller.id, command=command, counted=counted, expected=expected, now=now
        )
    except QianbaoError:  # perhaps because this very closing stands
        if first := await room.journal.receipt(command, plans.closing_digest(shift, counted)):
            return first
        raise
    match await room.journal.commit(plan):
        case Receipt() as receipt:
            return receipt
        case Stale():
            raise ShiftClosed()


async def read(caller: Caller, room: Settlement, shift: Id) -> Counted:
    """A shift with its sums, counted again from the ledger. Raises `ShiftNotFound`."""
    stands = await _own(caller, room, shift)
    return await counted(room, stands)


async def current(caller: Caller, room: Settlement) -> Counted | None:
    """The caller's own open shift, with its sums; None when there is none."""
    stands = await room.shifts.open_of(caller.id)
    return await counted(room, stands) if stands else None


async def counted(room: Settlement, shift: Shift) -> Counted:
    """A shift with its sums, counted from the ledger."""
    until = shift.closed or room.clock.now()
    return Counted(shift=shift, sum=total(await _sales(room, shift, until=until)))


async def of_merchant(
    caller: Caller,
    room: Settlement,
    *,
    store: Id | None = None,
    cashier: Id | None = None,
    before: Place = NEWEST,
    limit: int = 50,
) -> list[Shift]:
    """A merchant's shifts, newest first; a cashier sees their own, a supervisor their store's."""
    if caller.merchant is None:
        raise MerchantUnknown()
    return await room.shifts.page(
        caller.merchant,
        before=before,
        store=caller.store or store,
        cashier=caller.id if caller.role is Role.CASHIER else cashier,
        limit=limit,
    )


async def _own(caller: Caller, room: Settlement, shift: Id) -> Shift:
    found = await room.shifts.one(shift)
    if found is None or found.merchant != caller.merchant or caller.store not in (None, found.store):
        raise ShiftNotFound()
    if found.cashier != caller.id and caller.role is Role.CASHIER:
        raise ShiftNotFound()
    return found


async def _sales(room: Settlement, shift: Shift, *, until: int) -> list[Sale]:
    """What the shift's cashier took and gave back at its till. Money that came by the store's printed code
    is the store's, not a shift's."""
    found = await sold(room, shift.merchant, since=shift.opened, until=until, store=shift.store)
    return [one for one in found if one.cashier == shift.cashier]
