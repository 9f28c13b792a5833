"""Waits for what other tasks and processes bring about."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], Awaitable[bool]], *, timeout_s: float = 10) -> None:
    """Wait until `condition` holds; fail after `timeout_s`."""
    end = time.monotonic() + timeout_s
    while not await condition():
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.005)
