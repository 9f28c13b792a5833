"""A process that replays a file, to be killed: `python -m tests.replay.pump DATABASE_URL FILE CHUNK HOME`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from qianbao.api.parts import opened
from qianbao.config import load
from qianbao.replay.adapters import choose
from qianbao.replay.service import Parts, replay
from qianbao.replay.source import open_source


async def pump(url: str, path: Path, chunk: int, home: str) -> None:
    """Replay to the end."""
    async with opened(load({"QIANBAO_HOME": home, "QIANBAO_DATABASE_URL": url})) as house:
        source = open_source(path)
        parts = Parts(db=house.db, kyc=house.kyc, room=house.payments)
        await replay(source, choose(source), parts=parts, chunk=chunk)


if __name__ == "__main__":
    asyncio.run(pump(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
