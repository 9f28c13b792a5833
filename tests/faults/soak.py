"""The bounded soak: `make soak`, `SOAK_KILLS=1000`. It resumes and adds up over runs.

One installation lives through all runs (in `SOAK_HOME`, by default `.soak/` here), so the books that are
checked at the end of a run hold every payment since the first. `record.json` there counts kills by kind.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.faults import kills
from tests.faults.client_log import ClientLog
from tests.faults.load import Load
from tests.faults.town import lay, prepare
from tests.live import Live

PART = 100
"""After so many kills the books are checked and the record is written."""


def say(text: str) -> None:
    """Tell how it goes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def recorded(home: Path) -> dict[str, Any]:
    """What stands in the record; the folder is made where there is none."""
    home.mkdir(parents=True, exist_ok=True)
    if (home / "record.json").exists():
        found: dict[str, Any] = json.loads((home / "record.json").read_text())
        return found
    return {"kills": {}, "payments": 0, "seconds": 0.0, "runs": 0, "slowest_recovery_s": 0.0}


def note(home: Path, record: dict[str, Any], log: Path) -> None:
    """Keep the record; the client's log has been checked and goes."""
    (home / "record.json").write_text(json.dumps(record, indent=2) + "\n")
    log.unlink()
    say(f"books whole, every answer stands: {json.dumps(record)}")


def logs(home: Path) -> list[Path]:
    """The clients' logs that were not held against the books yet."""
    return sorted(home.glob("clients-*.jsonl"))


async def look_after(live: Live, home: Path, record: dict[str, Any]) -> None:
    """What a run that was cut off left behind: what it acknowledged is held against the books too."""
    for left in logs(home):
        counted = await kills.verify(live, left, run=left.stem, ended=False)
        record["payments"] += counted["payments"]
        record["runs"] += 1
        note(home, record, left)


async def soak(home: Path, wanted: int) -> None:
    """Kill until `wanted` kills stand in the record. Fails at the first fault."""
    record = recorded(home)
    counts = Counter[str](record["kills"])
    live = Live(home / "home", QIANBAO_WORKERS="2")
    prepare(live.home)
    live.start()
    try:
        await look_after(live, home, record)
        while (done := sum(counts.values())) < wanted:
            began = time.monotonic()
            run = f"s{record['runs']}"
            town = await lay(live, people=40, shops=4, seed=record["runs"] + 1)
            log = ClientLog(home / f"clients-{record['runs']}.jsonl")
            load = Load(live, town, log, run=run, seed=record["runs"])
            part = await kills.run(
                live, load, kills=min(PART, wanted - done), clients=16, seed=record["runs"], said=say
            )
            log.close()
            counted = await kills.verify(live, log.path, run=run)
            counts.update({str(target): count for target, count in part.kills.items()})
            record |= {
                "kills": dict(counts),
                "payments": record["payments"] + counted["payments"],
                "seconds": record["seconds"] + time.monotonic() - began,
                "runs": record["runs"] + 1,
                "slowest_recovery_s": max(record["slowest_recovery_s"], *part.recovery_s),
            }
            note(home, record, log.path)
    finally:
        live.stop()
    hard = counts[kills.Target.POSTMASTER] + counts[kills.Target.EVERYTHING]
    assert hard * 4 >= wanted, "at least a quarter of the kills must hit the postmaster or everything"


if __name__ == "__main__":
    asyncio.run(
        soak(Path(os.environ.get("SOAK_HOME", ".soak")).absolute(), int(os.environ.get("SOAK_KILLS", "100")))
    )
