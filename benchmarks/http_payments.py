"""How many payments a second the whole network takes over HTTP, durably, and how long each waits.

500 connections of tills, authenticated by the API keys of 100 shops, charge one-time codes of 100,000 payers:
each request is a new trade, created and paid in one commit (code used up, trade row, payer → shop and shop →
fee, event; the payer's balance and limits checked in order). The server is `qianbao up` as users run it; the
generator is wrk (Debian's package) or, where it is not installed, a slower one in Python (`http_generator`),
on the same cores. Beside the rate stands the processor time of a payment, which a busy machine tells too.

    python benchmarks/http_payments.py        # prints figures as JSON
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import asyncpg
import psutil

from qianbao.cli.home import Running, read_running
from qianbao.clock import SECOND
from qianbao.credentials import tokens
from qianbao.credentials.authenticate import KEY_PURPOSE
from qianbao.credentials.keyring import Keyring, open_keyring
from qianbao.credentials.models import Scope
from qianbao.ids import of_bytes, of_int
from qianbao.parties.chart import AccountCode
from qianbao.payments.code.store import PURPOSE

PAYERS, SHOPS, CONNECTIONS = 100_000, 100, 500
WARM_S, RUN_S = 4, 10
CODES = 250_000
BALANCE = 10_000_00
CONFIG = """
[payments]
code_s = 3600
"""
HERE = Path(__file__).resolve().parent


def shop(number: int) -> Any:
    """A shop's id, and its account's."""
    return of_int((0xB0 << 120) + number)


def wallet(number: int) -> Any:
    """A payer's wallet's id, and its account's."""
    return of_int((0xA0 << 120) + number)


