"""How a child process of `qianbao up` lives: it stops on SIGTERM, and when its parent is gone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import uvloop

PARENT = "QIANBAO_PARENT_FD"
"""The environment's name for the end of a pipe that the parent holds open: it closes when the parent dies."""

NICE: Final = 5
AUTOGROUP: Final = Path("/proc/self/autogroup")
"""Where Linux keeps the nice value of a whole session: a process's own counts only within its session."""


def step_back() -> None:
    """Leave the processor to the servers where it is short: webhooks, figures and records may be late then,
    a payment may not."""
    os.nice(NICE)
    with contextlib.suppress(OSError):
        AUTOGROUP.write_text(str(NICE))


def until_stopped(stop: Callable[[], None]) -> None:
    """Within a running loop: call `stop` once, on SIGTERM or SIGINT or when the parent has died."""
    loop = asyncio.get_running_loop()
    stopped = False

    def once() -> None:
        nonlocal stopped
        if not stopped:
            stopped = True
            stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, once)
    if (text := os.environ.get(PARENT)) is not None:
        line = int(text)

        def closed() -> None:
            loop.remove_reader(line)
            once()

        loop.add_reader(line, closed)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a process's `main` on uvloop, to its end."""
    uvloop.run(main)
