"""The starter city of a new installation, and what replays work with.

Reading records loads pyarrow, a good part of a start's time: only where something is left to read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import structlog

from qianbao.api.logins import ready_id
from qianbao.api.parts import Parts, opened
from qianbao.config import Settings
from qianbao.errors import QianbaoError
from qianbao.replay.models import STARTER_CITY, Run, RunState
from qianbao.replay.parts import Parts as Replaying
from qianbao.replay.parts import never, unheard
from qianbao.replay.store import Runs

FIRST_S: Final = 12.0
"""How long the first start replays before it serves; the worker does the rest."""

_log = structlog.get_logger("qianbao.city")


def replaying(parts: Parts) -> Replaying:
    """The parts that a replay needs."""
    return Replaying(db=parts.db, kyc=parts.kyc, room=parts.payments)


async def bring_to_life(
    settings: Settings,
    told: Callable[[Run], None] = unheard,
    stopping: Callable[[], bool] = never,
) -> None:
    """At the first start, replay enough for a living city. Later starts find it begun; the worker does the
    rest. A city that cannot be had is no reason not to serve: it is logged."""
    if not settings.demo:
        return
    async with opened(settings, application="qianbao-city") as parts:
        if await Runs(parts.db).of_source(STARTER_CITY) is None:
            from qianbao.replay import city

            try:
                await city.first(
                    replaying(parts),
                    home=settings.home,
                    seconds=FIRST_S,
                    ready=ready_id("wallet"),
                    told=told,
                    stopping=stopping,
                )
            except QianbaoError as missing:
                _log.warning("starter_city", code=missing.code, detail=missing.detail)


async def go_on(parts: Parts) -> None:
    """The worker's share: what is left, calmly. Returns at once where there is no city, or nothing left."""
    begun = await Runs(parts.db).of_source(STARTER_CITY) if parts.settings.demo else None
    if begun is not None and begun.state is not RunState.DONE:
        from qianbao.replay import city

        await city.rest(replaying(parts), home=parts.settings.home, ready=ready_id("wallet"))
