"""The payment PIN: six digits, verified in threads, locked after wrong tries, over processes and restarts.

A try is counted in the database before it is verified, so guesses sent at once cannot exceed the limit.
In a process, one holder's tries go one after the other, so that right ones sent at once lock nobody out.
The hash is of the PIN under the keyring's secret: a stolen database alone does not give a million tries away.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator

from qianbao.clock import SECOND, Clock
from qianbao.credentials.errors import PinAlreadySet, PinLocked, PinMustReset, PinNotSet, PinWrong
from qianbao.credentials.hashing import Hasher
from qianbao.credentials.keyring import Keyring
from qianbao.credentials.rules import Rules
from qianbao.credentials.store import SQL
from qianbao.db import Database
from qianbao.ids import Id

PURPOSE = "pin"


class Pins:
    """The PINs of all holders: people's payment PINs, and the PINs by which a store's staff sign in."""

    def __init__(self, db: Database, *, clock: Clock, rules: Rules, hasher: Hasher, keyring: Keyring) -> None:
        self._db = db
        self._clock = clock
        self._rules = rules
        self._hasher = hasher
        self._keyring = keyring
        self._turns: dict[Id, tuple[asyncio.Lock, int]] = {}

    async def verify(self, holder: Id, pin: str) -> None:
        """Accept the right PIN, and end the count of wrong ones.

        Raises `PinWrong`, `PinLocked` (with `retry_after_s`), `PinMustReset`, `PinNotSet`, `HashingBusy`.
        """
        rules = self._rules
        async with self._turn(holder):
            rows = await self._db.write(
                SQL["pin_try"],
                holder,
                self._clock.now(),
                rules.pin_tries_max,
                rules.pin_lock_s * SECOND,
                rules.pin_lock_s_max * SECOND,
            )
            if not rows:
                raise await self._refusal(holder)
            kept: str = rows[0]["hash"]
            if not await self._matches(holder, kept, pin):
                left = rules.pin_tries_max - rows[0]["tries"]
                if not left:
                    raise await self._refusal(holder)
                raise PinWrong(f"The payment PIN is wrong; {left} more before it is locked.", field="pin")
            hash = await self._hash(holder, pin) if self._outdated(kept) else kept
            await self._db.write(SQL["pin_right"], holder, kept, hash)

    async def check(self, holder: Id, pin: str) -> None:
        """As `verify`, and counts nothing: whoever lets guesses in (a sign-in) counts them first.

        Raises `PinWrong`, `PinMustReset`, `PinNotSet`, `HashingBusy`.
        """
        row = await self._db.row(SQL["pin"], holder)
        if row is None:
            raise PinNotSet()
        if row["must_reset"]:
            raise PinMustReset()
        if not await self._matches(holder, row["hash"], pin):
            raise PinWrong(field="pin")
        if self._outdated(row["hash"]):
            await self._db.write(SQL["rehash_pin"], holder, row["hash"], await self._hash(holder, pin))

    async def standing(self, holder: Id) -> tuple[bool, bool]:
        """Whether a PIN is set, and whether it must be set anew."""
        row = await self._db.row(SQL["pin"], holder)
        return row is not None, row is not None and row["must_reset"]

    async def set_first(self, holder: Id, pin: str) -> None:
        """Set the first PIN (checked by `forms.pin`). Raises `PinAlreadySet`."""
        hash = await self._hash(holder, pin)
        if not await self._db.write(SQL["add_pin"], holder, hash, self._clock.now()):
            raise PinAlreadySet()

    async def reset(self, holder: Id, pin: str) -> None:
        """Set a PIN whatever stood before, and open a locked one (the caller was proved otherwise)."""
        await self._db.write(SQL["reset_pin"], holder, await self._hash(holder, pin), self._clock.now())

    async def demand_reset(self, holder: Id) -> None:
        """Let the PIN pay nothing more until it is set anew."""
        await self._db.write(SQL["pin_must_reset"], holder)

    async def _refusal(self, holder: Id) -> PinLocked | PinMustReset | PinNotSet:
        row = await self._db.row(SQL["pin"], holder)
        if row is None:
            return PinNotSet()
        if row["must_reset"]:
            return PinMustReset()
        left = row["locked_until"] - self._clock.now()
        return PinLocked(retry_after_s=max(1, -(-left // SECOND)))

    # A kept hash is `version$hash`: the keyring's secret it was made with, and argon2's own text.

    async def _hash(self, holder: Id, pin: str) -> str:
        version = self._keyring.version
        secret = self._secret(version, holder, pin)
        assert secret is not None
        return f"{version}${await self._hasher.hash(secret)}"

    async def _matches(self, holder: Id, kept: str, pin: str) -> bool:
        version, _, hash = kept.partition("$")
        secret = self._secret(int(version), holder, pin)
        return secret is not None and await self._hasher.verify(hash, secret)

    def _outdated(self, kept: str) -> bool:
        version, _, hash = kept.partition("$")
        return int(version) != self._keyring.version or self._hasher.outdated(hash)

    def _secret(self, version: int, holder: Id, pin: str) -> str | None:
        digest = self._keyring.digest_of(
            version, PURPOSE, holder.bytes + pin.encode("utf-8", "surrogatepass")
        )
        return None if digest is None else digest.hex()

    @contextlib.asynccontextmanager
    async def _turn(self, holder: Id) -> AsyncGenerator[None]:
        lock, waiting = self._turns.get(holder, (asyncio.Lock(), 0))
        self._turns[holder] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            lock, waiting = self._turns[holder]
            if waiting == 1:
                del self._turns[holder]
            else:
                self._turns[holder] = (lock, waiting - 1)
