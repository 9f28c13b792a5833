"""Forgetting what is over: old sessions, unanswered challenges, idle counters. The worker does it."""

from __future__ import annotations

from typing import Final

from qianbao.clock import SECOND
from qianbao.credentials.parts import Credentials
from qianbao.credentials.store import SQL
from qianbao.credentials.throttle import FAMILIAR_S

KEPT_S: Final = 30 * 86_400
"""How long a session is kept after its end, to be looked up."""
STEP: Final = 1_000


async def sweep(parts: Credentials) -> int:
    """Remove what is over; how many sessions and counters that were. May run in several processes at once."""
    now = parts.clock.now()
    removed = await parts.rates.sweep()
    await parts.db.write(SQL["sweep_challenges"], now)
    await parts.db.write(SQL["sweep_sign_in_from"], now - FAMILIAR_S * SECOND)
    while True:
        rows = await parts.db.write(SQL["sweep_sessions"], now - KEPT_S * SECOND, STEP)
        removed += len(rows)
        if len(rows) < STEP:
            return removed
