"""Passkeys (WebAuthn): registered by somebody signed in, then used to sign in or to prove a session anew.

A challenge is stored, answered once and within its time. User verification (finger, face, device PIN) is
required, so that a passkey counts as two factors.
"""

from __future__ import annotations

from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from qianbao.credentials import sessions
from qianbao.credentials.challenges import (
    CHALLENGE_BYTES,
    Challenge,
    RelyingParty,
    ask,
    bounded,
    take,
    verified_by,
)
from qianbao.credentials.errors import (
    PasskeyExists,
    PasskeyRefused,
    PasskeyUnknown,
)
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import Passkey, SignedIn
from qianbao.credentials.store import SQL, passkey
from qianbao.credentials.throttle import Place
from qianbao.ids import Id
from qianbao.parties import names


async def register_options(
    parts: Credentials, caller: Caller, *, party: RelyingParty, name: str
) -> Challenge:
    """What to ask an authenticator for a new passkey of the caller, soon after a sign-in.

    Raises `NotFresh`, `PartyMalformed`, `CredentialMalformed`.
    """
    await sessions.demand_fresh(parts, caller)
    known = await parts.db.rows(SQL["passkeys_of"], caller.id)
    challenge = parts.random(CHALLENGE_BYTES)
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=caller.id.bytes,
        user_name=names.label(name, field="name"),
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row["id"]) for row in known],
    )
    return await ask(parts, challenge, "register", caller.id, webauthn.options_to_json(options))


async def register(
    parts: Credentials,
    caller: Caller,
    *,
    party: RelyingParty,
    challenge: Id,
    answer: dict[str, Any],
    name: str,
) -> Passkey:
    """Keep a new passkey. Raises `ChallengeGone`, `PasskeyRefused`, `PasskeyExists`, `PartyMalformed`."""
    name = names.label(name, field="name")
    asked, _ = await take(parts, challenge, "register", caller.id)
    verified = verified_by(
        lambda: webauthn.verify_registration_response(
            credential=bounded(answer),
            expected_challenge=asked,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
    )
    rows = await parts.db.write(
        SQL["add_passkey"],
        verified.credential_id,
        caller.id,
        name,
        verified.credential_public_key,
        verified.sign_count,
        caller.device,
        parts.clock.now(),
    )
    if not rows:
        raise PasskeyExists()
    return passkey(rows[0])


async def sign_in_options(parts: Credentials, *, party: RelyingParty) -> Challenge:
    """What to ask any authenticator: whoever answers is signed in. Nobody is named."""
    return await _options(parts, party, "sign_in", None)


async def sign_in(
    parts: Credentials, place: Place, *, party: RelyingParty, challenge: Id, answer: dict[str, Any]
) -> SignedIn:
    """Sign a person or somebody of the house in by passkey. Raises `ChallengeGone`, `PasskeyRefused`."""
    holder, device = await _proved(parts, party, challenge, "sign_in", None, answer)
    role, person = Role.PERSON, holder
    if (row := await parts.db.row(SQL["operator"], holder)) is not None:
        if not row["active"]:
            raise PasskeyRefused()
        role, person = Role(row["role"]), None
    return await sessions.open_session(
        parts,
        holder=holder,
        role=role,
        person=person,
        device=place.device or device,
        device_name=place.device_name,
        by_passkey=True,
    )


async def prove_options(parts: Credentials, caller: Caller, *, party: RelyingParty) -> Challenge:
    """What to ask the caller's authenticator, to prove the session anew."""
    return await _options(parts, party, "prove", caller.id)


async def prove(
    parts: Credentials, caller: Caller, *, party: RelyingParty, challenge: Id, answer: dict[str, Any]
) -> None:
    """Take the caller's session for fresh, by passkey. Raises `ChallengeGone`, `PasskeyRefused`."""
    await _proved(parts, party, challenge, "prove", caller.id, answer)
    await parts.db.write(SQL["prove_session"], caller.session, parts.clock.now(), True)


async def passkeys_of(parts: Credentials, caller: Caller) -> list[Passkey]:
    """The caller's passkeys, the oldest first."""
    return [passkey(row) for row in await parts.db.rows(SQL["passkeys_of"], caller.id)]


async def remove(parts: Credentials, caller: Caller, id: bytes) -> None:
    """Take a passkey of the caller back. Raises `PasskeyUnknown`."""
    if not await parts.db.write(SQL["remove_passkey"], id, caller.id):
        raise PasskeyUnknown()


async def _options(parts: Credentials, party: RelyingParty, purpose: str, holder: Id | None) -> Challenge:
    known = [] if holder is None else await parts.db.rows(SQL["passkeys_of"], holder)
    if holder is not None and not known:
        raise PasskeyUnknown()
    challenge = parts.random(CHALLENGE_BYTES)
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        allow_credentials=[PublicKeyCredentialDescriptor(id=row["id"]) for row in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return await ask(parts, challenge, purpose, holder, webauthn.options_to_json(options))


async def _proved(
    parts: Credentials,
    party: RelyingParty,
    challenge: Id,
    purpose: str,
    holder: Id | None,
    answer: dict[str, Any],
) -> tuple[Id, Id]:
    """The holder of the passkey that answers, and the device it was registered on."""
    asked, _ = await take(parts, challenge, purpose, holder)
    credential_id = verified_by(lambda: base64url_to_bytes(bounded(answer)["id"]))
    row = await parts.db.row(SQL["passkey"], credential_id)
    if row is None or (holder is not None and row["holder"] != holder):
        raise PasskeyRefused()
    verified = verified_by(
        lambda: webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=asked,
            expected_rp_id=party.id,
            expected_origin=list(party.origins),
            credential_public_key=row["public_key"],
            credential_current_sign_count=row["sign_count"],
            require_user_verification=True,
        )
    )
    # Of two answers with one counter (a cloned authenticator) only the first is taken.
    if not await parts.db.write(
        SQL["use_passkey"], credential_id, verified.new_sign_count, parts.clock.now()
    ):
        raise PasskeyRefused()
    return row["holder"], row["device"]
