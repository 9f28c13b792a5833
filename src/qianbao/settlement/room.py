"""The settlement room, opened: what its use cases work with."""

from __future__ import annotations

from dataclasses import dataclass

from qianbao.clock import Clock
from qianbao.db import Database
from qianbao.journal import Journal
from qianbao.ledger import Engine
from qianbao.payments.room import Payments
from qianbao.settlement.shift.store import Shifts
from qianbao.settlement.statement.store import Closings


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The parts of this room, and the lower rooms' that it needs."""

    journal: Journal
    ledger: Engine
    payments: Payments
    shifts: Shifts
    closings: Closings
    clock: Clock


def opened(db: Database, *, payments: Payments) -> Settlement:
    """Open the room on what stands."""
    return Settlement(
        journal=payments.journal,
        ledger=payments.ledger,
        payments=payments,
        shifts=Shifts(db),
        closings=Closings(db),
        clock=payments.clock,
    )
