"""A process that closes what ran out whenever it is told to: `python -m tests.faults.sweeper`.

The installation's own worker sweeps once a second, at moments of its own; a race needs the sweep now.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from qianbao.api.parts import opened
from qianbao.config import load
from qianbao.payments.trade import ending
from tests.faults.town import settings_of
from tests.live import Live

ROOT = Path(__file__).parents[2]


class Sweeper:
    """Such a process, seen from the test: `async with Sweeper(live) as sweeper: await sweeper.sweep()`."""

    def __init__(self, live: Live) -> None:
        self._environ = {**live.environ, "QIANBAO_DATABASE_URL": settings_of(live).database_url or ""}
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.faults.sweeper",
            env=self._environ,
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await self._line()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def sweep(self) -> None:
        """Let it close whatever has run out by now."""
        async with self._turn:
            assert self._process is not None
            assert self._process.stdin is not None
            self._process.stdin.write(b"sweep\n")
            await self._process.stdin.drain()
            await self._line()

    async def _line(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        told = await asyncio.wait_for(self._process.stdout.readline(), 60)
        assert told, "the sweeper has fallen"


async def main() -> None:
    """Say `ready`; then for each line that comes in sweep, and say so."""
    async with opened(load(), application="qianbao-sweeper") as parts:
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            await ending.expire(parts.payments)
            print("swept", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
