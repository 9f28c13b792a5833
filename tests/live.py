"""A whole running installation for tests: `qianbao up` in processes of its own, asked over real HTTP.

    async def test_…(live: Live) -> None:
        async with live.client() as nobody: …
        async with live.signed_in("person") as person: …

`live` (tests/api/conftest.py) is one a session; a test that kills or stops starts its own with `started`.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import httpx2 as httpx
import psutil

from qianbao.cli.home import Running, read_running

SIGN_IN = {
    "person": ("/sessions", ("login", "password")),
    "owner": ("/sessions/owner", ("login", "password")),
    "cashier": ("/sessions/cashier", ("store", "login", "pin", "till")),
    "supervisor": ("/sessions/cashier", ("store", "login", "pin", "till")),
    "operator": ("/sessions/house", ("login", "password")),
}
"""Where each of the ready logins signs in, and with which of its parts."""
START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
"""Where those sign in who are not a person with a wallet."""


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as line:
        line.bind(("127.0.0.1", 0))
        port: int = line.getsockname()[1]
        return port


class Live:
    """One installation: its home, its address, its processes."""

    def __init__(self, home: Path, *, config: str = "", **environ: str) -> None:
        """`config`: the text of `config.toml`; `environ`: more settings, as `QIANBAO_WORKERS="2"`."""
        self.home = home
        self.config = config
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith("QIANBAO_")},
            "QIANBAO_HOME": str(home),
            "QIANBAO_PORT": str(self.port),
            "QIANBAO_DEMO": "0",
            **environ,
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> Running:
        """The process ids, as they are now."""
        found = read_running(self.home)
        assert found is not None, self.log()
        return found

    def log(self, lines: int = 30) -> str:
        """The end of what the processes said."""
        told = [
            "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
            for path in (self.home / "up.log", self.home / "qianbao.log", self.home / "postgres.log")
            if path.exists()
        ]
        return "\n--\n".join(told)

    def start(self) -> float:
        """Start it and wait until it takes payments; the seconds that took."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.config:
            (self.home / "config.toml").write_text(self.config)
        began = time.monotonic()
        with (self.home / "up.log").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "qianbao.cli", "up"],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.wait_ready()
        return time.monotonic() - began

    def ready(self) -> bool:
        """Whether it says that it can take a payment."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def wait_ready(self, timeout_s: float = START_TIMEOUT_S) -> None:
        """Wait until it takes payments."""
        deadline = time.monotonic() + timeout_s
        while not self.ready():
            assert self.process is None or self.process.poll() is None, self.log()
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.05)

    def stop(self) -> float:
        """Stop it as Ctrl-C does; the seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(STOP_TIMEOUT_S) == 0, self.log()
        return time.monotonic() - began

    def kill(self, *pids: int | None) -> None:
        """kill -9."""
        for pid in pids:
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def backends(self) -> list[int]:
        """The process ids of the database's sessions."""
        postmaster = self.running.postmaster
        assert postmaster is not None
        with contextlib.suppress(psutil.Error):
            children = psutil.Process(postmaster).children()
            return [c.pid for c in children if " [local] " in " ".join(c.cmdline())]
        return []

    def kill_everything(self) -> None:
        """kill -9 of the supervisor, the servers, the worker, and the whole database."""
        running = self.running
        database: list[int] = []
        if running.postmaster is not None:
            with contextlib.suppress(psutil.Error):
                database = [c.pid for c in psutil.Process(running.postmaster).children(recursive=True)]
        self.kill(running.supervisor, *running.servers, running.worker, running.postmaster, *database)
        assert self.process is not None
        self.process.wait(10)

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `qianbao …` on this home."""
        done = subprocess.run(
            [sys.executable, "-m", "qianbao.cli", *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr or done.stdout
        return done

    def logins(self) -> dict[str, dict[str, str]]:
        """The ready logins: `person`, `cashier`, `operator`, each with `login` and `password`."""
        told: dict[str, dict[str, str]] = json.loads((self.home / "logins.json").read_text())
        return told

    def client(self, **headers: str) -> httpx.AsyncClient:
        """A client that is nobody."""
        return httpx.AsyncClient(base_url=self.url, timeout=30, headers=headers)

    @contextlib.asynccontextmanager
    async def signed_in(self, who: str) -> AsyncGenerator[httpx.AsyncClient]:
        """A browser in which one of the ready logins is signed in (it sends its Origin, as browsers do)."""
        login = self.logins()[who]
        door, parts = SIGN_IN[who]
        async with self.client(Origin=self.url) as client:
            await self.sign_in(client, door=door, **{name: login[name] for name in parts})
            yield client

    def shop(self) -> httpx.AsyncClient:
        """The ready shop's own program: a client with its API key (every scope but granting subsidies)."""
        return self.client(Authorization=f"Bearer {self.logins()['owner']['api_key']}")

    async def sign_in(self, client: httpx.AsyncClient, *, door: str = "/sessions", **asked: str) -> None:
        """Sign a client in: its cookie jar holds the session from then on."""
        answer = await client.post(f"/api/v1{door}", json=asked)
        assert answer.status_code == 201, answer.text


@contextlib.contextmanager
def started(config: str = "", **environ: str) -> Generator[Live]:
    """An installation in a folder of its own, started, and gone at the end."""
    with tempfile.TemporaryDirectory(prefix="qianbao-live-", ignore_cleanup_errors=True) as folder:
        live = Live(Path(folder) / "home", config=config, **environ)
        live.start()
        try:
            yield live
        finally:
            if live.process is not None and live.process.poll() is None:
                live.stop()
