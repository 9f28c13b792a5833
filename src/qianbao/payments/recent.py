"""Facts that hardly ever change, kept for a moment: whose shop, which rate, whose wallet.

Only what may be half a minute old is read through here. Whether an account is open, and what it may spend,
is decided by the ledger within the commit.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from qianbao.clock import SECOND, Clock

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Look-ups, each answer kept for `keep_s` seconds; at most `size_max`, the oldest go first."""

    def __init__(
        self,
        read: Callable[[Key], Awaitable[Value]],
        *,
        clock: Clock,
        keep_s: int = 30,
        size_max: int = 50_000,
    ) -> None:
        self._read = read
        self._clock = clock
        self._keep = keep_s * SECOND
        self._size_max = size_max
        self._kept: dict[Key, tuple[int, Value]] = {}

    async def get(self, key: Key) -> Value:
        """The value of `key`. Raises what reading it raises; a failure is not kept."""
        now = self._clock.now()
        found = self._kept.get(key)
        # A clock that was set back must not make an answer last.
        if found is not None and 0 <= found[0] - now <= self._keep:
            return found[1]
        value = await self._read(key)
        self._kept.pop(key, None)
        while len(self._kept) >= self._size_max:
            del self._kept[next(iter(self._kept))]
        self._kept[key] = (now + self._keep, value)
        return value
