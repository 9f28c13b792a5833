"""What opening and closing a shift does, pure."""

from __future__ import annotations

from msgspec.structs import asdict, replace

from qianbao.ids import Id
from qianbao.journal import digest
from qianbao.journal.models import Event, Plan, Step
from qianbao.settlement.errors import ShiftClosed
from qianbao.settlement.shift.models import NEXT, Shift, ShiftOpened, ShiftOver, ShiftState, answer


def opening_digest(store: Id, till: str, float_amount: int) -> int:
    """The digest of the request."""
    return digest("shift", store, till, float_amount)


def closing_digest(shift: Id, counted: int) -> int:
    """The digest of the request."""
    return digest("shift close", shift, counted)


def open_shift(shift: Shift, *, caller: Id) -> Plan:
    """Keep a new shift; its id is its command's."""
    fields = {name: value for name, value in asdict(shift).items() if name in ShiftOpened.__struct_fields__}
    return _plan(
        shift,
        caller=caller,
        command=shift.id,
        digest=opening_digest(shift.store, shift.till, shift.float_amount),
        step=ShiftOpened(**fields),
        told="shift.opened",
    )


def close_shift(shift: Shift, *, caller: Id, command: Id, counted: int, expected: int, now: int) -> Plan:
    """Close an open shift with what was counted and what the books say. Raises `ShiftClosed`."""
    if ShiftState.CLOSED not in NEXT[shift.state]:
        raise ShiftClosed()
    after = replace(shift, closed=now, closed_by=caller, counted=counted, expected=expected)
    return _plan(
        after,
        caller=caller,
        command=command,
        digest=closing_digest(shift.id, counted),
        step=ShiftOver(id=shift.id, closed=now, closed_by=caller, counted=counted, expected=expected),
        told="shift.closed",
    )


def _plan(shift: Shift, *, caller: Id, command: Id, digest: int, step: Step, told: str) -> Plan:
    shown = answer(shift)
    data = {("shift" if name == "id" else name): value for name, value in shown.items()}
    return Plan(
        caller=caller,
        command=command,
        digest=digest,
        steps=(step,),
        event=Event(type=told, subject=shift.id, data=data),
        result=shown,
    )
