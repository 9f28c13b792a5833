"""Files, folders and zips with a password: which bytes there are to read. Measured before unpacked."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from qianbao.insight.bills.bounds import BOUNDS, Bounds
from qianbao.insight.bills.errors import (
    BillsBroken,
    BillsMissing,
    BillsPasswordMissing,
    BillsPasswordWrong,
    BillsPathUnsafe,
    BillsTooLarge,
)
from qianbao.insight.bills.tables import is_workbook

TRIES: Final = 3
"""How often a password is asked for."""

Ask = Callable[[str], str | None]
"""Asks for the password of the file of this name; None: there is nobody to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file to be read, maybe out of an archive."""

    name: str
    """`bills.zip/微信支付账单.csv` where it lay in an archive."""
    data: bytes
    named: bool
    """Whether the person named this very file; else it was found in a folder or an archive."""


def documents(
    paths: Sequence[Path], *, password: str | None = None, ask: Ask = lambda _: None, bounds: Bounds = BOUNDS
) -> Iterator[Document]:
    """What lies in these files, folders and zips, by name.

    Raises `BillsMissing`, `BillsTooLarge`, `BillsBroken`, `BillsPathUnsafe`, `BillsPasswordMissing`,
    `BillsPasswordWrong`.
    """
    for path in paths:
        if path.is_dir():
            found = sorted(one for one in path.rglob("*") if one.is_file() and not _hidden(one, path))
            if len(found) > bounds.entries:
                raise BillsTooLarge(
                    f"{path} holds {len(found):,} files.",
                    field="FILE",
                    expected=f"at most {bounds.entries:,}",
                )
            for one in found:
                yield from _opened(one, one.relative_to(path.parent).as_posix(), False, password, ask, bounds)
        elif path.is_file():
            yield from _opened(path, path.name, True, password, ask, bounds)
        else:
            raise BillsMissing(f"There is no {path}.", field="FILE", expected="a file or a folder")


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "~$", "__MACOSX")) for part in path.relative_to(folder).parts)


def _opened(
    path: Path, name: str, named: bool, password: str | None, ask: Ask, bounds: Bounds
) -> Iterator[Document]:
    size = path.stat().st_size
    if size > bounds.file_size:
        raise BillsTooLarge(
            f"{name} has {size:,} bytes.", field="FILE", expected=f"at most {bounds.file_size:,}"
        )
    try:
        data = path.read_bytes()
    except OSError as refused:
        raise BillsMissing(f"{name} cannot be read: {refused.strerror}", field="FILE") from None
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield Document(name=name, data=data, named=named)
        return
    with _Archive(data, name, bounds) as archive:
        if is_workbook(data):
            archive.measured()
            yield Document(name=name, data=data, named=named)
        else:
            yield from archive.documents(password, ask)


class _Archive:
    """A zip in memory, its entries measured by what the directory says and again as they come out."""

    def __init__(self, data: bytes, name: str, bounds: Bounds) -> None:
        import pyzipper

        self._failures = (
            pyzipper.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, KeyError,
            RuntimeError, IndexError,
        )  # fmt: skip
        self._name = name
        self._bounds = bounds
        try:
            self._zip: Any = pyzipper.AESZipFile(io.BytesIO(data))
        except self._failures as broken:
            raise BillsBroken(f"{name} is no whole zip: {broken}", field="FILE") from None

    def __enter__(self) -> _Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def measured(self) -> list[Any]:
        """The entries that are files. Raises `BillsTooLarge`, `BillsPathUnsafe`."""
        entries: list[Any] = self._zip.infolist()
        bounds = self._bounds
        if len(entries) > bounds.entries:
            self._large(f"{len(entries):,} entries", f"at most {bounds.entries:,}")
        if sum(entry.file_size for entry in entries) > bounds.unpacked_size:
            self._large("too much, unpacked", f"at most {bounds.unpacked_size:,} bytes")
        for entry in entries:
            path = PurePosixPath(entry.filename.replace("\\", "/"))
            if path.is_absolute() or ".." in path.parts or any(":" in part for part in path.parts[:1]):
                raise BillsPathUnsafe(
                    f"{self._name} names {entry.filename!r}.",
                    field="FILE",
                    expected="names within the archive",
                )
            if entry.file_size > bounds.file_size:
                self._large(f"{entry.filename} of {entry.file_size:,} bytes", f"at most {bounds.file_size:,}")
            if entry.file_size > max(bounds.ratio_free, bounds.ratio * entry.compress_size):
                self._large(
                    f"{entry.filename}, packed more than {bounds.ratio} to 1", f"at most {bounds.ratio} to 1"
                )
        return [entry for entry in entries if not entry.is_dir()]

    def documents(self, password: str | None, ask: Ask) -> Iterator[Document]:
        """Its files, unpacked."""
        entries = [
            entry for entry in self.measured() if not PurePosixPath(entry.filename).name.startswith(".")
        ]
        locked = [entry for entry in entries if entry.flag_bits & 1]
        if locked:
            self._unlock(locked[0], password, ask)
        left = self._bounds.unpacked_size
        for entry in entries:
            name = f"{self._name}/{_named(entry)}"
            if entry.filename.startswith("__MACOSX/"):
                continue
            data = self._read(entry)
            left -= len(data)
            if left < 0:
                self._large("too much, unpacked", f"at most {self._bounds.unpacked_size:,} bytes")
            if is_workbook(data):
                with _Archive(data, name, self._bounds) as inner:
                    inner.measured()
            yield Document(name=name, data=data, named=False)

    def _unlock(self, entry: Any, password: str | None, ask: Ask) -> None:
        wrong = False
        for _ in range(TRIES):
            given = password if password is not None else ask(self._name)
            if not given:
                break
            self._zip.setpassword(given.encode())
            if self._opens(entry):
                return
            wrong = True
            if password is not None:
                break
        if wrong:
            raise BillsPasswordWrong(
                f"The password does not open {self._name}.", field="--password",
                expected="the password that came with the bill",
            )  # fmt: skip
        raise BillsPasswordMissing(
            f"{self._name} is locked by a password.",
            field="--password",
            expected="the password that came with it",
        )

    def _opens(self, entry: Any) -> bool:
        # One check byte lets every 256th wrong password through; the sum of the whole file does not.
        try:
            self._zip.read(entry)
        except self._failures:
            return False
        return True

    def _read(self, entry: Any) -> bytes:
        try:
            with self._zip.open(entry) as file:
                data: bytes = file.read(self._bounds.file_size + 1)
        except self._failures as broken:
            raise BillsBroken(
                f"{self._name}/{_named(entry)} cannot be unpacked: {broken}", field="FILE"
            ) from None
        if len(data) > self._bounds.file_size:
            self._large(f"{_named(entry)}, unpacked", f"at most {self._bounds.file_size:,} bytes")
        return data

    def _large(self, what: str, expected: str) -> None:
        raise BillsTooLarge(f"{self._name} holds {what}.", field="FILE", expected=expected)


def _named(entry: Any) -> str:
    """The entry's name; without the mark of UTF-8 it is most likely in GB18030, which zip calls CP437."""
    if entry.flag_bits & 0x800:
        return str(entry.filename)
    try:
        return str(entry.filename.encode("cp437").decode("gb18030"))
    except (UnicodeEncodeError, UnicodeDecodeError):
        return str(entry.filename)
