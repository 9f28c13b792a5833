"""The worker process: `python -m qianbao.api.worker`. What goes on beside the requests, until stopped."""

from __future__ import annotations

import asyncio

from qianbao.api import jobs, logs
from qianbao.api.parts import opened
from qianbao.api.process import run, until_stopped
from qianbao.config import Settings, load


async def work(settings: Settings) -> None:
    """Do the background work until stopped."""
    logs.configure()
    stopped = asyncio.Event()
    until_stopped(stopped.set)
    async with opened(settings, application="qianbao-worker") as parts:
        tasks = [asyncio.ensure_future(job) for job in jobs.of_worker(parts)]
        await stopped.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    run(work(load()))
