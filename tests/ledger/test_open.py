"""What a ledger's URL names, and what is said where it names nothing that can be had here."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qianbao import ledger
from qianbao.ledger import LedgerUrlUnknown

WITHOUT_CLIENT = """
import sys
sys.modules["tigerbeetle"] = None  # as where it is not installed: importing it raises ModuleNotFoundError
from qianbao.cli import main
sys.argv = ["qianbao", "books", "check"]
main()
"""


@pytest.mark.parametrize(
    "url", ["", "mysql://127.0.0.1/books", "tb://", "tb://127.0.0.1:3000?cluster=x", "3000"]
)
def test_a_url_that_names_no_ledger_is_refused(url: str) -> None:
    with pytest.raises(LedgerUrlUnknown) as refused:
        asyncio.run(ledger.open(url))
    assert refused.value.expected == "postgresql://… or tb://host:port?cluster=0"


async def test_without_the_clusters_client_the_command_line_says_what_to_install(
    postgres_url: str, tmp_path: Path
) -> None:
    told = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", WITHOUT_CLIENT],
        env=os.environ
        | {
            "QIANBAO_HOME": str(tmp_path),
            "QIANBAO_DATABASE_URL": postgres_url,
            "QIANBAO_LEDGER_URL": "tb://127.0.0.1:3000?cluster=0",
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 1, told.stdout
    assert "ledger_client_missing" in told.stderr
    assert "pip install 'qianbao[tigerbeetle]'" in told.stderr
    assert "Traceback" not in told.stderr
