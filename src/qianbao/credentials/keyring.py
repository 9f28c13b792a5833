"""The installation's own secrets, for keyed digests: a file in `QIANBAO_HOME`, readable by its owner alone.

Whoever reads the database can test a guess at a code or a key only with this file too. It holds several
versions, the newest last: digests are made with the newest and looked up under each, so that a rotation
refuses nobody. Server processes see a rotation at once: the file's stamp is looked at with each digest.
"""

from __future__ import annotations

import hmac
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from qianbao.errors import Unavailable

SECRET_BYTES: Final = 32
FILE: Final = "keyring"


class KeyringUnreadable(Unavailable):
    """The installation's keyring cannot be read; its file may be damaged or of another version."""

    code = "keyring_unreadable"


class _Version(msgspec.Struct, frozen=True, repr_omit_defaults=True):
    number: int
    secret: bytes

    def __repr__(self) -> str:
        return f"_Version({self.number}, secret=…)"


class _Kept(msgspec.Struct, frozen=True):
    versions: list[_Version]


class Keyring:
    """The secrets by version. Never shown, never logged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._versions: tuple[_Version, ...] = ()
        self._keyed: dict[tuple[int, str], hmac.HMAC] = {}
        """Begun under the key of a version and a purpose: a digest goes on from a copy."""
        self._refresh()

    def __repr__(self) -> str:
        return f"Keyring({str(self._path)!r}, versions={[v.number for v in self._versions]})"

    @property
    def version(self) -> int:
        """The number of the newest secret."""
        self._refresh()
        return self._versions[-1].number

    def digest(self, purpose: str, data: bytes) -> bytes:
        """32 bytes of HMAC-SHA-256 of `data` under the newest secret's key for `purpose`."""
        self._refresh()
        return self._digest(self._versions[-1], purpose, data)

    def digest_of(self, version: int, purpose: str, data: bytes) -> bytes | None:
        """The digest under the secret of that number, or None where it is no longer kept."""
        self._refresh()
        found = next((kept for kept in self._versions if kept.number == version), None)
        return None if found is None else self._digest(found, purpose, data)

    def known(self, purpose: str, data: bytes) -> tuple[bytes, ...]:
        """As `digests`, without a look at the file: what is not found may be under a newer secret."""
        return tuple(self._digest(version, purpose, data) for version in reversed(self._versions))

    def digests(self, purpose: str, data: bytes) -> tuple[bytes, ...]:
        """The digest under each kept secret, the newest first: what a look-up asks for."""
        self._refresh()
        return self.known(purpose, data)

    def _digest(self, version: _Version, purpose: str, data: bytes) -> bytes:
        keyed = self._keyed.get((version.number, purpose))
        if keyed is None:
            key = hmac.digest(version.secret, purpose.encode(), "sha256")
            keyed = self._keyed[version.number, purpose] = hmac.new(key, digestmod="sha256")
        begun = keyed.copy()
        begun.update(data)
        return begun.digest()

    def _refresh(self) -> None:
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if stamp != self._stamp:
                self._versions = _read(self._path)
                self._keyed = {}
                self._stamp = stamp
        except OSError as away:
            raise KeyringUnreadable() from away


def _read(path: Path) -> tuple[_Version, ...]:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_Kept)
    except msgspec.DecodeError:
        raise KeyringUnreadable() from None
    versions = tuple(sorted(kept.versions, key=lambda version: version.number))
    if not versions or any(len(version.secret) != SECRET_BYTES for version in versions):
        raise KeyringUnreadable()
    return versions


def _write(path: Path, versions: tuple[_Version, ...]) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(_Kept(list(versions))))
        file.flush()
        os.fsync(file.fileno())
    return draft


def open_keyring(home: Path, *, random: Callable[[int], bytes] = secrets.token_bytes) -> Keyring:
    """The keyring of an installation, made where there is none. Of processes that start at once one
    makes it and the others find it. Raises `KeyringUnreadable`."""
    path = home / FILE
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = _write(path, (_Version(1, random(SECRET_BYTES)),))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return Keyring(path)


def rotate(
    home: Path, *, keep: int | None = None, random: Callable[[int], bytes] = secrets.token_bytes
) -> int:
    """Add a secret; its number. All older ones are kept, or the newest `keep` of all (at least 1).

    What still hangs on a dropped secret (PINs and API keys unused since) stops being known.
    Raises `KeyringUnreadable`.
    """
    path = open_keyring(home, random=random)._path
    versions = _read(path)
    number = versions[-1].number + 1
    versions = (*versions, _Version(number, random(SECRET_BYTES)))
    _write(path, versions if keep is None else versions[-max(1, keep) :]).replace(path)
    return number
