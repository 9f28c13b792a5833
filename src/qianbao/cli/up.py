"""`qianbao up`: database, server processes and worker, in the foreground, kept alive until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import ssl
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import uvloop

from qianbao.api import install, starter
from qianbao.api.errors import InUse, NotReady
from qianbao.api.metrics import FOLDER, forgotten
from qianbao.api.proxy import trusted
from qianbao.cli import lan
from qianbao.cli.home import Running, holding, write_running
from qianbao.cli.supervise import Child
from qianbao.config import Settings
from qianbao.db import embedded
from qianbao.replay.models import Run

READY_TIMEOUT_S = 60.0
TICK_S = 0.2


@dataclass(frozen=True)
class Address:
    """Where the network is served, and whose signature to trust there."""

    url: str
    authority: str | None = None
    nameless: bool = False
    """Whether phones find it by its number alone, so that they can use no passkey."""


def up(
    settings: Settings, *, on_lan: bool, say: Callable[[Address], None], city: Callable[[Run], None]
) -> None:
    """Run until SIGINT or SIGTERM; `say` is called once payments can be taken, `city` hears of the starter
    city's first replay before.

    Raises `InUse` when another one runs on this home or port, `DatabaseWontStart`, `NotReady`,
    `SettingMalformed`.
    """
    os.umask(0o077)  # logs, locks and keys are this user's alone
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with holding(settings.home):
        House(settings, on_lan=on_lan, city=city).run(lambda: stopping, say)


class House:
    """The processes of one installation."""

    def __init__(self, settings: Settings, *, on_lan: bool, city: Callable[[Run], None]) -> None:
        self.city = city
        trusted(settings)  # what is malformed is said here, not in a server's log
        self.environ = dict(os.environ)
        host = lan.address() if on_lan else settings.host
        _free(host, settings.port)
        self.settings = replace(settings, host=host)
        shown = f"[{host}]" if ":" in host else "localhost" if host == "127.0.0.1" else host
        self.address = Address(f"http://{shown}:{settings.port}")
        if on_lan:
            from qianbao.api.serve import CERTIFICATE, PRIVATE_KEY  # loads the whole API

            name = lan.name_of(settings, host, hostname=socket.gethostname())
            names = [host, "localhost", *([name] if name else [])]
            files = lan.certificate(settings.home, *names)
            self.environ |= {CERTIFICATE: str(files.chain), PRIVATE_KEY: str(files.private_key)}
            self.environ |= {"QIANBAO_LAN_NAME": name} if name else {}
            url = f"https://{name or host}:{settings.port}"
            self.address = Address(url, str(files.authority), nameless=name is None)
        self.postgres: embedded.Embedded | None = None
        self.children: list[Child] = []
        self.changed = False
        """Whether something was started again that has not been told yet."""

    def run(self, stopping: Callable[[], bool], say: Callable[[Address], None]) -> None:
        """Start everything, keep it alive, stop it in the other order."""
        try:
            self._start(stopping)
            if self._await_ready(stopping):
                say(self.address)
            while not stopping():
                time.sleep(TICK_S)
                self._tend()
        finally:
            for child in self.children:
                child.stop()
            if self.postgres is not None:
                self.postgres.stop()

    def _start(self, stopping: Callable[[], bool]) -> None:
        if self.settings.database_url is None:
            self.postgres = embedded.start(self.settings.home)
            self.settings = replace(self.settings, database_url=self.postgres.url)
        assert self.settings.database_url
        uvloop.run(install.prepare(self.settings))
        uvloop.run(starter.bring_to_life(self.settings, self.city, stopping))
        self.environ |= {
            "QIANBAO_HOME": str(self.settings.home),
            "QIANBAO_DATABASE_URL": self.settings.database_url,
            "QIANBAO_HOST": self.settings.host,
            "QIANBAO_PORT": str(self.settings.port),
        }
        # One server keeps its counters in memory; several, and the worker, write them to a common folder.
        common = self.environ | {"PROMETHEUS_MULTIPROC_DIR": str(_emptied(self.settings.home / FOLDER))}
        alone = self.environ if self.settings.workers == 1 else common
        log = self.settings.home / "qianbao.log"
        names = [f"server-{number + 1}" for number in range(self.settings.workers)]
        modules = [*((name, "qianbao.api.serve") for name in names), ("worker", "qianbao.api.worker")]
        self.children = [
            Child(name, [sys.executable, "-m", module], common if name == "worker" else alone, log)
            for name, module in modules
        ]
        for child in self.children:
            child.start()
        self._tell()

    def _tend(self) -> None:
        try:
            if self.postgres is not None and not self.postgres.alive():
                self.postgres = embedded.start(self.settings.home)
                self.changed = True
            for child in self.children:
                if (dead := child.dead) is not None:
                    forgotten(self.settings.home, dead)
                self.changed |= child.tend()
            if self.changed:
                self._tell()
                self.changed = False
        except (embedded.DatabaseWontStart, OSError) as trouble:
            # A full disk, say. Whatever it is may pass: the next look tries again.
            sys.stderr.write(f"{trouble}\n")
            time.sleep(1)

    def _tell(self) -> None:
        assert self.settings.database_url
        running = Running(
            supervisor=os.getpid(),
            servers=tuple(child.pid for child in self.children if child.pid and child.name != "worker"),
            worker=next((child.pid for child in self.children if child.name == "worker"), None),
            postmaster=self.postgres.pid if self.postgres else None,
            url=self.address.url,
            database_url=self.settings.database_url,
        )
        write_running(self.settings.home, running)

    def _await_ready(self, stopping: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while not stopping():
            if answers(self.address, self.settings.host):
                return True
            if time.monotonic() > deadline:
                raise NotReady(f"The server does not become ready; see {self.settings.home / 'qianbao.log'}.")
            time.sleep(0.02)
            self._tend()
        return False


def _emptied(folder: Path) -> Path:
    """The folder, with nothing in it: the processes add their metrics up there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    return folder


def answers(address: Address, host: str) -> bool:
    """Whether the network says that it can take a payment."""
    parts = urlsplit(address.url)
    assert parts.port
    if address.authority is not None:
        trust = ssl.create_default_context(cafile=address.authority)
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=2, context=trust
        )
    else:
        line = http.client.HTTPConnection(host, parts.port, timeout=2)
    try:
        line.request("GET", "/readyz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _free(host: str, port: int) -> None:
    # The server processes share the port (SO_REUSEPORT), and so would another installation of this user.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            line.bind((host, port))
        except OSError as taken:
            told = f"{host}:{port} cannot be served: {taken.strerror}. Choose another QIANBAO_PORT."
            raise InUse(told) from None
