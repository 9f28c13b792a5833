"""One installation's folder: who runs on it, and where."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Generator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import msgspec

from qianbao.api.errors import InUse
from qianbao.api.files import write_private


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What `qianbao up` tells the other commands (and tests) about itself: `run.json`."""

    supervisor: int
    """Process ids, all."""
    servers: tuple[int, ...]
    worker: int | None
    postmaster: int | None
    url: str
    database_url: str


def without_password(url: str) -> str:
    """A database's URL as it may be shown."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@", 1)))


def write_running(home: Path, running: Running) -> None:
    """Tell who runs."""
    write_private(home / "run.json", msgspec.json.encode(running).decode())


def read_running(home: Path) -> Running | None:
    """Who runs on this home, or None when nobody does."""
    if not held(home):
        return None
    try:
        return msgspec.json.decode((home / "run.json").read_bytes(), type=Running)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def held(home: Path) -> bool:
    """Whether a supervisor holds this home. A killed one does not: the system lets its lock go."""
    try:
        with (home / "lock").open("r") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def holding(home: Path) -> Generator[None]:
    """Within: this home is ours alone. Raises `InUse`."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InUse(f"Another `qianbao up` runs on {home}.") from None
        yield
        with contextlib.suppress(FileNotFoundError):
            (home / "run.json").unlink()