async def lay(url: str, keyring: Keyring) -> list[str]:
    """Shops with API keys, payers with money and codes, in few large copies; the keys."""
    now = time.time_ns()
    db = await asyncpg.connect(url)
    keys = [tokens.new_key(os.urandom, live=True) for _ in range(SHOPS)]

    async def copy(table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
        await db.copy_records_to_table(table, columns=columns.split(), records=rows)

    shops, payers = range(SHOPS), range(PAYERS)
    shuffled = random.Random(7).sample(payers, k=PAYERS)
    await copy(
        "merchant", "id name mcc rate_bp created_at", [(shop(n), f"Shop {n}", "5411", 60, now) for n in shops]
    )
    await copy("party", "id kind", [(shop(n), "merchant") for n in shops])
    await copy(
        "api_key",
        "id digest merchant name hint scopes created_by created_at expires_at",
        [
            (shop(n), keyring.digest(KEY_PURPOSE, key.encode()), shop(n), "bench", "bench", list(Scope),
             shop(n), now, now + 86_400 * SECOND)
            for n, key in enumerate(keys)
        ],
    )  # fmt: skip
    await copy(
        "person",
        "id name kyc_class created_at",
        [(of_int((0xC0 << 120) + n), f"P{n}", "III", now) for n in payers],
    )
    await copy(
        "wallet",
        "id person brand handle handle_key created_at",
        [(wallet(n), of_int((0xC0 << 120) + n), "lanhua", f"p{n}", f"p{n}", now) for n in payers],
    )
    await copy("party", "id kind", [(wallet(n), "wallet") for n in payers])
    await copy(
        "account",
        "id ts ledger code flags credits_posted day day_used day_max year year_used year_max life_used "
        "pinless_used pinless_max pinless_count pinless_count_max",
        [
            (wallet(n), now - PAYERS - 1 + n, 156, AccountCode.WALLET, 2, BALANCE, 0, 0, 50_000_00, 0, 0,
             200_000_00, 0, 0, 1_000_00, 0, 5)
            for n in payers
        ],
    )  # fmt: skip
    await copy(
        "account",
        "id ts ledger code flags",
        [(shop(n), now - PAYERS - SHOPS - 2 + n, 156, AccountCode.MERCHANT, 2) for n in shops],
    )
    await copy(
        "payer_code",
        "id wallet person brand pinless_max issued expires",
        [
            (of_bytes(keyring.digest(PURPOSE, f"13{n:016d}".encode())[:16]), wallet(payer),
             of_int((0xC0 << 120) + payer), "lanhua", 200_00, now, now + 3600 * SECOND)
            for n, payer in zip(range(1, CODES), itertools.cycle(shuffled))
        ],
    )  # fmt: skip
    await db.execute("VACUUM ANALYZE")
    await db.execute("CHECKPOINT")
    await db.close()
    return keys


def generated(url: str, keys: Path, *, seconds: int, start: int) -> dict[str, Any]:
    """One run of the generator."""
    if shutil.which("wrk"):
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s"]
        command += [str(HERE / "http_payments.lua"), url, "--", str(keys), str(start)]
    else:
        command = [sys.executable, str(HERE / "http_generator.py"), url, str(keys), str(start)]
        command += [str(seconds), str(CONNECTIONS)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return told


def used(running: Running) -> dict[str, float]:
    """Seconds of processor time so far, by part of the network."""
    assert running.postmaster is not None
    assert running.worker is not None
    postmaster = psutil.Process(running.postmaster)
    return {
        "server": sum(_seconds(psutil.Process(pid)) for pid in running.servers),
        "worker": _seconds(psutil.Process(running.worker)),
        "postgres": _seconds(postmaster) + sum(map(_seconds, postmaster.children())),
    }


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return times.user + times.system


async def paid(url: str) -> int:
    """How many trades are paid."""
    db = await asyncpg.connect(url)
    try:
        return await db.fetchval("SELECT count(*) FROM trade WHERE state = 'paid'")
    finally:
        await db.close()


def measure(home: Path, port: int) -> list[dict[str, Any]]:
    """Start the network, load it, read the figures."""
    home.mkdir(mode=0o755)
    (home / "config.toml").write_text(CONFIG)
    environ = {**os.environ, "QIANBAO_HOME": str(home), "QIANBAO_PORT": str(port), "QIANBAO_DEMO": "0"}
    with (home / "up.log").open("wb") as log:
        up = subprocess.Popen(
            [sys.executable, "-m", "qianbao.cli", "up"], env=environ, stdout=log, stderr=log
        )
    try:
        while (running := read_running(home)) is None or not _answers(port):
            if up.poll() is not None:
                sys.exit((home / "up.log").read_text())
            time.sleep(0.1)
        keys = home / "keys"
        keys.write_text("\n".join(asyncio.run(lay(running.database_url, open_keyring(home)))))
        url = f"http://127.0.0.1:{port}"
        warm = generated(url, keys, seconds=WARM_S, start=0)
        before, cost = asyncio.run(paid(running.database_url)), used(running)
        told = generated(url, keys, seconds=RUN_S, start=warm["requests"] + CONNECTIONS)
        costs = {part: seconds - cost[part] for part, seconds in used(running).items()}
        after = asyncio.run(paid(running.database_url))
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(60)
    if not told["requests"] or told["refused"] or told["broken"] or after - before < told["requests"]:
        sys.exit(f"Not every request was a payment: {told}, {after - before} paid.")
    conditions = {
        "route": "POST /api/v1/code-payments", "connections": CONNECTIONS,
        "generator": "wrk, 1 thread, same cores" if shutil.which("wrk") else "Python, 1 process, same cores",
        "server": "uvicorn, 1 process", "payers": PAYERS, "shops": SHOPS, "seconds": RUN_S,
        "cores": os.cpu_count(),
        "fsync": "on", "synchronous_commit": "on", "authenticated": "API keys of 100 shops",
        "load_1min": round(os.getloadavg()[0], 1),
        **{f"{part}_us_each": round(1e6 * cost / (after - before), 1) for part, cost in costs.items()},
    }  # fmt: skip
    return [
        _figure("http.payments", told["requests"] / told["seconds"], "payments/s", "higher", conditions),
        _figure("http.p50_ms", told["p50_ms"], "ms", "lower", conditions),
        _figure("http.p99_ms", told["p99_ms"], "ms", "lower", conditions),
    ]


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def _figure(name: str, value: float, unit: str, better: str, conditions: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "unit": unit, "better": better, "conditions": conditions}


def main() -> None:
    """Print the figures."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        json.dump(measure(Path(folder) / "home", port), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
