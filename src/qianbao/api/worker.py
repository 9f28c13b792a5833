"""The worker process: `python -m qianbao.api.worker`. What goes on beside the requests, until stopped."""

from __future__ import annotations

import asyncio

from qianbao.api import logs
from qianbao.api.background import going, workers
from qianbao.api.parts import opened
from qianbao.api.process import run, step_back, until_stopped
from qianbao.config import Settings, load


async def work(settings: Settings) -> None:
    """Do the background work until stopped."""
    logs.configure()
    stopped = asyncio.Event()
    until_stopped(stopped.set)
    async with (
        opened(settings, application="qianbao-worker") as parts,
        workers(parts) as loops,
        going(loops),
    ):
        await stopped.wait()


if __name__ == "__main__":
    step_back()
    run(work(load()))
