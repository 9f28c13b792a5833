"""What a person does with their own password and payment PIN, and what they do when the phone is lost."""

from __future__ import annotations

import msgspec

from qianbao.credentials import forms, password, sessions
from qianbao.credentials.errors import NotYours, PinMustReset
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.store import SQL
from qianbao.ids import Id, derive
from qianbao.journal import Journal
from qianbao.parties import service as parties_service
from qianbao.parties.models import FrozenBy, PartyKind, PartyState


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """What was done about a lost phone."""

    wallets_frozen: tuple[Id, ...]
    sessions_ended: int
    passkeys_removed: int


def the_person(caller: Caller) -> Id:
    """The person who calls, by session. Raises `NotYours`."""
    if caller.role is not Role.PERSON or caller.person is None or caller.scopes is not None:
        raise NotYours()
    return caller.person


async def set_pin(parts: Credentials, caller: Caller, pin: str) -> None:
    """Set the first payment PIN, soon after a sign-in. Raises `PinAlreadySet`, `PinTrivial`, `NotFresh`."""
    person = the_person(caller)
    await sessions.demand_fresh(parts, caller)
    await parts.pins.set_first(person, await _fit(parts, person, pin))


async def change_pin(parts: Credentials, caller: Caller, *, old: str, new: str) -> None:
    """Change the payment PIN for another. Raises `PinWrong`, `PinLocked`, `PinNotSet`, `PinTrivial`."""
    person = the_person(caller)
    new = await _fit(parts, person, new)
    await parts.pins.verify(person, old)
    await parts.pins.reset(person, new)


async def reset_pin(parts: Credentials, caller: Caller, *, new: str, secret: str | None = None) -> None:
    """Set a forgotten or locked PIN anew: with the password soon after a sign-in, or soon after a passkey.

    Raises `NotFresh`, `PasswordWrong`, `TooManyTries`, `PinTrivial`.
    """
    person = the_person(caller)
    await sessions.demand_fresh(parts, caller, passkey=secret is None)
    new = await _fit(parts, person, new)
    if secret is not None:
        await password.demand(parts, person, secret)
    await parts.pins.reset(person, new)


async def change_password(parts: Credentials, caller: Caller, *, old: str, new: str) -> None:
    """Change the caller's own password, and sign their other sessions out.

    Raises `PasswordWrong`, `TooManyTries`, `PasswordWeak`.
    """
    if caller.session is None:
        raise NotYours()
    await password.change(parts, caller.id, old=old, new=new)
    await sessions.end_sessions_of(parts, caller.id, but=caller.session)


async def lost_phone(parts: Credentials, caller: Caller, *, journal: Journal, command: Id) -> Lost:
    """The phone is lost: freeze the caller's wallets, sign every other device out, take back its passkeys,
    and let the payment PIN pay nothing until it is set anew. From another device; safe to repeat.

    Raises `NotFresh`, `NotYours`.
    """
    person = the_person(caller)
    await sessions.demand_fresh(parts, caller)
    await parties_service.freeze_all_of(
        person,
        parties=parts.parties,
        journal=journal,
        command=command,
        person=person,
        by=FrozenBy.HOLDER,
        reason="lost phone",
    )
    ended = await sessions.end_sessions_of(parts, person, but=caller.session)
    removed = await parts.db.write(SQL["remove_passkeys_of"], person, caller.device, True)
    await parts.pins.demand_reset(person)
    frozen = [w.id for w in await parts.parties.wallets_of(person) if w.state is PartyState.FROZEN]
    return Lost(wallets_frozen=tuple(frozen), sessions_ended=ended, passkeys_removed=len(removed))


async def reopen(parts: Credentials, caller: Caller, *, journal: Journal, command: Id) -> tuple[Id, ...]:
    """Open the wallets that the caller froze, once the PIN has been set anew; those opened. Safe to repeat.

    Raises `PinMustReset`, `NotFresh`, `NotYours`.
    """
    person = the_person(caller)
    await sessions.demand_fresh(parts, caller)
    if (await parts.pins.standing(person))[1]:
        raise PinMustReset()
    opened: list[Id] = []
    for wallet in await parts.parties.wallets_of(person):
        if wallet.state is PartyState.FROZEN and wallet.frozen_by is FrozenBy.HOLDER:
            await parties_service.unfreeze(
                person,
                parties=parts.parties,
                journal=journal,
                command=derive(command, f"unfreeze:{wallet.id}:{wallet.version}"),
                kind=PartyKind.WALLET,
                account=wallet.id,
                by=FrozenBy.HOLDER,
                reason="reopened by the holder",
            )
            opened.append(wallet.id)
    return tuple(opened)


async def _fit(parts: Credentials, person: Id, pin: str) -> str:
    known = await parts.parties.person(person)
    return forms.pin(pin, birth_year=known.birth_year, phone=known.phone)
