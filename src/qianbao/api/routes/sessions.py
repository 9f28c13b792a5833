"""Signing in and out. A session is a cookie that no script can read; its token is in no answer's body."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from qianbao.api import audit
from qianbao.api.deps import EVERY_ROLE, PartsDep, allowed, anybody
from qianbao.api.fields import Body, DeviceBody, Login, Name, Password, Pin, TillName, place_of
from qianbao.api.parts import Parts
from qianbao.api.problems import problems
from qianbao.api.sessions import close_session, open_session
from qianbao.clock import rfc3339
from qianbao.credentials import acting, errors, sessions, sign_in
from qianbao.credentials.errors import InitialPassword, NotYours, SessionUnknown, SignInRefused
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.rate import TooManyTries
from qianbao.credentials.records import Session, SignedIn
from qianbao.ids import Id

router = APIRouter(tags=["sign-in"])

Everybody = Annotated[Caller, allowed(*EVERY_ROLE)]
REFUSALS = (SignInRefused, InitialPassword, TooManyTries)


class SignInRequest(DeviceBody):
    """A login and its password. A person's login: phone number, account number or handle."""

    login: Name
    password: Password


class CashierSignInRequest(DeviceBody):
    """A cashier's or supervisor's login at a store, and their PIN."""

    store: Id
    login: Login
    pin: Pin
    till: TillName | None = None


class ActingRequest(DeviceBody):
    """For which of the caller's own merchants the new session acts."""

    merchant: Id


class PersonRequest(Body):
    """The payment PIN: a till is handed over to others, a wallet is not."""

    pin: Pin


class SessionView(BaseModel):
    """Somebody signed in on a device."""

    id: Id
    role: Role
    merchant: Id | None
    store: Id | None
    till: str | None
    device: Id
    device_name: str
    created_at: str
    seen_at: str
    """Exact to a minute."""
    expires_at: str
    current: bool
    """Whether it is the session that asks."""

    @classmethod
    def of(cls, session: Session, *, current: bool) -> SessionView:
        """A session as it is shown."""
        return cls(
            id=session.id,
            role=session.role,
            merchant=session.merchant,
            store=session.store,
            till=session.till,
            device=session.device,
            device_name=session.device_name,
            created_at=rfc3339(session.created_at),
            seen_at=rfc3339(session.seen_at),
            expires_at=rfc3339(session.expires_at),
            current=current,
        )


class SessionList(BaseModel):
    """Where the caller is signed in, the newest first."""

    items: list[SessionView]


class EndedView(BaseModel):
    """How many sessions were ended."""

    ended: int


def admitted(parts: Parts, request: Request, response: Response, signed: SignedIn) -> SessionView:
    """Hand the cookie over; the session as it is shown."""
    lasts_s, _ = sessions.lasts_s(parts.credentials, signed.session.role)
    open_session(request, response, signed.token, lasts_s=lasts_s)
    return SessionView.of(signed.session, current=True)


@router.post("/sessions", status_code=201, dependencies=[anybody()], responses=problems(*REFUSALS))
async def sign_in_person(
    body: SignInRequest, parts: PartsDep, request: Request, response: Response
) -> SessionView:
    """Sign a person in."""
    signed = await sign_in.person(
        parts.credentials, place_of(request, body), identifier=body.login, secret=body.password
    )
    return admitted(parts, request, response, signed)


@router.post("/sessions/owner", status_code=201, dependencies=[anybody()], responses=problems(*REFUSALS))
async def sign_in_owner(
    body: SignInRequest, parts: PartsDep, request: Request, response: Response
) -> SessionView:
    """Sign the owner of a shop that signed up alone in."""
    signed = await sign_in.owner(
        parts.credentials, place_of(request, body), login=body.login, secret=body.password
    )
    return admitted(parts, request, response, signed)


@router.post("/sessions/house", status_code=201, dependencies=[anybody()], responses=problems(*REFUSALS))
async def sign_in_house(
    body: SignInRequest, parts: PartsDep, request: Request, response: Response
) -> SessionView:
    """Sign an operator or an auditor in."""
    signed = await sign_in.house(
        parts.credentials, place_of(request, body), login=body.login, secret=body.password
    )
    await audit.signed_in(request, parts, signed.session)
    return admitted(parts, request, response, signed)


@router.post(
    "/sessions/cashier",
    status_code=201,
    dependencies=[anybody()],
    responses=problems(SignInRefused, TooManyTries),
)
async def sign_in_cashier(
    body: CashierSignInRequest, parts: PartsDep, request: Request, response: Response
) -> SessionView:
    """Sign a cashier or supervisor of a store in, at one of its tills."""
    signed = await sign_in.cashier(
        parts.credentials,
        place_of(request, body),
        store=body.store,
        login=body.login,
        pin=body.pin,
        till=body.till,
    )
    return admitted(parts, request, response, signed)


@router.post("/sessions/acting", status_code=201, responses=problems(NotYours, SessionUnknown))
async def act_for_merchant(
    body: ActingRequest,
    caller: Annotated[Caller, allowed(Role.PERSON, Role.OWNER)],
    parts: PartsDep,
    request: Request,
    response: Response,
) -> SessionView:
    """Go on as the owner of one of the caller's merchants: a session of its own, in one role."""
    signed = await acting.act_for(parts.credentials, caller, merchant=body.merchant)
    return admitted(parts, request, response, signed)


@router.post(
    "/sessions/person",
    status_code=201,
    responses=problems(
        NotYours,
        SessionUnknown,
        errors.PinWrong,
        errors.PinLocked,
        errors.PinNotSet,
        errors.PinMustReset,
        errors.HashingBusy,
    ),
)
async def go_back_to_person(
    body: PersonRequest,
    caller: Annotated[Caller, allowed(Role.OWNER)],
    parts: PartsDep,
    request: Request,
    response: Response,
) -> SessionView:
    """Back from a shop to the wallet of the person who went in with `POST /sessions/acting`: their own
    session goes on, and the shop's ends. `session_unknown`: theirs is over, they sign in again."""
    signed = await acting.back_to_person(parts.credentials, caller, pin=body.pin)
    return admitted(parts, request, response, signed)


@router.get("/sessions")
async def list_sessions(caller: Everybody, parts: PartsDep) -> SessionList:
    """Where the caller is signed in."""
    found = await sessions.sessions_of(parts.credentials, caller)
    return SessionList(items=[SessionView.of(s, current=s.id == caller.session) for s in found])


@router.delete("/sessions/current", status_code=204)
async def sign_out(caller: Everybody, parts: PartsDep, request: Request, response: Response) -> None:
    """Sign out here."""
    await sessions.sign_out(parts.credentials, caller)
    close_session(request, response)


@router.delete("/sessions/others")
async def sign_out_others(caller: Everybody, parts: PartsDep) -> EndedView:
    """Sign out everywhere but here."""
    return EndedView(ended=await sessions.end_sessions_of(parts.credentials, caller.id, but=caller.session))


@router.delete("/sessions/{session_id}", status_code=204, responses=problems(SessionUnknown))
async def sign_out_session(session_id: Id, caller: Everybody, parts: PartsDep) -> None:
    """Sign out one of the caller's sessions."""
    await sessions.sign_out(parts.credentials, caller, session_id=session_id)


@router.delete("/devices/{device_id}", responses=problems(SessionUnknown))
async def sign_out_device(device_id: Id, caller: Everybody, parts: PartsDep) -> EndedView:
    """Sign a device of the caller out, and remove the passkeys registered on it."""
    return EndedView(ended=await sessions.sign_out_device(parts.credentials, caller, device_id))
