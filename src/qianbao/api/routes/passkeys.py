"""Passkeys: registered by somebody signed in; then they sign in, or prove a session anew."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from qianbao.api import audit
from qianbao.api.deps import PartsDep, allowed, anybody
from qianbao.api.fields import Body, DeviceBody, Name, address_of, place_of
from qianbao.api.problems import problems
from qianbao.api.routes.sessions import SessionView, admitted
from qianbao.clock import rfc3339
from qianbao.credentials import errors, passkeys
from qianbao.credentials.challenges import Challenge, relying_party
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.rate import TooManyTries
from qianbao.credentials.records import Passkey
from qianbao.ids import Id

router = APIRouter(tags=["passkeys"])

CHALLENGES_MAX = 120
"""Challenges that one address may ask for, not signed in, within a minute."""
Holders = Annotated[Caller, allowed(Role.PERSON, Role.OPERATOR, Role.AUDITOR)]
Answer = Annotated[
    dict[str, Any],
    Field(
        description="What `navigator.credentials` answered, as JSON (`PublicKeyCredential.toJSON()`)",
        max_length=16,
    ),
]
KeyId = Annotated[
    str, Path(min_length=1, max_length=1400, pattern=r"^[A-Za-z0-9_-]+$", description="Base64url")
]


class RegisterOptionsRequest(Body):
    """What the authenticator shows the passkey under."""

    name: Name


class AnswerRequest(Body):
    """The authenticator's answer to a challenge."""

    challenge: Id
    answer: Answer


class RegisterRequest(AnswerRequest):
    """A new passkey, and what to call it."""

    name: Name


class PasskeySignInRequest(AnswerRequest, DeviceBody):
    """The authenticator's answer, and the device."""


class ChallengeView(BaseModel):
    """A challenge: `options` go to the browser's `navigator.credentials` as they are."""

    challenge: Id
    options: dict[str, Any]

    @classmethod
    def of(cls, challenge: Challenge) -> ChallengeView:
        """A challenge as it is shown."""
        return cls(challenge=challenge.id, options=challenge.options)


class PasskeyView(BaseModel):
    """A passkey."""

    id: str
    """Base64url."""
    name: str
    device: Id
    created_at: str
    used_at: str | None

    @classmethod
    def of(cls, passkey: Passkey) -> PasskeyView:
        """A passkey as it is shown."""
        return cls(
            id=bytes_to_base64url(passkey.id),
            name=passkey.name,
            device=passkey.device,
            created_at=rfc3339(passkey.created_at),
            used_at=None if passkey.used_at is None else rfc3339(passkey.used_at),
        )


class PasskeyList(BaseModel):
    """The caller's passkeys, the oldest first."""

    items: list[PasskeyView]


@router.post("/sessions/passkey/options", dependencies=[anybody()], responses=problems(TooManyTries))
async def ask_for_sign_in(parts: PartsDep, request: Request) -> ChallengeView:
    """A challenge for whoever wants to sign in by passkey."""
    await parts.credentials.rates.demand(f"challenge:{address_of(request)}", CHALLENGES_MAX, 60)
    party = relying_party(parts.settings)
    return ChallengeView.of(await passkeys.sign_in_options(parts.credentials, party=party))


@router.post(
    "/sessions/passkey",
    status_code=201,
    dependencies=[anybody()],
    responses=problems(errors.PasskeyRefused, errors.ChallengeGone, errors.CredentialMalformed),
)
async def sign_in_by_passkey(
    body: PasskeySignInRequest, parts: PartsDep, request: Request, response: Response
) -> SessionView:
    """Sign a person or somebody of the house in by passkey."""
    signed = await passkeys.sign_in(
        parts.credentials,
        place_of(request, body),
        party=relying_party(parts.settings),
        challenge=body.challenge,
        answer=body.answer,
    )
    await audit.signed_in(request, parts, signed.session)
    return admitted(parts, request, response, signed)


@router.get("/passkeys")
async def list_passkeys(caller: Holders, parts: PartsDep) -> PasskeyList:
    """The caller's passkeys."""
    found = await passkeys.passkeys_of(parts.credentials, caller)
    return PasskeyList(items=[PasskeyView.of(passkey) for passkey in found])


@router.post("/passkeys/options", responses=problems(errors.NotFresh))
async def ask_to_register(body: RegisterOptionsRequest, caller: Holders, parts: PartsDep) -> ChallengeView:
    """A challenge for a new passkey, within ten minutes of a sign-in."""
    return ChallengeView.of(
        await passkeys.register_options(
            parts.credentials, caller, party=relying_party(parts.settings), name=body.name
        )
    )


@router.post(
    "/passkeys",
    status_code=201,
    responses=problems(
        errors.PasskeyRefused, errors.ChallengeGone, errors.CredentialMalformed, errors.PasskeyExists
    ),
)
async def register(body: RegisterRequest, caller: Holders, parts: PartsDep) -> PasskeyView:
    """Keep a new passkey."""
    kept = await passkeys.register(
        parts.credentials,
        caller,
        party=relying_party(parts.settings),
        challenge=body.challenge,
        answer=body.answer,
        name=body.name,
    )
    return PasskeyView.of(kept)


@router.post("/passkeys/proof/options", responses=problems(errors.PasskeyUnknown))
async def ask_for_proof(caller: Holders, parts: PartsDep) -> ChallengeView:
    """A challenge by which the caller proves the session anew."""
    party = relying_party(parts.settings)
    return ChallengeView.of(await passkeys.prove_options(parts.credentials, caller, party=party))


@router.post(
    "/passkeys/proof",
    status_code=204,
    responses=problems(errors.PasskeyRefused, errors.ChallengeGone, errors.CredentialMalformed),
)
async def prove(body: AnswerRequest, caller: Holders, parts: PartsDep) -> None:
    """Take the caller's session for fresh: what needs a recent sign-in may be done for ten minutes."""
    await passkeys.prove(
        parts.credentials,
        caller,
        party=relying_party(parts.settings),
        challenge=body.challenge,
        answer=body.answer,
    )


@router.delete("/passkeys/{passkey_id}", status_code=204, responses=problems(errors.PasskeyUnknown))
async def remove_passkey(passkey_id: KeyId, caller: Holders, parts: PartsDep) -> None:
    """Take a passkey of the caller back."""
    try:
        id = base64url_to_bytes(passkey_id)
    except ValueError:
        raise errors.PasskeyUnknown() from None
    await passkeys.remove(parts.credentials, caller, id)
