"""Signing in: a person, an owner or somebody of the house by password, a cashier by PIN at a store.

Tries are counted before a secret is looked at (`throttle`). Nobody learns whether an account exists: an
unknown one takes as long and gets the same answer.
"""

from __future__ import annotations

from typing import Final

from qianbao.credentials import forms, password, sessions, throttle
from qianbao.credentials.errors import (
    InitialPassword,
    PinMustReset,
    PinNotSet,
    PinWrong,
    SignInRefused,
)
from qianbao.credentials.models import Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import SignedIn
from qianbao.credentials.store import SQL, operator, staff
from qianbao.credentials.throttle import Place
from qianbao.ids import Id

_UNKNOWN: Final = "This login and secret do not go together."


async def person(parts: Credentials, place: Place, *, identifier: str, secret: str) -> SignedIn:
    """Sign a person in by phone number, account number or handle, and password.

    Raises `SignInRefused`, `TooManyTries`, `InitialPassword`.
    """
    found = await parts.parties.person_by_phone(identifier) if identifier.strip().startswith("+") else None
    holder = None if found is None else found.id
    if holder is None and (wallet := await parts.parties.wallet_by_identifier(identifier)) is not None:
        holder = wallet.person
    await _by_password(parts, place, holder, f"person:{holder or identifier}", secret)
    assert holder is not None
    return await sessions.open_session(
        parts,
        holder=holder,
        role=Role.PERSON,
        person=holder,
        device=place.device,
        device_name=place.device_name,
    )


async def house(parts: Credentials, place: Place, *, login: str, secret: str) -> SignedIn:
    """Sign an operator or an auditor in. Raises `SignInRefused`, `TooManyTries`, `InitialPassword`."""
    row = await parts.db.row(SQL["operator_by_login"], forms.login_key(login))
    found = None if row is None else operator(row)
    holder = found.id if found is not None and found.active else None
    await _by_password(parts, place, holder, f"house:{forms.login_key(login)}", secret)
    assert found is not None
    return await sessions.open_session(
        parts, holder=found.id, role=found.role, device=place.device, device_name=place.device_name
    )


async def owner(parts: Credentials, place: Place, *, login: str, secret: str) -> SignedIn:
    """Sign the owner of a merchant that signed up by itself in.

    Raises `SignInRefused`, `TooManyTries`, `InitialPassword`.
    """
    row = await parts.db.row(SQL["staff_by_login"], None, forms.login_key(login))
    found = None if row is None else staff(row)
    holder = found.id if found is not None and found.active else None
    await _by_password(parts, place, holder, f"owner:{forms.login_key(login)}", secret)
    assert found is not None
    return await sessions.open_session(
        parts,
        holder=found.id,
        role=found.role,
        merchant=found.merchant,
        device=place.device,
        device_name=place.device_name,
    )


async def cashier(
    parts: Credentials, place: Place, *, store: Id, login: str, pin: str, till: str | None
) -> SignedIn:
    """Sign a cashier or supervisor of a store in, at one of its tills, by login name and PIN.

    Raises `SignInRefused`, `TooManyTries`.
    """
    key = forms.login_key(login)
    row = await parts.db.row(SQL["staff_by_login"], store, key)
    found = None if row is None else staff(row)
    account = throttle.cashier(store, key)
    tried = await throttle.count(parts, place, account, found.id if found else None, by_pin=True)
    if found is None or not found.active:
        await parts.hasher.refuse(pin)
        raise SignInRefused(_UNKNOWN)
    try:
        await parts.pins.check(found.id, pin)
    except (PinWrong, PinNotSet, PinMustReset):
        raise SignInRefused(_UNKNOWN) from None
    await throttle.right(parts, tried)
    return await sessions.open_session(
        parts,
        holder=found.id,
        role=found.role,
        merchant=found.merchant,
        store=found.store,
        till=till,
        device=place.device,
        device_name=place.device_name,
    )


async def _by_password(
    parts: Credentials, place: Place, holder: Id | None, account: str, secret: str
) -> None:
    tried = await throttle.count(parts, place, account, holder)
    must_change = await password.check(parts, holder, secret)
    if must_change is None:
        raise SignInRefused(_UNKNOWN)
    if must_change and not place.loopback:
        raise InitialPassword()
    await throttle.right(parts, tried)
