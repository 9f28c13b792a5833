"""What an authenticator is asked, and what is done with its answer: challenges are taken once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

import msgspec
from webauthn.helpers.exceptions import WebAuthnException

from qianbao import ids
from qianbao.clock import SECOND
from qianbao.config import SettingMalformed, Settings
from qianbao.credentials.errors import ChallengeGone, CredentialMalformed, PasskeyRefused
from qianbao.credentials.parts import Credentials
from qianbao.credentials.store import SQL
from qianbao.ids import Id

ANSWER_MAX: Final = 16_384
"""The longest answer of an authenticator, bytes of JSON."""
CHALLENGE_BYTES: Final = 32

Verified = TypeVar("Verified")


class RelyingParty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For whom passkeys are made: the table `[passkeys]` of `config.toml`."""

    id: str = "localhost"
    """The domain that the passkeys belong to, never an address; browsers take `localhost` without TLS. With
    `qianbao up --lan` and unset: the name under which phones find this machine."""
    name: str = "Qianbao"
    origins: tuple[str, ...] = ()
    """Where pages may use them from; unset: where this machine serves them itself."""


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator is asked: `options` go to the browser's `navigator.credentials` as they are."""

    id: Id
    options: dict[str, Any]


def relying_party(settings: Settings) -> RelyingParty:
    """The relying party of this installation. Raises `SettingMalformed`."""
    table = settings.tables.get("passkeys", {})
    try:
        found = msgspec.convert(table, RelyingParty)
    except msgspec.ValidationError as wrong:
        raise SettingMalformed(f"[passkeys]: {wrong}", field="passkeys") from None
    id = found.id if "id" in table or settings.lan_name is None else settings.lan_name
    scheme = "http" if settings.lan_name is None else "https"
    origins = found.origins or (f"{scheme}://{id}:{settings.port}",)
    return msgspec.structs.replace(found, id=id, origins=origins)


async def ask(
    parts: Credentials, challenge: bytes, purpose: str, holder: Id | None, options: str
) -> Challenge:
    """Store a challenge, to be answered once; `options` are the authenticator's JSON."""
    now = parts.clock.now()
    id = ids.new(now, random=parts.random)
    await parts.db.write(SQL["sweep_challenges"], now)
    await parts.db.write(
        SQL["add_challenge"], id, challenge, purpose, holder, now + parts.rules.challenge_s * SECOND
    )
    return Challenge(id=id, options=json.loads(options))


async def take(parts: Credentials, challenge: Id, purpose: str, holder: Id | None) -> tuple[bytes, Id | None]:
    """The challenge itself, which is gone now. Raises `ChallengeGone`."""
    rows = await parts.db.write(SQL["take_challenge"], challenge)
    if not rows or rows[0]["expires_at"] < parts.clock.now():
        raise ChallengeGone()
    if (rows[0]["purpose"], rows[0]["holder"]) != (purpose, holder):
        raise ChallengeGone()
    return rows[0]["challenge"], rows[0]["holder"]


def bounded(answer: dict[str, Any]) -> dict[str, Any]:
    """An authenticator's answer of an acceptable size. Raises `CredentialMalformed`."""
    if len(json.dumps(answer)) > ANSWER_MAX:
        raise CredentialMalformed("", field="answer", expected=f"at most {ANSWER_MAX} bytes")
    return answer


def verified_by(verify: Callable[[], Verified]) -> Verified:
    """What `verify` finds. Raises `PasskeyRefused` where it does not hold."""
    try:
        return verify()
    except (WebAuthnException, ValueError, TypeError, LookupError, AttributeError):
        # The library meets malformed answers with any of these; all say the same: it does not hold.
        raise PasskeyRefused() from None
