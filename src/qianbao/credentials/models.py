"""Who may do what: roles, scopes and the caller whom a door has authenticated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from qianbao.ids import Id


class Role(StrEnum):
    """What a caller is on this network. One caller has one role at a time."""

    PERSON = "person"
    CASHIER = "cashier"
    SUPERVISOR = "supervisor"
    OWNER = "owner"
    """A merchant's owner, and the merchant's own programs (API keys)."""
    OPERATOR = "operator"
    AUDITOR = "auditor"
    """Reads everything, changes nothing."""


class Scope(StrEnum):
    """What an API key may be used for."""

    TRADES_READ = "trades:read"
    TRADES_WRITE = "trades:write"
    REFUNDS_WRITE = "refunds:write"
    WITHDRAWALS_WRITE = "withdrawals:write"
    EVENTS_READ = "events:read"
    WEBHOOKS_WRITE = "webhooks:write"
    SUBSIDIES_GRANT = "subsidies:grant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whom a door has authenticated. `id` scopes their idempotency keys and outlives the session:
    the person's id, the cashier's id, the operator's id, or (for API keys) the merchant's id."""

    id: Id
    role: Role
    person: Id | None = None
    merchant: Id | None = None
    """The merchant a cashier, supervisor, owner or API key acts for."""
    store: Id | None = None
    till: str | None = None
    """What wrong guesses of payer's codes are counted against, beside the merchant."""
    scopes: frozenset[Scope] | None = None
    """None: a person's session, all that the role may; else an API key's scopes."""
    session: Id | None = None
    device: Id | None = None
