"""The starter city of a new installation, and what replays work with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from qianbao.api.parts import Parts
from qianbao.replay import city
from qianbao.replay.models import Run
from qianbao.replay.service import Parts as Replaying
from qianbao.replay.service import unheard
from qianbao.replay.store import Runs

FIRST_S: Final = 12.0
"""How long the first start replays before it serves; the worker does the rest."""


def replaying(parts: Parts) -> Replaying:
    """The parts that a replay needs."""
    return Replaying(db=parts.db, kyc=parts.kyc, room=parts.payments)


async def begin(parts: Parts, *, seconds: float = FIRST_S, told: Callable[[Run], None] = unheard) -> None:
    """At the first start, bring the city to life. Later starts find it begun; the worker does the rest."""
    if parts.settings.demo and await city.progress(Runs(parts.db)) is None:
        await city.first(replaying(parts), home=parts.settings.home, seconds=seconds, told=told)


async def go_on(parts: Parts) -> None:
    """The worker's share: what is left, calmly. Returns at once where there is no city, or nothing left."""
    if parts.settings.demo and await city.progress(Runs(parts.db)) is not None:
        await city.rest(replaying(parts), home=parts.settings.home)
