"""A merchant's staff: owners sign in by password, cashiers and supervisors by PIN at a store."""

from __future__ import annotations

from typing import Final

import asyncpg

from qianbao.credentials import forms, password, sessions, throttle
from qianbao.credentials.errors import CredentialMalformed, LoginTaken, NotYours, StaffUnknown
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import Staff
from qianbao.credentials.store import SQL, staff
from qianbao.errors import NotFound
from qianbao.ids import NONE, Id
from qianbao.parties import names

PAGE_MAX: Final = 200
AT_A_STORE: Final = frozenset({Role.CASHIER, Role.SUPERVISOR})


def demand_acts_for(caller: Caller, merchant: Id) -> None:
    """Let only the merchant's owner or an operator through; no API key. Raises `NotYours`."""
    owns = caller.role is Role.OWNER and caller.merchant == merchant
    if caller.scopes is not None or not (owns or caller.role is Role.OPERATOR):
        raise NotYours()


async def add_at_store(
    parts: Credentials, caller: Caller, *, id: Id, store: Id, role: Role, login: str, name: str, pin: str
) -> Staff:
    """Add a cashier or a supervisor to a store; a repeat with the same id finds them.

    Raises `NotYours`, `StoreUnknown`, `LoginTaken`, `PinTrivial`, `CredentialMalformed`, `PartyMalformed`.
    """
    if role not in AT_A_STORE:
        raise CredentialMalformed("", field="role", expected=", ".join(sorted(AT_A_STORE)))
    at = await parts.parties.store(store)
    demand_acts_for(caller, at.merchant)
    shown, key = forms.login(login)
    pin = forms.pin(pin)
    made = Staff(
        id=id,
        merchant=at.merchant,
        store=store,
        role=role,
        login=shown,
        name=names.label(name, field="name"),
        active=True,
        created_at=parts.clock.now(),
    )
    await _add(parts, made, key)
    if not (await parts.pins.standing(id))[0]:
        await parts.pins.reset(id, pin)
    return await _stands(parts, id, made)


async def add_owner(
    parts: Credentials, *, id: Id, merchant: Id, login: str, name: str, secret: str, must_change: bool = False
) -> Staff:
    """Add the owner of a merchant that signs up by itself; a repeat with the same id finds them.

    The door lets only the one who signs the merchant up do this. Raises `MerchantUnknown`, `LoginTaken`,
    `PasswordWeak`, `CredentialMalformed`, `PartyMalformed`.
    """
    shown, key = forms.login(login)
    forms.password(secret, known=(shown,))
    await parts.parties.merchant(merchant)
    made = Staff(
        id=id,
        merchant=merchant,
        store=None,
        role=Role.OWNER,
        login=shown,
        name=names.label(name, field="name"),
        active=True,
        created_at=parts.clock.now(),
    )
    await _add(parts, made, key)
    if await parts.db.row(SQL["password"], id) is None:
        await password.set_password(parts, id, secret, must_change=must_change, known=(shown,))
    return await _stands(parts, id, made)


async def login_free(parts: Credentials, login: str, *, but: Id) -> None:
    """Ask whether an owner's login is free, or `but`'s. Raises `LoginTaken`, `CredentialMalformed`."""
    row = await parts.db.row(SQL["staff_by_login"], None, forms.login(login)[1])
    if row is not None and row["id"] != but:
        raise LoginTaken(field="login")


async def staff_of(
    parts: Credentials, caller: Caller, merchant: Id, *, after: Id = NONE, limit: int = PAGE_MAX
) -> list[Staff]:
    """A page of a merchant's staff, by id. Raises `NotYours`."""
    if caller.role is not Role.AUDITOR:
        demand_acts_for(caller, merchant)
    rows = await parts.db.rows(SQL["staff_of"], merchant, after, min(limit, PAGE_MAX))
    return [staff(row) for row in rows]


async def set_pin(parts: Credentials, caller: Caller, id: Id, pin: str) -> None:
    """Give a member of the staff another PIN, and sign them out. Raises `StaffUnknown`, `PinTrivial`."""
    found = await _yours(parts, caller, id)
    if found.store is None:
        raise StaffUnknown()
    await parts.pins.reset(id, forms.pin(pin))
    await throttle.reopen(parts, throttle.cashier(found.store, forms.login_key(found.login)))
    await sessions.end_sessions_of(parts, id)


async def end(parts: Credentials, caller: Caller, id: Id) -> None:
    """Let a member of the staff sign in no more, and sign them out. Raises `StaffUnknown`."""
    found = await _yours(parts, caller, id)
    await parts.db.write(SQL["end_staff"], found.id)
    await sessions.end_sessions_of(parts, found.id)


async def _yours(parts: Credentials, caller: Caller, id: Id) -> Staff:
    row = await parts.db.row(SQL["staff"], id)
    try:
        if row is None:
            raise NotFound()
        demand_acts_for(caller, row["merchant"])
    except (NotYours, NotFound):
        raise StaffUnknown() from None
    return staff(row)


async def _add(parts: Credentials, made: Staff, key: str) -> None:
    try:
        await parts.db.write(
            SQL["add_staff"],
            made.id,
            made.merchant,
            made.store,
            made.role,
            made.login,
            key,
            made.name,
            made.created_at,
        )
    except asyncpg.UniqueViolationError:
        raise LoginTaken(field="login") from None


async def _stands(parts: Credentials, id: Id, made: Staff) -> Staff:
    row = await parts.db.row(SQL["staff"], id)
    if row is None:
        raise StaffUnknown()
    stands = staff(row)
    if (stands.merchant, stands.store, stands.login) != (made.merchant, made.store, made.login):
        raise LoginTaken(field="login")
    return stands
