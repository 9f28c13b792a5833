"""`qianbao backup` and `restore`: one file holds the whole installation, and comes up with the same books.

The file is a tar of a base backup of PostgreSQL (with its log up to the end of the backup, so it is
consistent whatever was paid meanwhile), the keyring, the settings and a manifest. It holds secrets: 0600.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tarfile
import tempfile
import time
from collections.abc import Generator
from pathlib import Path

import msgspec

from qianbao import __version__
from qianbao.cli.books import books_hash
from qianbao.cli.home import holding, read_running
from qianbao.clock import SystemClock, rfc3339
from qianbao.config import Settings
from qianbao.db import embedded
from qianbao.errors import Conflict, Invalid

KEPT = ("keyring", "config.toml", "logins.json", "tls")
"""What is kept of a home beside the database."""


class ServerOfYourOwn(Conflict):
    """The database is a server of your own: back it up and restore it with its own means."""

    code = "server_of_your_own"


class HomeNotEmpty(Conflict):
    """There is an installation on this home already."""

    code = "home_not_empty"


class BackupUnreadable(Invalid):
    """The file is no backup that this version can read."""

    code = "backup_unreadable"


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says about itself."""

    version: str
    made_at: str
    books: str
    """The books' hash just before the backup began: the same after `restore` if nothing was paid since."""


@contextlib.contextmanager
def running_database(settings: Settings) -> Generator[str]:
    """The URL of the installation's database; its own server is started for the while if it is down."""
    if settings.database_url is not None:
        yield settings.database_url
    elif (running := read_running(settings.home)) is not None:
        yield running.database_url
    else:
        with holding(settings.home):
            server = embedded.start(settings.home)
            try:
                yield server.url
            finally:
                server.stop()


def backup(settings: Settings, file: Path) -> Manifest:
    """Write the installation into `file`, running or not. Raises `ServerOfYourOwn`."""
    if settings.database_url is not None:
        raise ServerOfYourOwn()
    with (
        running_database(settings) as url,
        tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".qianbao-") as folder,
    ):
        manifest = Manifest(
            version=__version__, made_at=rfc3339(SystemClock().now()), books=asyncio.run(books_hash(url))
        )
        archive = embedded.back_up(url, Path(folder))
        told = Path(folder) / "manifest.json"
        told.write_bytes(msgspec.json.encode(manifest))
        draft = Path(folder) / "draft"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w") as out:
                out.add(told, "manifest.json")
                out.add(archive, "base.tar.gz")
                for name in KEPT:
                    if (settings.home / name).exists():
                        out.add(settings.home / name, f"home/{name}")
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(file)
    return manifest


def restore(settings: Settings, file: Path, *, replace: bool = False) -> tuple[Manifest, str]:
    """Bring an installation back on this home; its manifest and the hash of the restored books.

    What was there is kept beside (`postgres.before-…`). Raises `ServerOfYourOwn`, `HomeNotEmpty`,
    `BackupUnreadable`, `InUse`.
    """
    if settings.database_url is not None:
        raise ServerOfYourOwn()
    home = settings.home
    with holding(home), tempfile.TemporaryDirectory(dir=home, prefix=".restore-") as folder:
        unpacked = Path(folder)
        try:
            with tarfile.open(file, "r:") as told:
                told.extractall(unpacked, filter="data")
            manifest = msgspec.json.decode((unpacked / "manifest.json").read_bytes(), type=Manifest)
        except (OSError, tarfile.TarError, msgspec.DecodeError) as broken:
            raise BackupUnreadable(str(broken)) from None
        if (home / "postgres").exists():
            if not replace:
                raise HomeNotEmpty(f"{home} has a database. Say --replace to put this one in its place.")
            (home / "postgres").rename(home / f"postgres.before-{time.time_ns()}")
        embedded.unpack(home, unpacked / "base.tar.gz")
        for path in (unpacked / "home").iterdir() if (unpacked / "home").exists() else ():
            target = home / path.name
            if target.is_dir():
                shutil.rmtree(target)
            path.replace(target)
        server = embedded.start(home)
        try:
            return manifest, asyncio.run(books_hash(server.url))
        finally:
            server.stop()
