"""One installation's folder: who runs on it, and where."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Generator
from pathlib import Path

import msgspec

from qianbao.api.errors import InUse


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What `qianbao up` tells the other commands (and tests) about itself: `run.json`."""

    supervisor: int
    """Process ids, all."""
    servers: tuple[int, ...]
    worker: int | None
    postmaster: int | None
    url: str
    database_url: str


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    with contextlib.suppress(FileNotFoundError):
        fresh.unlink()
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


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
