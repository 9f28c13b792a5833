"""Files that a comparison writes: whether they can be, said before a fit, and rows as CSV or Parquet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from qianbao.insight.credit.errors import FileUnwritable
from qianbao.insight.models.arrays import Floats


def writable(path: Path | None, *, field: str) -> None:
    """Raises `FileUnwritable` where the folder of a file that is asked for is not there."""
    if path is not None and not path.parent.is_dir():
        raise FileUnwritable(f"There is no folder {path.parent}.", field=field, expected="one that is there")


def write(path: Path, columns: Mapping[str, Floats], *, field: str) -> None:
    """A row a person: Parquet by its ending, else CSV. Raises `FileUnwritable`."""
    import pyarrow
    from pyarrow import csv, parquet

    made = pyarrow.table(dict(columns))
    try:
        if path.suffix.lower() in (".parquet", ".pq"):
            parquet.write_table(made, path)
        else:
            csv.write_csv(made, path)
    except OSError as broken:
        raise FileUnwritable(str(broken), field=field, expected="a path that can be written") from None
