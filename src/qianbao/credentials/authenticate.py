"""Who is this? The hot path of every request: a short memory, then one gathered look-up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import asyncpg

from qianbao.clock import SECOND, Clock
from qianbao.credentials import tokens
from qianbao.credentials.errors import CredentialUnknown
from qianbao.credentials.keyring import Keyring
from qianbao.credentials.models import Caller, Role, Scope
from qianbao.credentials.rules import Rules
from qianbao.credentials.store import SQL
from qianbao.db import Database, Gather
from qianbao.ids import Id

TOUCHED_AFTER_NS: Final = 60 * SECOND
"""`seen_at` and `used_at` are written at most this often."""
KEY_PURPOSE: Final = "api_key"

_Found = tuple[Id, Caller]


class Authenticator:
    """Turns a session's token or an API key into its `Caller`. One for each process.

    A positive answer is remembered for `cache_ms`; an own revocation is forgotten at once (`forget`), one of
    another process when that time is over.
    """

    def __init__(self, db: Database, *, clock: Clock, rules: Rules, keyring: Keyring) -> None:
        self._db = db
        self._clock = clock
        self._keyring = keyring
        self._lasts_ns = rules.cache_ms * 1_000_000
        self._size_max = rules.cache_size_max
        self._known: dict[bytes, tuple[int, Id, Caller]] = {}
        self._forgotten = 0
        self._sessions: Gather[bytes, _Found] = Gather(self._fetch_sessions)
        self._keys: Gather[tuple[bytes, ...], _Found] = Gather(self._fetch_keys)

    async def authenticate(self, credential: str) -> Caller:
        """The caller of a session's token or an API key.

        Raises `CredentialUnknown` (unknown, expired, revoked: all the same), `DatabaseLost`.
        """
        now, forgotten = self._clock.now(), self._forgotten
        digest = tokens.token_digest(credential)
        known = self._known.get(digest)
        if known is not None and 0 <= known[0] - now <= self._lasts_ns:
            return known[2]
        if len(credential) == tokens.TOKEN_SIZE:
            found = await self._sessions.one(digest)
        elif tokens.is_key(credential):
            found = await self._keys.one(self._keyring.digests(KEY_PURPOSE, credential.encode()))
        else:
            found = None
        if found is None:
            self._known.pop(digest, None)
            raise CredentialUnknown()
        if len(self._known) >= self._size_max:
            self._known.clear()
        if forgotten == self._forgotten:
            # Remembered from before the look-up: what was revoked meanwhile must not live longer.
            self._known[digest] = (now + self._lasts_ns, *found)
        return found[1]

    def forget(self, *ids: Id) -> None:
        """Remember nothing of these sessions or API keys (revoked here, this moment)."""
        gone = set(ids)
        self._forgotten += 1
        self._known = {text: known for text, known in self._known.items() if known[1] not in gone}

    async def _fetch_sessions(self, digests: list[bytes]) -> Mapping[bytes, _Found]:
        now = self._clock.now()
        rows = await self._db.rows(SQL["sessions_by_digest"], digests, now)
        seen = [row["id"] for row in rows if now - row["seen_at"] > TOUCHED_AFTER_NS]
        if seen:
            await self._db.write(SQL["touch_sessions"], seen, now)
        return {row["digest"]: (row["id"], _session_caller(row)) for row in rows}

    async def _fetch_keys(self, asked: list[tuple[bytes, ...]]) -> Mapping[tuple[bytes, ...], _Found]:
        now = self._clock.now()
        rows = await self._db.rows(SQL["api_keys_by_digest"], [d for digests in asked for d in digests], now)
        by_digest = {row["digest"]: row for row in rows}
        found: dict[tuple[bytes, ...], asyncpg.Record] = {}
        for digests in asked:
            row = next((by_digest[digest] for digest in digests if digest in by_digest), None)
            if row is not None:
                found[digests] = row
        used = [
            (row["id"], digests[0])
            for digests, row in found.items()
            if row["digest"] != digests[0] or now - (row["used_at"] or 0) > TOUCHED_AFTER_NS
        ]
        if used:
            # The digest moves to the keyring's newest secret with its key's first use after a rotation.
            await self._db.write(SQL["touch_api_keys"], [id for id, _ in used], [d for _, d in used], now)
        return {digests: (row["id"], _key_caller(row)) for digests, row in found.items()}


def _session_caller(row: asyncpg.Record) -> Caller:
    return Caller(
        id=row["holder"],
        role=Role(row["role"]),
        person=row["person"],
        merchant=row["merchant"],
        store=row["store"],
        till=row["till"],
        session=row["id"],
        device=row["device"],
    )


def _key_caller(row: asyncpg.Record) -> Caller:
    return Caller(
        id=row["merchant"],
        role=Role.OWNER,
        merchant=row["merchant"],
        scopes=frozenset(map(Scope, row["scopes"])),
    )
