"""What a use case hands to the journal, and what it gets back.

One command is one `Plan`: transfers, steps and events that become durable together or not at all.
These records are made for every payment, so they are msgspec structs: frozen, and cheap to make.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, ClassVar, Final, Literal

import msgspec

from qianbao.ids import NONE, Id
from qianbao.ledger.models import Spend

TOLD: Final = -1
"""The amount of a transfer that a step of its plan tells within the commit (`Step`)."""


class Transfer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One movement from `debit` to `credit`, `amount` in minor units or `TOLD`. Flags: `TransferFlags`.

    A plan's transfers are one linked chain: the journal sets the linked flag.
    """

    id: Id
    debit: Id
    credit: Id
    amount: int
    code: int
    ledger: int = 156
    flags: int = 0
    pending_id: Id = NONE
    timeout_s: int = 0
    user_data_128: Id = NONE
    """What this is about (the trade, the red packet): transfers are found by it."""
    user_data_64: int = 0
    user_data_32: int = 0
    spend: Spend = Spend.NOTHING


class Step(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One change of state in a room's table. A room subclasses this for each kind of step.

    `kind` names two SQL functions of the room, `step_<kind>_see(rows json, live smallint[]) RETURNS
    smallint[]` and `step_<kind>_write(rows json, live smallint[]) RETURNS void`; `table` is the table
    they lock and `order` its place in the one order in which all tables are locked (each table has one
    order number, whatever the kind). `rows` is a JSON array of the step's fields plus `c`, the 1-based
    number of its plan within the batch; `live[c] = 0` says that the plan is still alive, and `see` sets
    another `Outcome` there to drop it (STALE, or a room's own refusal code).

    A step that commutes and alone knows an amount (the next share of a red packet) has a third function,
    `step_<kind>_tell(rows json, live smallint[]) RETURNS TABLE (c smallint, amount bigint, told text)`: the
    amount of the plan's transfers that are `TOLD`, and a JSON object that joins event and result.
    """

    kind: ClassVar[str]
    table: ClassVar[str]
    order: ClassVar[int]


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is told when the plan has become durable. `type` is past tense: `trade.paid`."""

    type: str
    subject: Id
    """The thing it is about. Events of one subject are delivered in the order of their effect."""
    data: dict[str, Any] = {}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one command does. A door may join a lower room's plan with a higher room's steps.

    `command` is derived from the caller's id, so a repeat meets its own claim; `digest` is of the
    command's content (63-bit), so the same id with other content is noticed. `result` is stored with the
    claim and given back to every repeat.
    """

    caller: Id
    command: Id
    digest: int
    transfers: tuple[Transfer, ...] = ()
    steps: tuple[Step, ...] = ()
    event: Event
    result: dict[str, Any] = {}


class Outcome(IntEnum):
    """What became of a plan in the commit. Codes from 100 up are a refusal by the ledger (100 + its status)
    and from 1000 up by a step (a room's own number)."""

    DONE = 0
    REPLAYED = 1
    """The same command with the same content was committed before: here is its first result."""
    REUSED = 2
    """The same command id stands with other content."""
    STALE = 3
    """A row had moved since the plan was made, or an earlier plan of the batch took it. Nothing stored."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """A command's durable answer."""

    command: Id
    result: dict[str, Any]
    at: int
    """Nanoseconds: the commit's moment."""
    replayed: bool = False


class Stale(msgspec.Struct, frozen=True):
    """Another command came first: load, plan and commit again."""

    kind: Literal["stale"] = "stale"
