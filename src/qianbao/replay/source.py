"""A file to replay: what form it has, which columns, and who it is (its content's identity)."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from qianbao.ids import Id, of_bytes
from qianbao.replay.arrow import Table, pa, plain, pq
from qianbao.replay.lines import BLOCK, LINE_MAX, Batch, Form, batches, count_lines
from qianbao.replay.models import ColumnsUnknown, FileUnreadable

ROWS = 8192
"""Rows of a Parquet file taken at a time."""
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def _readable(path: Path) -> Generator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error, pa.ArrowException, LookupError) as broken:
        said = str(broken).splitlines()
        raise FileUnreadable(f"{path}: {said[0] if said else type(broken).__name__}") from broken


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file. `identity` is of its content: a copy, another name, or gzip make no other file."""

    path: Path
    identity: Id
    columns: tuple[str, ...]
    """The names in the heading, trimmed, in lower case."""
    names: tuple[str, ...]
    """The same as they are written."""
    delimiter: str | None
    """None: Parquet."""
    encoding: str

    def batches(self, wanted: Iterable[str]) -> Iterator[Batch]:
        """The rows, some at a time, with those of the `wanted` columns that the file has.

        Raises `FileUnreadable` when the file turns out to be damaged on the way.
        """
        wanted = frozenset(wanted)
        with _readable(self.path):
            if self.delimiter is None:
                yield from self._parquet(wanted)
            else:
                with _bytes(self.path) as stream:
                    stream.readline()
                    asked = [name for name in self.columns if name in wanted]
                    yield from batches(stream, Form(self.columns, self.delimiter, self.encoding, asked))

    def count(self) -> int:
        """How many rows it has: the lines behind the heading that are not empty."""
        with _readable(self.path):
            if self.delimiter is None:
                return pq.read_metadata(self.path).num_rows
            with _bytes(self.path) as stream:
                stream.readline()
                return count_lines(stream)

    def _parquet(self, wanted: frozenset[str]) -> Iterator[Batch]:
        with pq.ParquetFile(self.path) as file:
            asked = {name: self.names[at] for at, name in enumerate(self.columns) if name in wanted}
            row = 1
            for batch in file.iter_batches(ROWS, columns=list(asked.values())):
                columns = {name: batch.column(written) for name, written in asked.items()}
                yield Batch(range(row, row + len(batch)), columns, [], _json(batch))
                row += len(batch)

    def table(self, wanted: Sequence[str]) -> Table | None:
        """The wanted columns of a Parquet file as a whole, or None for a CSV file."""
        if self.delimiter is not None:
            return None
        with _readable(self.path):
            written = [self.names[self.columns.index(name)] for name in wanted]
            return pq.read_table(self.path, columns=written).rename_columns(list(wanted))


class _json:  # noqa: N801 - used like a function, one row at a time
    """A row of a record batch as JSON: made only for a row that is rejected."""

    def __init__(self, batch: Table) -> None:
        self.batch = batch

    def __call__(self, index: int) -> str:
        row = {name: plain(self.batch.column(name)[index]) for name in self.batch.schema.names}
        return json.dumps(row, ensure_ascii=False, default=str)[:LINE_MAX]


@contextmanager
def _bytes(path: Path) -> Generator[BinaryIO]:
    """The file's content, unpacked if it is gzip, behind a byte-order mark."""
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        unpacked = gzip.GzipFile(fileobj=file) if packed else file
        stream = io.BufferedReader(cast("io.RawIOBase", unpacked), BLOCK)
        if stream.peek(3)[:3] == b"\xef\xbb\xbf":
            stream.read(3)
        yield cast("BinaryIO", stream)


def open_source(path: Path, *, encoding: str = "utf-8") -> Source:
    """Open a CSV file (plain or gzip) or a Parquet file. Raises `FileUnreadable`, `ColumnsUnknown`.

    The whole content is read once for its identity, so a damaged gzip file is found before anything is paid.
    """
    with _readable(path):
        if not path.is_file():
            raise FileUnreadable(f"{path}: no such file.")
        with path.open("rb") as file:
            parquet = file.read(4) == _PARQUET
        if parquet:
            names, delimiter = tuple(pq.read_schema(path).names), None
            with path.open("rb") as file:
                identity = _identity(file)
        else:
            with _bytes(path) as stream:
                names, delimiter = _heading(path, stream, encoding)
            with _bytes(path) as stream:
                identity = _identity(stream)
    columns = tuple(name.strip().lower() for name in names)
    if twice := sorted({name for name in columns if columns.count(name) > 1}):
        raise ColumnsUnknown(f"{path}: the column {twice[0]!r} stands twice in the heading.")
    return Source(path, identity, columns, names, delimiter, encoding)


def _identity(stream: BinaryIO) -> Id:
    digest = hashlib.blake2b(digest_size=16, person=b"qianbao.replay")
    while block := stream.read(BLOCK):
        digest.update(block)
    return of_bytes(digest.digest())


def _heading(path: Path, stream: BinaryIO, encoding: str) -> tuple[tuple[str, ...], str]:
    first = stream.readline(LINE_MAX + 1)
    if first.startswith(_UTF16):
        raise FileUnreadable(f"{path}: UTF-16; save it as UTF-8.")
    if not first.strip():
        raise FileUnreadable(
            f"{path}: empty, or the first line is; the heading with the columns' names goes there."
        )
    if len(first) > LINE_MAX or b"\0" in first:
        raise FileUnreadable(f"{path}: neither CSV nor Parquet.")
    try:
        text = first.decode(encoding).rstrip("\r\n")
    except UnicodeError:
        raise FileUnreadable(
            f"{path}: the heading is not {encoding}; say which it is, as in --encoding gb18030."
        ) from None
    delimiter = max((",", "\t", ";"), key=text.count)
    return tuple(name.strip().strip('"') for name in text.split(delimiter)), delimiter
