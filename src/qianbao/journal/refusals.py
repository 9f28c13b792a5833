"""From the number that a commit gives back to the error that a caller gets.

Numbers from 100 up are the ledger's (100 + its status), from 1000 up a room's own: the room registers the
error of each of its numbers once, at import: `refusal(1_101, CodeUsed)`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qianbao.errors import QianbaoError
from qianbao.journal.errors import LedgerRefused, StepRefused
from qianbao.ledger.statuses import CreateTransferStatus

LEDGER_FROM: Final = 100
"""A refusal by the ledger is this plus its status."""
STEP_FROM: Final = 1_000
"""The first number that a room's step may refuse with."""
STEP_MAX: Final = 32_767
"""The last one: `smallint`."""

Make = Callable[[], QianbaoError]

_of_step: dict[int, Make] = {}
_of_status: Final[dict[str, type[LedgerRefused]]] = {
    status: kind for kind in LedgerRefused.__subclasses__() for status in kind.statuses
}
assert set(_of_status) <= {status.name.lower() for status in CreateTransferStatus}


def refusal(number: int, make: Make) -> None:
    """Say which error a step's refusal `number` raises: a class of `QianbaoError`, or what makes one.

    Each number belongs to one room; registering another error for it is a mistake of the house.
    """
    assert STEP_FROM <= number <= STEP_MAX, f"a step refuses with {STEP_FROM} to {STEP_MAX}, not {number}"
    assert _of_step.setdefault(number, make) is make, f"two rooms refuse with {number}"


def error(outcome: int, leg: int | None) -> QianbaoError:
    """The error of a refused plan's `outcome`; `leg` is the refused transfer's place in its plan, from 1."""
    if outcome >= STEP_FROM:
        make = _of_step.get(outcome)
        return make() if make else StepRefused(number=outcome)
    status = CreateTransferStatus(outcome - LEDGER_FROM).name.lower()
    return _of_status.get(status, LedgerRefused)(ledger_status=status, leg=leg or 1)
