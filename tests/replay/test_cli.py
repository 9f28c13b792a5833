"""`qianbao replay` and `qianbao demo`, as they are typed."""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from qianbao.api.install import prepare
from qianbao.api.logins import ready_id
from qianbao.api.parts import opened
from qianbao.cli import demo
from qianbao.config import load
from qianbao.db import Database
from qianbao.payments.trade.models import TradeState
from qianbao.replay.adapters import ADAPTERS
from qianbao.replay.service import beside
from tests.conftest import fresh_database
from tests.replay.conftest import rows

Files = Callable[..., Path]


@pytest.fixture(scope="module")
def environ(db: Database, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    home = tmp_path_factory.mktemp("cli")
    return {**os.environ, "QIANBAO_HOME": str(home), "QIANBAO_DATABASE_URL": db.url, "QIANBAO_DEMO": "0"}


async def qianbao(environ: dict[str, str], *words: str | Path) -> subprocess.CompletedProcess[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "qianbao.cli", *map(str, words), env=environ,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    return subprocess.CompletedProcess([], process.returncode or 0, out.decode(), err.decode())


async def test_a_file_is_replayed_summed_up_and_known_when_it_comes_again(
    environ: dict[str, str], file: Files
) -> None:
    path = file(*rows(300, name="cli"), "broken")
    done = await qianbao(environ, "replay", path, "--json")
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    counts = {name: told[name] for name in ("read", "paid", "repeated", "refused", "rejected", "amount")}
    assert counts == {
        "read": 301, "paid": 300, "repeated": 0, "refused": 0, "rejected": 1, "amount": 300 * 1234,
    }  # fmt: skip
    assert (told["state"], told["adapter"], told["rejects"]) == ("done", "native", str(beside(path)))
    assert told["this_time"]["read"] == 301

    again = await qianbao(environ, "replay", path)
    assert again.returncode == 0, again.stderr
    assert "301 = 300 + 0 + 0 + 1: nothing lost" in again.stdout
    assert "nothing was paid again" in again.stdout


@pytest.mark.parametrize(
    ("content", "code"),
    [("a,b\n1,2\n", "replay_columns_unknown"), ("", "replay_file_unreadable")],
)
async def test_a_file_of_no_use_is_refused_in_one_line_before_any_database_is_started(
    environ: dict[str, str], tmp_path: Path, content: str, code: str
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(content)
    nowhere = {**environ, "QIANBAO_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none"}
    refused = await qianbao(nowhere, "replay", path)
    assert refused.returncode == 1
    assert code in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_ctrl_c_stops_it_and_the_same_command_goes_on(environ: dict[str, str], file: Files) -> None:
    path = file(*rows(3_000, name="stopped"), name="stopped.csv")
    words = [sys.executable, "-m", "qianbao.cli", "replay", str(path), "--per-second", "3000"]
    process = await asyncio.create_subprocess_exec(*words, env=environ, stderr=subprocess.PIPE)
    asked = "SELECT 1 FROM replay_run WHERE file = $1"
    database = environ["QIANBAO_DATABASE_URL"]
    async with opened(load({**environ, "QIANBAO_DATABASE_URL": database})) as house:
        while await house.db.row(asked, path.name) is None:
            assert process.returncode is None
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130, err.decode()
    assert "goes on from there" in err.decode()
    done = await qianbao(environ, "replay", path, "--json")
    assert json.loads(done.stdout)["paid"] == 3_000


async def test_the_demo_pays_refunds_and_shows_what_the_ledger_wrote(
    postgres_url: str, tmp_path: Path
) -> None:
    url = await fresh_database(postgres_url)
    settings = load({"QIANBAO_HOME": str(tmp_path), "QIANBAO_DATABASE_URL": url, "QIANBAO_DEMO": "0"})
    await prepare(settings)
    async with opened(settings) as house:
        for turn in range(7):  # more often than a day's payments go without a PIN
            told = io.StringIO()
            trade = await demo.play(house, Console(file=told, width=100))
            stands = await house.payments.trades.one(trade)
            assert stands is not None
            assert (stands.state, stands.refunded) == (TradeState.PARTLY_REFUNDED, demo.BACK)
            for words in ("payment", "fee returned", "refund", "32.00", "8.00", "the sum of all accounts"):
                assert words in told.getvalue()
            assert ("asks for the PIN" in told.getvalue()) is (turn >= 5)
        (wallet,) = await house.ledger.lookup_accounts([ready_id("wallet").int])
        assert wallet.debits_posted == 7 * demo.PRICE


async def test_the_demo_without_a_network_makes_one_and_leaves_nothing_behind() -> None:
    # A short path: a socket's name has room for no other, and would lie elsewhere.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="qb") as folder:
        environ = {name: value for name, value in os.environ.items() if not name.startswith("QIANBAO_")}
        done = await qianbao({**environ, "TMPDIR": folder, "QIANBAO_HOME": f"{folder}/none"}, "demo")
        assert done.returncode == 0, done.stderr
        assert "accounts is zero" in done.stdout
        assert await asyncio.to_thread(lambda: list(Path(folder).iterdir())) == []


def test_a_start_loads_neither_the_reader_of_records_nor_the_api() -> None:
    ask = "import sys, qianbao.cli.commands; print({'qianbao.replay.arrow', 'fastapi'} & {*sys.modules})"
    told = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"


def test_the_command_s_help_names_every_adapter() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "qianbao.cli", "replay", "--help"],
        capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "200"},
    ).stdout  # fmt: skip
    assert all(name in told for name in ADAPTERS)
