"""`qianbao backup` and `restore`: one file holds the whole installation, and comes up with the same books."""

from __future__ import annotations

import asyncio
import shutil
import tarfile
import tempfile
import time
from dataclasses import replace as with_changes
from pathlib import Path

import msgspec

from qianbao.api.parts import Parts, opened
from qianbao.cli.audited import doing, machine
from qianbao.cli.home import holding
from qianbao.cli.within import within
from qianbao.clock import SystemClock
from qianbao.config import Settings
from qianbao.console.backups.archive import Manifest, archived
from qianbao.console.backups.hashing import books_hash
from qianbao.console.backups.service import ServerOfYourOwn
from qianbao.db import connect, embedded, migrate
from qianbao.errors import Conflict, Invalid


class HomeNotEmpty(Conflict):
    """There is an installation on this home already."""

    code = "home_not_empty"


class BackupUnreadable(Invalid):
    """The file is no backup that this version can read."""

    code = "backup_unreadable"


def backup(settings: Settings, file: Path) -> Manifest:
    """Write the installation into `file`, running or not; the audit log says so. Raises `ServerOfYourOwn`."""
    if settings.database_url is not None:
        raise ServerOfYourOwn()
    clock, path = SystemClock(), file.absolute()

    async def run(parts: Parts) -> Manifest:
        began = clock.now()
        async with doing(parts, "backup", target=file.name):
            manifest = await archived(parts.db.url, settings.home, file, clock)
        await parts.console.backups.made(machine().name, path, manifest, began=began)
        return manifest

    return within(run)


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
            return manifest, asyncio.run(_welcomed(settings, server.url, file))
        finally:
            server.stop()


async def _welcomed(settings: Settings, url: str, file: Path) -> str:
    # The hash of what came back, as it came. Then the audit log that came with it says so, brought to
    # this version first: the backup may be of an older one.
    books = await books_hash(url)
    db = await connect(url, size_max=2, application="qianbao-restore")
    try:
        await migrate(db)
    finally:
        await db.close()
    own = with_changes(settings, database_url=url)
    async with (
        opened(own, application="qianbao-restore") as parts,
        doing(parts, "restore", target=file.name, said={"books": books}),
    ):
        pass
    return books
