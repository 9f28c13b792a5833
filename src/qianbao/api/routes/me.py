"""Signing up, and what a person does with their own password, payment PIN and lost phone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from qianbao.api.deps import EVERY_ROLE, IdempotencyKey, PartsDep, allowed, anybody, command
from qianbao.api.fields import Body, DeviceBody, Handle, Name, Password, Phone, Pin, place_of
from qianbao.api.problems import problems
from qianbao.api.routes.sessions import SessionView, admitted
from qianbao.api.routes.wallets import PersonView, WalletView
from qianbao.credentials import errors, joining, people
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.rate import TooManyTries
from qianbao.ids import Id
from qianbao.parties.errors import HandleTaken, PartyMalformed, PhoneTaken, UnknownBrand

router = APIRouter(tags=["me"])

ThePerson = Annotated[Caller, allowed(Role.PERSON)]


class PersonRequest(DeviceBody):
    """A person who joins, with a first wallet. People of a brand with handles choose one; of a brand with
    account numbers they are given one."""

    name: Name
    phone: Phone
    password: Password
    brand: Annotated[str, Field(max_length=16, examples=["lanhua"])]
    handle: Handle | None = None
    birth_year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    city: Name | None = None


class JoinedView(BaseModel):
    """Who joined: signed in from now on."""

    person: PersonView
    wallet: WalletView
    session: SessionView


class MeView(BaseModel):
    """Who the caller is."""

    id: Id
    role: Role
    merchant: Id | None
    store: Id | None
    till: str | None
    person: PersonView | None
    wallets: list[WalletView]
    merchants: list[Id]
    """The merchants that the person owns."""
    pin_set: bool
    pin_must_reset: bool


class PasswordRequest(Body):
    """The old password and the new one."""

    old: Password
    new: Password


class PinRequest(Body):
    """The first payment PIN."""

    pin: Pin


class PinChangeRequest(Body):
    """The old payment PIN and the new one."""

    old: Pin
    new: Pin


class PinResetRequest(Body):
    """The new payment PIN, and the password; without it, after a passkey (`POST /passkeys/proof`)."""

    new: Pin
    password: Password | None = None


class LostView(BaseModel):
    """What was done about a lost phone."""

    wallets_frozen: list[Id]
    sessions_ended: int
    passkeys_removed: int


class ReopenedView(BaseModel):
    """The wallets that are open again."""

    wallets: list[Id]


@router.post(
    "/people",
    status_code=201,
    dependencies=[anybody()],
    responses=problems(
        PartyMalformed, UnknownBrand, errors.PasswordWeak, PhoneTaken, HandleTaken, TooManyTries
    ),
)
async def sign_up(body: PersonRequest, parts: PartsDep, request: Request, response: Response) -> JoinedView:
    """Join as a person, in KYC class I, with a first wallet; signed in from then on."""
    opened, signed = await joining.join_person(
        parts.credentials,
        joining.Doors(ledger=parts.ledger, brands=parts.brands, kyc=parts.kyc),
        place_of(request, body),
        name=body.name,
        phone=body.phone,
        secret=body.password,
        brand=body.brand,
        handle=body.handle,
        birth_year=body.birth_year,
        city=body.city,
    )
    return JoinedView(
        person=PersonView.of(opened.people[0]),
        wallet=WalletView.of(opened.wallets[0]),
        session=admitted(parts, request, response, signed),
    )


@router.get("/me")
async def me(caller: Annotated[Caller, allowed(*EVERY_ROLE)], parts: PartsDep) -> MeView:
    """Who the caller is, with their wallets and merchants."""
    person = None if caller.person is None else await parts.parties.person(caller.person)
    wallets = [] if person is None else await parts.parties.wallets_of(person.id)
    merchants = [] if person is None else await parts.parties.merchants_of(person.id)
    pin_set, pin_must_reset = await parts.credentials.pins.standing(caller.id)
    return MeView(
        id=caller.id,
        role=caller.role,
        merchant=caller.merchant,
        store=caller.store,
        till=caller.till,
        person=None if person is None else PersonView.of(person),
        wallets=[WalletView.of(wallet) for wallet in wallets],
        merchants=[merchant.id for merchant in merchants],
        pin_set=pin_set,
        pin_must_reset=pin_must_reset,
    )


@router.post(
    "/me/password",
    status_code=204,
    responses=problems(errors.PasswordWrong, errors.PasswordWeak, TooManyTries),
)
async def change_password(
    body: PasswordRequest,
    caller: Annotated[Caller, allowed(Role.PERSON, Role.OWNER, Role.OPERATOR, Role.AUDITOR)],
    parts: PartsDep,
) -> None:
    """Change the caller's password, and sign their other sessions out."""
    await people.change_password(parts.credentials, caller, old=body.old, new=body.new)


@router.post(
    "/me/pin",
    status_code=204,
    responses=problems(errors.PinTrivial, errors.PinAlreadySet, errors.NotFresh),
)
async def set_pin(body: PinRequest, caller: ThePerson, parts: PartsDep) -> None:
    """Set the first payment PIN, within ten minutes of a sign-in."""
    await people.set_pin(parts.credentials, caller, body.pin)


@router.post(
    "/me/pin/change",
    status_code=204,
    responses=problems(
        errors.PinTrivial, errors.PinWrong, errors.PinLocked, errors.PinNotSet, errors.PinMustReset
    ),
)
async def change_pin(body: PinChangeRequest, caller: ThePerson, parts: PartsDep) -> None:
    """Change the payment PIN."""
    await people.change_pin(parts.credentials, caller, old=body.old, new=body.new)


@router.post(
    "/me/pin/reset",
    status_code=204,
    responses=problems(errors.PinTrivial, errors.PasswordWrong, errors.NotFresh, TooManyTries),
)
async def reset_pin(body: PinResetRequest, caller: ThePerson, parts: PartsDep) -> None:
    """Set a forgotten or locked PIN anew: with the password within ten minutes of a sign-in, or within ten
    minutes of a passkey."""
    await people.reset_pin(parts.credentials, caller, new=body.new, secret=body.password)


@router.post("/me/lost-phone", responses=problems(errors.NotFresh))
async def report_lost_phone(key: IdempotencyKey, caller: ThePerson, parts: PartsDep) -> LostView:
    """From another device: freeze the caller's wallets, sign every other device out, take back its
    passkeys, and let the payment PIN pay nothing until it is set anew."""
    done = await people.lost_phone(
        parts.credentials, caller, journal=parts.journal, command=command(caller, key)
    )
    return LostView(
        wallets_frozen=list(done.wallets_frozen),
        sessions_ended=done.sessions_ended,
        passkeys_removed=done.passkeys_removed,
    )


@router.post("/me/reopen", responses=problems(errors.NotFresh, errors.PinMustReset))
async def reopen_wallets(key: IdempotencyKey, caller: ThePerson, parts: PartsDep) -> ReopenedView:
    """Open the wallets that the caller froze, once the payment PIN has been set anew."""
    opened = await people.reopen(
        parts.credentials, caller, journal=parts.journal, command=command(caller, key)
    )
    return ReopenedView(wallets=list(opened))
