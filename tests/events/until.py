"""Waits for what other tasks and processes bring about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(
    condition: Callable[[], Awaitable[bool]], *, timeout_s: float = 10, every_s: float = 0.005
) -> None:
    """Wait until `condition` holds, asked every `every_s`; fail after `timeout_s`."""
    end = time.monotonic() + timeout_s
    while not await condition():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(every_s)
