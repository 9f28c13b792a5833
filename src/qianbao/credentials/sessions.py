"""Sessions and devices: opened at sign-in, listed, ended one by one or all at once."""

from __future__ import annotations

from typing import Final

from qianbao import ids
from qianbao.clock import SECOND
from qianbao.credentials import tokens
from qianbao.credentials.errors import CredentialMalformed, NotFresh, SessionUnknown
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import Session, SignedIn
from qianbao.credentials.store import SQL, session
from qianbao.ids import Id
from qianbao.parties import names

_STAFF: Final = frozenset({Role.CASHIER, Role.SUPERVISOR, Role.OWNER})
_HOUSE: Final = frozenset({Role.OPERATOR, Role.AUDITOR})


def lasts_s(parts: Credentials, role: Role) -> tuple[int, int]:
    """How long a role's session lasts, and how long unseen, in seconds."""
    rules = parts.rules
    if role in _STAFF:
        return rules.staff_session_s, rules.staff_session_idle_s
    if role in _HOUSE:
        return rules.operator_session_s, rules.operator_session_idle_s
    return rules.session_s, rules.session_idle_s


async def open_session(
    parts: Credentials,
    *,
    holder: Id,
    role: Role,
    device: Id | None,
    device_name: str,
    person: Id | None = None,
    merchant: Id | None = None,
    store: Id | None = None,
    till: str | None = None,
    by_passkey: bool = False,
    proved_at: int | None = None,
    resumes: Id | None = None,
) -> SignedIn:
    """Sign a holder in, who was proved at `proved_at` (None: this moment); on a device known by `device`, or
    a new one of that name. `resumes`: the session that this one goes back to."""
    now = parts.clock.now()
    if till is not None:
        till = names.label(till, field="till", size_max=32)
    known = None if device is None else await parts.db.row(SQL["device"], device, holder)
    on = ids.new(now, random=parts.random) if known is None else known["id"]
    name = names.label(device_name, field="device_name") if known is None else known["name"]
    async with parts.db.transaction() as connection:
        if known is None:
            await connection.execute(SQL["add_device"], on, holder, name, now)
        token = tokens.new_token(parts.random)
        lasts, idle = lasts_s(parts, role)
        made = Session(
            id=ids.new(now, random=parts.random),
            holder=holder,
            role=role,
            merchant=merchant,
            store=store,
            till=till,
            device=on,
            device_name=name,
            created_at=now,
            seen_at=now,
            expires_at=now + lasts * SECOND,
        )
        await connection.execute(
            SQL["add_session"],
            made.id,
            tokens.token_digest(token),
            holder,
            role,
            person,
            merchant,
            store,
            till,
            on,
            now,
            now if by_passkey else None,
            idle * SECOND,
            made.expires_at,
            now if proved_at is None else proved_at,
            resumes,
        )
    return SignedIn(token=token, session=made)


async def sessions_of(parts: Credentials, caller: Caller) -> list[Session]:
    """Where the caller is signed in, the newest first."""
    return [session(row) for row in await parts.db.rows(SQL["sessions_of"], caller.id, parts.clock.now())]


async def sign_out(parts: Credentials, caller: Caller, *, session_id: Id | None = None) -> None:
    """End one of the caller's sessions: this one, unless another is named. Raises `SessionUnknown`."""
    wanted = session_id or _own(caller)
    if not await parts.db.write(SQL["revoke_session"], wanted, caller.id, parts.clock.now()):
        raise SessionUnknown()
    parts.authenticator.forget(wanted)


async def sign_out_device(parts: Credentials, caller: Caller, device: Id) -> int:
    """End the caller's sessions on a device and remove the passkeys registered on it; the sessions' number.

    Raises `SessionUnknown`.
    """
    if await parts.db.row(SQL["device"], device, caller.id) is None:
        raise SessionUnknown()
    rows = await parts.db.write(SQL["revoke_sessions_of_device"], caller.id, device, parts.clock.now())
    await parts.db.write(SQL["remove_passkeys_of"], caller.id, device, False)
    parts.authenticator.forget(*(row["id"] for row in rows))
    return len(rows)


async def end_sessions_of(parts: Credentials, holder: Id, *, but: Id | None = None) -> int:
    """Sign a holder out everywhere, but for one session; how many were ended."""
    rows = await parts.db.write(SQL["revoke_sessions_of"], holder, but, parts.clock.now())
    parts.authenticator.forget(*(row["id"] for row in rows))
    return len(rows)


async def demand_fresh(parts: Credentials, caller: Caller, *, passkey: bool = False) -> None:
    """Let only a caller through who signed in (or, with `passkey`, showed one) lately. Raises `NotFresh`."""
    row = await parts.db.row(SQL["session"], _own(caller))
    proved = None if row is None else row["passkey_at" if passkey else "proved_at"]
    if proved is None or parts.clock.now() - proved > parts.rules.fresh_s * SECOND:
        raise NotFresh()


def _own(caller: Caller) -> Id:
    if caller.session is None:
        raise CredentialMalformed("An API key has no session.", expected="a session")
    return caller.session
