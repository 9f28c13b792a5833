"""Signing in: a person, an owner or somebody of the house by password, a cashier by PIN at a store.

Tries are counted per account and per address before a secret is looked at. Nobody learns whether an
account exists: an unknown one takes as long and gets the same answer.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

import msgspec

from qianbao.credentials import forms, password, sessions
from qianbao.credentials.errors import (
    InitialPassword,
    NotYours,
    PinMustReset,
    PinNotSet,
    PinWrong,
    SignInRefused,
)
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import SignedIn
from qianbao.credentials.store import SQL, operator, staff
from qianbao.errors import NotFound
from qianbao.ids import Id

_UNKNOWN: Final = "This login and secret do not go together."


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """From where somebody signs in."""

    address: str
    """The peer's address: wrong tries are counted by it."""
    loopback: bool = False
    """Whether it is this machine itself: only here a password drawn at installation is taken, and tries
    are counted by account alone."""
    device: Id | None = None
    """The device, where it is known from before."""
    device_name: str = "A device"


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

    Raises `SignInRefused`, `PinLocked`, `TooManyTries`.
    """
    key = forms.login_key(login)
    await _count(parts, place, f"cashier:{store}:{key}")
    row = await parts.db.row(SQL["staff_by_login"], store, key)
    if row is None or not row["active"]:
        await parts.hasher.refuse(pin)
        raise SignInRefused(_UNKNOWN)
    found = staff(row)
    try:
        await parts.pins.verify(found.id, pin)
    except (PinWrong, PinNotSet, PinMustReset):
        raise SignInRefused(_UNKNOWN) from None
    await _right(parts, place, f"cashier:{store}:{key}")
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


async def act_for(parts: Credentials, caller: Caller, *, merchant: Id) -> SignedIn:
    """Another session of a person, as the owner of a merchant that is theirs: one role at a time.

    Raises `NotYours`.
    """
    try:
        owned = await parts.parties.merchant(merchant)
    except NotFound:
        raise NotYours() from None
    if caller.person is None or caller.scopes is not None or owned.owner != caller.person:
        raise NotYours()
    return await sessions.open_session(
        parts,
        holder=caller.id,
        role=Role.OWNER,
        person=caller.person,
        merchant=merchant,
        device=caller.device,
        device_name="A device",
    )


async def _by_password(
    parts: Credentials, place: Place, holder: Id | None, account: str, secret: str
) -> None:
    await _count(parts, place, account)
    must_change = await password.check(parts, holder, secret)
    if must_change is None:
        raise SignInRefused(_UNKNOWN)
    if must_change and not place.loopback:
        raise InitialPassword()
    await _right(parts, place, account)


async def _count(parts: Credentials, place: Place, account: str) -> None:
    rules = parts.rules
    if not place.loopback:
        await parts.rates.demand(_address(place), rules.sign_in_address_tries_max, rules.sign_in_period_s)
    await parts.rates.demand(_account(account), rules.sign_in_tries_max, rules.sign_in_period_s)


async def _right(parts: Credentials, place: Place, account: str) -> None:
    await parts.rates.forget(_account(account))
    if not place.loopback:
        await parts.rates.give_back(_address(place))


def _address(place: Place) -> str:
    return f"sign-in:address:{place.address}"


def _account(account: str) -> str:
    # An identifier can be of any length and content: its digest is what is counted.
    return f"sign-in:account:{blake2b(account.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"
