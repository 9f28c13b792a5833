"""How often one caller may ask: a leaky bucket (GCRA) in the process, one number a caller.

It keeps a server from being swamped. What must hold over processes and restarts (wrong PINs, wrong codes,
wrong passwords) is counted by the rooms in the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from qianbao.api.errors import RateLimited


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_s` requests a second in the long run, `burst` at once."""

    per_s: float
    burst: int
    gap_ns: int = field(init=False)
    """What one request takes of the bucket."""
    ahead_ns: int = field(init=False)
    """How full the bucket may be when one more is asked for."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "gap_ns", int(1e9 / self.per_s))
        object.__setattr__(self, "ahead_ns", self.gap_ns * (self.burst - 1))


class Limiter:
    """Counts requests by key. Memory is bounded: those that have been quiet are forgotten."""

    def __init__(self, keys_max: int = 100_000) -> None:
        self._full: dict[object, int] = {}
        self._keys_max = keys_max

    def demand(self, key: object, rate: Rate, now_ns: int) -> None:
        """Whether `key` may ask now; counts nothing. Raises `RateLimited` with the seconds to wait."""
        over = self._full.get(key, 0) - now_ns - rate.ahead_ns
        if over > 0:
            raise RateLimited(retry_after_s=max(1, -(-over // 1_000_000_000)))

    def take(self, key: object, rate: Rate, now_ns: int) -> None:
        """Count one request of `key`. Raises `RateLimited` with the seconds to wait."""
        self.demand(key, rate, now_ns)
        self.count(key, rate, now_ns)

    def count(self, key: object, rate: Rate, now_ns: int) -> None:
        """Count one request of `key`, allowed or not."""
        self._full[key] = max(self._full.get(key, 0), now_ns) + rate.gap_ns
        if len(self._full) > self._keys_max:
            self._full = {known: until for known, until in self._full.items() if until > now_ns}
