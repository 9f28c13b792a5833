"""Rows of a CSV, JSON-lines or Parquet file, one after another: what is no row is told, not left out."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from qianbao.insight.behaviour.errors import BehaviourFileUnreadable
from qianbao.insight.behaviour.models import Raw

FORMS: Final = (".csv", ".jsonl", ".ndjson", ".parquet")
LINE_MAX: Final = 65_536
"""Bytes of one row at most; a longer one is kept aside, cut."""
PAGE: Final = 10_000


def rows(path: Path) -> Iterator[Raw]:
    """The rows of a file, by its name's ending. Raises `BehaviourFileUnreadable`."""
    try:
        match path.suffix.lower():
            case ".csv":
                yield from _csv(path)
            case ".jsonl" | ".ndjson":
                yield from _lines(path)
            case ".parquet":
                yield from _parquet(path)
            case _:
                raise BehaviourFileUnreadable(f"{path}", field="file", expected=", ".join(FORMS))
    except OSError as wrong:
        raise BehaviourFileUnreadable(f"{path}: {wrong.strerror or wrong}", field="file") from wrong


def _lines(path: Path) -> Iterator[Raw]:
    with path.open("rb") as lines:
        while line := lines.readline(LINE_MAX):
            broken = ""
            if len(line) == LINE_MAX and not line.endswith(b"\n"):
                broken = f"The line is longer than {LINE_MAX} bytes."
                while (rest := lines.readline(LINE_MAX)) and not rest.endswith(b"\n"):
                    pass
            elif not line.strip():
                continue
            try:
                text = line.decode()
            except UnicodeDecodeError:
                text, broken = line.decode(errors="backslashreplace"), broken or "This is not UTF-8."
            yield Raw(_kept(text.strip()), broken)


def _csv(path: Path) -> Iterator[Raw]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        lines = csv.reader(text)
        try:
            header = [name.strip() for name in next(lines, [])]
        except csv.Error as wrong:
            raise BehaviourFileUnreadable(f"{path}: {wrong}", field="file") from wrong
        if not header or len(set(header)) < len(header):
            raise BehaviourFileUnreadable(f"{path}: the first line names each column once.", field="file")
        while True:
            try:
                cells = next(lines)
            except StopIteration:
                return
            except csv.Error as wrong:
                yield Raw(f"{path.name}, line {lines.line_num}", str(wrong))
                continue
            if not cells:
                continue
            yield _cells(header, cells)


def _cells(header: list[str], cells: list[str]) -> Raw:
    line = ",".join(cells)
    try:
        line.encode()
    except UnicodeEncodeError:
        plain = line.encode(errors="surrogateescape").decode(errors="backslashreplace")
        return Raw(_kept(plain), "This is not UTF-8.")
    if len(cells) != len(header):
        return Raw(_kept(line), f"{len(cells)} cells where there are {len(header)} columns.")
    # An empty cell says nothing: the column has its default.
    said = {name: cell for name, cell in zip(header, cells, strict=True) if cell}
    return Raw(msgspec.json.encode(said).decode())


def _parquet(path: Path) -> Iterator[Raw]:
    import pyarrow as pa  # only who reads Parquet loads it
    import pyarrow.parquet as pq

    try:
        file: Any = pq.ParquetFile(path)
        for batch in file.iter_batches(batch_size=PAGE):
            for row in batch.to_pylist():
                said = {name: value for name, value in row.items() if value is not None}
                yield Raw(msgspec.json.encode(said, enc_hook=str).decode())
    except (pa.ArrowException, UnicodeDecodeError) as wrong:
        raise BehaviourFileUnreadable(f"{path}: {wrong}", field="file") from wrong


def _kept(text: str) -> str:
    return text.replace("\x00", "\ufffd")
