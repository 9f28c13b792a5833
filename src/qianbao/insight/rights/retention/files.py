"""Files of the lake without their old facts. It reads and writes files: run it in a thread."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.compute as _compute

from qianbao.insight.records.parquet import SCHEMA, pq

compute: Any = _compute


class Rest(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a file: its new path; None where nothing is."""

    path: Path | None
    rows: int = 0
    bytes: int = 0
    first: int = 0
    last: int = 0


def oldest(path: Path) -> int | None:
    """When the oldest fact of a file happened (nanoseconds), by its statistics."""
    meta = pq.read_metadata(path)
    column = SCHEMA.get_field_index("happened")
    found = [meta.row_group(group).column(column).statistics.min for group in range(meta.num_row_groups)]
    return min(found, default=None)


def without(path: Path, moment: int, *, name: str) -> Rest:
    """Write a file's facts of `moment` or later into a file `name` beside it, mode 0600."""
    target = path.with_name(name)
    draft = path.with_name(f"{name}.new")
    source = pq.ParquetFile(path)
    rows, first, last = 0, 0, 0
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        with pq.ParquetWriter(out, source.schema_arrow, compression="zstd") as writer:
            for group in range(source.num_row_groups):
                table = source.read_row_group(group)
                table = table.filter(compute.greater_equal(table["happened"], moment))
                if table.num_rows:
                    writer.write_table(table)
                    seqs = table["seq"]
                    first = first or seqs[0].as_py()
                    rows, last = rows + table.num_rows, seqs[-1].as_py()
        out.flush()
        os.fsync(out.fileno())
        size = out.tell()
    if not rows:
        draft.unlink()
        return Rest(path=None)
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return Rest(path=target, rows=rows, bytes=size, first=first, last=last)
