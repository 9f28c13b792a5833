"""A supervisor's yes at a till: their login and PIN, given with the request that needs it."""

from __future__ import annotations

from qianbao.credentials import forms
from qianbao.credentials.errors import (
    ApprovalRefused,
    PinMustReset,
    PinNotSet,
    PinWrong,
)
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import Staff
from qianbao.credentials.store import SQL, staff


async def approve(parts: Credentials, caller: Caller, *, login: str, pin: str) -> Staff:
    """The supervisor of the caller's own store who says yes. Tries are counted by the login tried and by the
    till that asks; wrong PINs lock the supervisor's PIN as a sign-in does.

    Raises `ApprovalRefused` (nobody learns whether the login exists), `PinLocked`, `TooManyTries`.
    """
    rules, key = parts.rules, forms.login_key(login)
    for counted in (f"approval:{caller.store}:{key}", f"approval:by:{caller.id}"):
        await parts.rates.demand(counted, rules.sign_in_tries_max, rules.sign_in_period_s)
    row = await parts.db.row(SQL["staff_by_login"], caller.store, key)
    found = None if row is None else staff(row)
    may = caller.store is not None and found is not None and found.active and found.role is Role.SUPERVISOR
    if not may or found is None:
        await parts.hasher.refuse(pin)
        raise ApprovalRefused(field="approval")
    try:
        await parts.pins.verify(found.id, pin)
    except (PinWrong, PinNotSet, PinMustReset):
        raise ApprovalRefused(field="approval") from None
    for counted in (f"approval:{caller.store}:{key}", f"approval:by:{caller.id}"):
        await parts.rates.forget(counted)
    return found
