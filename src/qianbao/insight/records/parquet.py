"""Facts as Arrow columns and as Parquet files. pyarrow carries no types: it is `Any` to the type checker."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import asyncpg
import pyarrow
import pyarrow.parquet

pa: Any = pyarrow
pq: Any = pyarrow.parquet

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
COLUMNS: Final = {
    "seq": pa.int64(),
    "record": pa.uuid(),
    "person": pa.uuid(),
    "kind": _TEXT,
    "happened": pa.int64(),
    "known": pa.int64(),
    "day": pa.date32(),
    "amount": pa.int64(),
    "own": pa.int64(),
    "refunded": pa.int64(),
    "merchant": pa.uuid(),
    "store": pa.uuid(),
    "currency": _TEXT,
    "mcc": _TEXT,
    "category": _TEXT,
    "scene": _TEXT,
    "brand": _TEXT,
    "city": _TEXT,
    "tier": _TEXT,
    "cell": pa.int64(),
}
"""The columns of a fact, here as in the table."""
SCHEMA: Final = pa.schema(list(COLUMNS.items()))


class Rows:
    """Some facts in the order of knowing."""

    def __init__(self, rows: Sequence[asyncpg.Record]) -> None:
        self.first: int = rows[0]["seq"]
        self.last: int = rows[-1]["seq"]
        self.size = len(rows)
        self._rows = rows

    def table(self) -> Any:
        """As an Arrow table."""
        return table(self._rows)


def table(rows: Sequence[asyncpg.Record]) -> Any:
    """Facts, none perhaps, as an Arrow table of `SCHEMA`."""
    columns = [_column(kind, [row[name] for row in rows]) for name, kind in COLUMNS.items()]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _column(kind: Any, values: list[Any]) -> Any:
    if kind == pa.uuid():
        return uuids([None if value is None else value.bytes for value in values])
    return pa.array(values, pa.string()).dictionary_encode() if kind == _TEXT else pa.array(values, kind)


def uuids(raw: Sequence[bytes | None]) -> Any:
    """A column of ids."""
    return pa.ExtensionArray.from_storage(pa.uuid(), pa.array(list(raw), pa.binary(16)))


class Writer:
    """One file: written under another name, then synced and named."""

    def __init__(self, draft: Path) -> None:
        self._draft = draft
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file = os.fdopen(handle, "wb")
        self._writer = pq.ParquetWriter(self._file, SCHEMA, compression="zstd")
        self.rows = self.size = self.last = 0
        self.first: int = 0

    def add(self, rows: Rows) -> None:
        """Write some more: one row group."""
        self.first = self.first or rows.first
        self._writer.write_table(rows.table())
        self.rows, self.last, self.size = self.rows + rows.size, rows.last, self._file.tell()

    def close(self) -> Path:
        """Finish the file; where it lies now, safe from a loss of power."""
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self.size = self._file.tell()
        self._file.close()
        path = self._draft.with_name(f"{self.first}-{self.last}.parquet")
        self._draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return path
