"""A person's two roles: they go on as the owner of a shop of theirs, and back to their own wallet.

One role at a time, one token at a time: going on opens an owner's session that remembers the person's, and
going back takes that very session up again. So nothing outlives what the person could end: it goes back only
while their own session still lives, and it proves no more than was proved there.
"""

from __future__ import annotations

from qianbao.credentials import sessions, tokens
from qianbao.credentials.errors import NotYours, SessionUnknown
from qianbao.credentials.models import Caller, Role
from qianbao.credentials.parts import Credentials
from qianbao.credentials.records import SignedIn
from qianbao.credentials.store import SQL, session
from qianbao.errors import NotFound
from qianbao.ids import Id


async def act_for(parts: Credentials, caller: Caller, *, merchant: Id) -> SignedIn:
    """Another session of a person, as the owner of a merchant that is theirs: one role at a time.

    Raises `NotYours`, `SessionUnknown`.
    """
    try:
        owned = await parts.parties.merchant(merchant)
    except NotFound:
        raise NotYours() from None
    if caller.person is None or caller.scopes is not None or owned.owner != caller.person:
        raise NotYours()
    here = await parts.db.row(SQL["session"], caller.session)
    if here is None:
        raise SessionUnknown()
    return await sessions.open_session(
        parts,
        holder=caller.id,
        role=Role.OWNER,
        person=caller.person,
        merchant=merchant,
        device=caller.device,
        device_name="A device",
        proved_at=here["proved_at"],
        # From shop to shop: back to the person either way.
        resumes=here["id"] if caller.role is Role.PERSON else here["resumes"],
    )


async def back_to_person(parts: Credentials, caller: Caller, *, pin: str) -> SignedIn:
    """The person's own session from which an owner's was begun, under a new token; the owner's ends.

    The payment PIN proves who holds the device: a till is handed over to others, a wallet is not. Raises
    `NotYours` (a shop's own login has no wallet), `SessionUnknown` (the person's session is over: they sign
    in again), and what `Pins.verify` does.
    """
    if caller.person is None or caller.session is None:
        raise NotYours()
    await parts.pins.verify(caller.person, pin)
    now, token = parts.clock.now(), tokens.new_token(parts.random)
    async with parts.db.transaction() as connection:
        # The owner's session is ended first: of two that ask at once, the second finds it gone.
        ended = await connection.fetchrow(SQL["revoke_session"], caller.session, caller.id, now)
        row = await connection.fetchrow(
            SQL["resume_session"], caller.session, caller.id, now, tokens.token_digest(token)
        )
        if ended is None or row is None:
            raise SessionUnknown("Your own session here is over: sign in again.")
    parts.authenticator.forget(caller.session, row["id"])
    return SignedIn(token=token, session=session(row))
