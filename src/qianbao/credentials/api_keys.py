"""API keys of a merchant's programs: made, listed, revoked. Shown once, kept as keyed digests."""

from __future__ import annotations

from collections.abc import Iterable

from qianbao import ids
from qianbao.clock import SECOND
from qianbao.credentials import tokens
from qianbao.credentials.authenticate import KEY_PURPOSE
from qianbao.credentials.errors import ApiKeyUnknown, CredentialMalformed
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import ApiKey, MadeKey
from qianbao.credentials.staff import demand_acts_for
from qianbao.credentials.store import SQL, api_key
from qianbao.ids import Id
from qianbao.parties import names


async def make(
    parts: Credentials,
    caller: Caller,
    *,
    merchant: Id,
    name: str,
    scopes: Iterable[Scope],
    live: bool = True,
    expires_s: int | None = None,
) -> MadeKey:
    """Make a key for a merchant. `live` only shows in the key's beginning.

    Raises `NotYours`, `MerchantUnknown`, `CredentialMalformed`, `PartyMalformed`.
    """
    demand_acts_for(caller, merchant)
    await parts.parties.merchant(merchant)
    chosen = frozenset(scopes)
    lasts_max = parts.rules.api_key_s
    lasts = lasts_max if expires_s is None else expires_s
    if not chosen:
        raise CredentialMalformed("", field="scopes", expected="at least one of " + ", ".join(Scope))
    if not 1 <= lasts <= lasts_max:
        raise CredentialMalformed("", field="expires_s", expected=f"1 to {lasts_max} seconds")
    if Scope.SUBSIDIES_GRANT in chosen and caller.role is not Role.OPERATOR:
        raise CredentialMalformed("Only the house grants subsidies.", field="scopes", expected="other scopes")
    secret = tokens.new_key(parts.random, live=live)
    now = parts.clock.now()
    rows = await parts.db.write(
        SQL["add_api_key"],
        ids.new(now, random=parts.random),
        parts.keyring.digest(KEY_PURPOSE, secret.encode()),
        merchant,
        names.label(name, field="name"),
        tokens.key_hint(secret),
        sorted(chosen),
        caller.id,
        now,
        now + lasts * SECOND,
    )
    return MadeKey(secret=secret, key=api_key(rows[0]))


async def keys_of(parts: Credentials, caller: Caller, merchant: Id) -> list[ApiKey]:
    """A merchant's keys, the newest first, at most 200. Raises `NotYours`."""
    if caller.role is not Role.AUDITOR:
        demand_acts_for(caller, merchant)
    return [api_key(row) for row in await parts.db.rows(SQL["api_keys_of"], merchant)]


async def revoke(parts: Credentials, caller: Caller, *, merchant: Id, id: Id) -> None:
    """Let a key be nobody's from now on: here at once, in other processes within a second. May be repeated.

    Raises `NotYours`, `ApiKeyUnknown`.
    """
    demand_acts_for(caller, merchant)
    if not await parts.db.write(SQL["revoke_api_key"], id, merchant, parts.clock.now()):
        raise ApiKeyUnknown()
    parts.authenticator.forget(id)
