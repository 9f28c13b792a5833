"""How a simulated bank behaves: set for a bank as a whole, or called up by an amount, as test cards are.

| amount (CNY) | what the bank does |
| --- | --- |
| 4,040.01 | declines: `insufficient_funds` |
| 4,040.02 | declines: `card_closed` |
| 4,040.03 | declines: `limit_exceeded` |
| 4,040.04 | declines: `suspected_fraud` |
| 4,040.11 | answers after 2 s |
| 4,040.12 | says "not decided yet", and the decision 3 s later |
| 4,040.13 | tells its answer again, twice, after answering |
| 4,040.21 | goes dark after doing it: no answer ever comes |
| 4,040.22 | goes dark before: the instruction is lost on the way, the first time |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from qianbao.channels.bank import Reason
from qianbao.channels.errors import SimulationMalformed
from qianbao.channels.simulator.books import SQL
from qianbao.db import Database

DELAY_MS_MAX: Final = 3_600_000


class Dark(StrEnum):
    """When the line goes dead."""

    BEFORE = "before"
    """The bank never gets what it is sent."""
    AFTER = "after"
    """The bank does it, and its answer is lost."""
    WHOLLY = "wholly"
    """As `before`, and queries get no answer either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the bank does beside its work; by default nothing."""

    delay_ms: int = 0
    """How long it takes to answer."""
    late_ms: int = 0
    """How long it says "not decided yet" before its decision is known."""
    repeats: int = 0
    """How often it tells its answer again by itself."""
    dark: Dark | None = None
    decline: Reason | None = None
    once: bool = False
    """Only for the first try with a reference (an amount's behaviour)."""


NORMAL: Final = Behaviour()

BY_AMOUNT: Final[Mapping[int, Behaviour]] = {
    4_040_01: Behaviour(decline=Reason.INSUFFICIENT_FUNDS),
    4_040_02: Behaviour(decline=Reason.CARD_CLOSED),
    4_040_03: Behaviour(decline=Reason.LIMIT_EXCEEDED),
    4_040_04: Behaviour(decline=Reason.SUSPECTED_FRAUD),
    4_040_11: Behaviour(delay_ms=2_000),
    4_040_12: Behaviour(late_ms=3_000),
    4_040_13: Behaviour(repeats=2),
    4_040_21: Behaviour(dark=Dark.AFTER, once=True),
    4_040_22: Behaviour(dark=Dark.BEFORE, once=True),
}
"""The amounts of the table above."""


async def behaviour_of(db: Database, bank: str) -> Behaviour:
    """How a bank behaves now."""
    row = await db.row(SQL["behaviour"], bank)
    if row is None:
        return NORMAL
    return Behaviour(
        delay_ms=row["delay_ms"],
        late_ms=row["late_ms"],
        repeats=row["repeats"],
        dark=None if row["dark"] is None else Dark(row["dark"]),
        decline=None if row["decline"] is None else Reason(row["decline"]),
    )


def asked(
    *,
    delay_ms: int = 0,
    late_ms: int = 0,
    repeats: int = 0,
    dark: str | None = None,
    decline: str | None = None,
) -> Behaviour:
    """The behaviour that an operator asks for, checked. Raises `SimulationMalformed`."""
    for field, value, most in (
        ("delay_ms", delay_ms, DELAY_MS_MAX),
        ("late_ms", late_ms, DELAY_MS_MAX),
        ("repeats", repeats, 10),
    ):
        if not 0 <= value <= most:
            raise SimulationMalformed(field=field, expected=f"0 to {most}")
    choices: tuple[tuple[str, Any, type[StrEnum]], ...] = (("dark", dark, Dark), ("decline", decline, Reason))
    for field, value, kind in choices:
        if value is not None and value not in list(kind):
            raise SimulationMalformed(field=field, expected=", ".join(kind))
    return Behaviour(
        delay_ms=delay_ms,
        late_ms=late_ms,
        repeats=repeats,
        dark=None if dark is None else Dark(dark),
        decline=None if decline is None else Reason(decline),
    )


async def behave(db: Database, bank: str, behaviour: Behaviour) -> None:
    """Let a bank behave so from now on, in all processes."""
    await db.write(
        SQL["behave"],
        bank,
        behaviour.delay_ms,
        behaviour.late_ms,
        behaviour.repeats,
        behaviour.dark,
        behaviour.decline,
    )
