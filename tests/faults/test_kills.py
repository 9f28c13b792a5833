"""Nothing acknowledged is lost and nothing is doubled, whatever is killed while people pay."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.faults import kills
from tests.faults.client_log import ClientLog
from tests.faults.load import Load
from tests.faults.town import lay, prepare
from tests.live import Live

KILLS = int(os.environ.get("QIANBAO_TEST_KILLS", "50"))


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_fifty_kills_under_load_lose_and_double_nothing() -> None:
    with tempfile.TemporaryDirectory(prefix="qianbao-kills-", ignore_cleanup_errors=True) as folder:
        live = Live(Path(folder) / "home", QIANBAO_WORKERS="2")
        prepare(live.home)
        live.start()
        try:
            town = await lay(live, people=40, shops=4, seed=1)
            log = ClientLog(Path(folder) / "clients.jsonl")
            load = Load(live, town, log, run="k", seed=2)
            record = await kills.run(live, load, kills=KILLS, clients=16, seed=3, said=print)
            log.close()
            counted = await kills.verify(live, log.path, run="k")
            print(dict(record.kills), dict(counted), f"slowest recovery {max(record.recovery_s):.1f} s")
            assert record.total == KILLS
            assert set(record.kills) == set(kills.Target)
            assert counted["payments"] > KILLS
        finally:
            live.stop()
    assert kills.orphans(live) == []
