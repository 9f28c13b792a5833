"""A cashier's shift at a till, its states, and the steps that change its row."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Final

import msgspec

from qianbao.clock import rfc3339
from qianbao.ids import Id
from qianbao.journal.models import Step


class ShiftState(StrEnum):
    """Where a shift stands."""

    OPEN = "open"
    CLOSED = "closed"
    """The takings were counted; nothing changes any more."""


NEXT: Final[Mapping[ShiftState, frozenset[ShiftState]]] = {
    ShiftState.OPEN: frozenset({ShiftState.CLOSED}),
    ShiftState.CLOSED: frozenset(),
}
"""The state machine: from a state to those that may follow it."""

COUNT_MAX: Final = 10**12
"""The largest float or count, in minor units."""


class Shift(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A shift. Amounts in minor units, moments in nanoseconds (0: not yet)."""

    id: Id
    merchant: Id
    store: Id
    till: str = ""
    """Empty: a till without a name."""
    cashier: Id
    opened: int
    float_amount: int = 0
    """The change in the drawer when it began: kept, and never part of the takings."""
    closed: int = 0
    closed_by: Id | None = None
    """Who closed it: the cashier, or a supervisor for them."""
    counted: int | None = None
    """The takings, less what was given back, as the cashier counted them."""
    expected: int | None = None
    """The same by the books, when it was closed."""

    @property
    def state(self) -> ShiftState:
        """Where it stands."""
        return ShiftState.CLOSED if self.closed else ShiftState.OPEN


class ShiftOpened(Step, frozen=True, kw_only=True, gc=False):
    """A new row. Stale when the cashier or the till has a shift open."""

    kind: ClassVar[str] = "shift_opened"
    table: ClassVar[str] = "shift"
    order: ClassVar[int] = 1100

    id: Id
    merchant: Id
    store: Id
    till: str
    cashier: Id
    opened: int
    float_amount: int


class ShiftOver(Step, frozen=True, kw_only=True, gc=False):
    """Its end. Stale when it is closed already."""

    kind: ClassVar[str] = "shift_over"
    table: ClassVar[str] = "shift"
    order: ClassVar[int] = 1100

    id: Id
    closed: int
    closed_by: Id
    counted: int
    expected: int


def answer(shift: Shift) -> dict[str, Any]:
    """A shift as answers and events tell it."""
    shown: dict[str, Any] = {
        "id": str(shift.id),
        "state": shift.state.value,
        "merchant": str(shift.merchant),
        "store": str(shift.store),
        "till": shift.till,
        "cashier": str(shift.cashier),
        "float_amount": shift.float_amount,
        "opened_at": rfc3339(shift.opened),
    }
    if shift.closed:
        assert shift.counted is not None
        assert shift.expected is not None
        shown |= {
            "closed_at": rfc3339(shift.closed),
            "closed_by": str(shift.closed_by),
            "counted": shift.counted,
            "expected": shift.expected,
            "difference": shift.counted - shift.expected,
        }
    return shown
