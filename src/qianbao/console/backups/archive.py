"""Writing the file: a tar of a base backup of PostgreSQL (with its log up to the end of the backup, so it is
consistent whatever was paid meanwhile), the keyring, the settings, the lake of records and a manifest. It
holds secrets: 0600.
"""

from __future__ import annotations

import asyncio
import os
import tarfile
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from qianbao import __version__
from qianbao.clock import Clock, rfc3339
from qianbao.console.backups.hashing import books_hash
from qianbao.db import embedded

KEPT: Final = ("keyring", "config.toml", "logins.json", "tls")
"""What is kept of a home beside the database."""
LAKE: Final = "lake"
"""And the files of it that are whole. They are copied after the database: all that it lists is there by then,
and one that came later is not listed, so the lake's writer takes it away."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a backup says about itself."""

    version: str
    made_at: str
    books: str
    """The books' hash just before the backup began: the same after `restore` if nothing was paid since."""


async def archived(url: str, home: Path, file: Path, clock: Clock) -> Manifest:
    """Write the installation of `home`, whose database is at `url`, into `file`; it may go on running.

    Raises `DatabaseLost`, `DatabaseWontStart` with what the tool said.
    """
    books = await books_hash(url)
    manifest = Manifest(version=__version__, made_at=rfc3339(clock.now()), books=books)
    await asyncio.to_thread(_write, url, home, file, manifest)
    return manifest


def _write(url: str, home: Path, file: Path, manifest: Manifest) -> None:
    # Beside the file and moved at the end: what has the name is whole.
    with tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".qianbao-") as folder:
        archive = embedded.back_up(url, Path(folder))
        told = Path(folder) / "manifest.json"
        told.write_bytes(msgspec.json.encode(manifest))
        draft = Path(folder) / "draft"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w") as out:
                out.add(told, "manifest.json")
                out.add(archive, "base.tar.gz")
                for name in KEPT:
                    if (home / name).exists():
                        out.add(home / name, f"home/{name}")
                for path in sorted((home / LAKE).glob("day=*/city=*/*.parquet")):
                    out.add(path, f"home/{path.relative_to(home).as_posix()}")
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(file)
