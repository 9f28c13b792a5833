"""Wrong codes at a till: counted, and a till that tries too many waits, whatever it scans next."""

from __future__ import annotations

from typing import Final

from qianbao.clock import SECOND, Clock
from qianbao.credentials.rate import Rates
from qianbao.errors import TooMany
from qianbao.ids import Id

TILLS_MAX: Final = 100_000


class TooManyGuesses(TooMany):
    """This till tried too many wrong codes; it may try again after a while."""

    code = "too_many_guesses"


class Guesses:
    """The count stands in the database, for all processes; who is barred is also kept here, so that a right
    code costs no look-up. A process learns that a till is barred at its own first wrong code."""

    def __init__(self, rates: Rates, *, clock: Clock, limit: int, period_s: int) -> None:
        self._rates = rates
        self._clock = clock
        self._limit = limit
        self._period_s = period_s
        self._barred: dict[tuple[Id, str], int] = {}

    def check(self, merchant: Id, till: str) -> None:
        """Raises `TooManyGuesses` while the till is barred."""
        if not self._barred:
            return
        until = self._barred.get((merchant, till), 0)
        if until > (now := self._clock.now()):
            raise TooManyGuesses(retry_after_s=-(-(until - now) // SECOND))
        self._barred.pop((merchant, till), None)

    async def wrong(self, merchant: Id, till: str) -> None:
        """Count a wrong code. Raises `TooManyGuesses` when it was one too many."""
        wait = await self._rates.take(f"payer-code:{merchant}:{till}", self._limit, self._period_s)
        if wait.taken:
            return
        if len(self._barred) >= TILLS_MAX:
            self._barred.clear()
        milliseconds = max(1000, round(wait.seconds * 1000))
        self._barred[merchant, till] = self._clock.now() + milliseconds * (SECOND // 1000)
        raise TooManyGuesses(retry_after_s=-(-milliseconds // 1000))
