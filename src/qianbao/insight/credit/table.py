"""A table of people, read from CSV or Parquet: numbers as floats, everything else as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit.errors import ColumnMissing, TableEmpty, TableMissing, TableUnreadable
from qianbao.insight.models.arrays import Floats

Texts: TypeAlias = NDArray[np.object_]
"""A `str` a row, or None."""

Column: TypeAlias = Floats | Texts

_AS_TEXT: Final = (
    "header = true, all_varchar = true, sample_size = -1, "
    "nullstr = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', 'None', '?']"
)
_NUMBERS: Final = ("INT", "INTEGER", "BIGINT", "DECIMAL", "DOUBLE", "FLOAT", "REAL", "BOOLEAN")
_TIMES: Final = ("DATE", "TIMESTAMP")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns by name, in the file's order. A number that is not known is NaN, a text None."""

    columns: Mapping[str, Column]
    rows: int

    def column(self, name: str, *, field: str) -> Column:
        """One of them. Raises `ColumnMissing` that names the option `field`."""
        if name not in self.columns:
            known = ", ".join(list(self.columns)[:12])
            raise ColumnMissing(f"There is no column {name!r}.", field=field, expected=f"one of {known}")
        return self.columns[name]

    def without(self, *names: str) -> Table:
        """The same people without these columns."""
        kept = {name: column for name, column in self.columns.items() if name not in names}
        return Table(columns=kept, rows=self.rows)

    def at(self, rows: NDArray[Any]) -> Table:
        """Some of the people: a mask, or places."""
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Table(columns=columns, rows=int(rows.sum()) if rows.dtype == np.bool_ else len(rows))

    def beside(self, more: Mapping[str, Column]) -> Table:
        """With further columns."""
        return Table(columns={**self.columns, **more}, rows=self.rows)


def read(path: Path, *, field: str) -> Table:
    """A CSV (also gzipped) or Parquet file. `field` is the option that named it.

    Dates become days since 1970, booleans 0 and 1. Raises `TableMissing`, `TableUnreadable`, `TableEmpty`.
    """
    if not path.is_file():
        raise TableMissing(f"There is no file {path}.", field=field, expected="a CSV or Parquet file")
    if not path.stat().st_size:
        raise TableEmpty(f"{path.name} is empty.", field=field, expected="a header and rows")
    parquet = path.suffix.lower() in (".parquet", ".pq")
    source = "read_parquet($1)" if parquet else f"read_csv($1, {_AS_TEXT})"
    try:
        with duckdb.connect() as connection:
            found = _queried(connection, source, str(path))
    except duckdb.Error as broken:
        told = " ".join(str(broken).split())[:200]
        raise TableUnreadable(
            f"{path.name}: {told}", field=field, expected="a CSV or Parquet table"
        ) from None
    rows = len(next(iter(found.values()))) if found else 0
    if not rows:
        raise TableEmpty(f"{path.name} has no rows.", field=field, expected="a header and rows")
    return Table(columns=found, rows=rows)


def _queried(connection: Any, source: str, path: str) -> dict[str, Column]:
    connection.execute(f"CREATE TEMP TABLE people AS SELECT * FROM {source}", [path])  # noqa: S608
    described: list[tuple[str, str]] = [
        (row[0], row[1]) for row in connection.execute("DESCRIBE people").fetchall()
    ]
    wanted = [_as_read(connection, column, kind) for column, kind in described]
    found = connection.execute(f"SELECT {', '.join(wanted)} FROM people").fetchnumpy()  # noqa: S608
    return {column: plain(values) for (column, _), values in zip(described, found.values(), strict=True)}


def _as_read(connection: Any, column: str, kind: str) -> str:
    quoted = '"' + column.replace('"', '""') + '"'
    if kind == "VARCHAR":
        # What reads as numbers or as dates throughout is such; the text of a CSV says no more than that.
        number, day, given = connection.execute(
            f"SELECT count(TRY_CAST({quoted} AS DOUBLE)), count(TRY_CAST({quoted} AS TIMESTAMP)), "  # noqa: S608
            f"count(nullif(trim({quoted}), '')) FROM people"
        ).fetchone()
        if number < given and day < given:
            return f"{quoted} AS {quoted}"
        kind = "DOUBLE" if number == given else "TIMESTAMP"
        quoted = f"TRY_CAST({quoted} AS {kind})"
    name = '"' + column.replace('"', '""') + '"'
    if kind.startswith(_TIMES):
        return f"epoch({quoted}::TIMESTAMP) / 86400.0 AS {name}"
    if not kind.endswith("]") and any(kind.split("(")[0].endswith(number) for number in _NUMBERS):
        return f"{quoted}::DOUBLE AS {name}"
    return f"{quoted}::VARCHAR AS {name}"


def plain(values: Any) -> Column:
    """A column as DuckDB hands it over (masked where it is NULL)."""
    if values.dtype.kind in "fiub":
        numbers = np.ma.filled(values.astype(np.float64), np.nan)
        return np.where(np.isfinite(numbers), numbers, np.nan)
    blank = np.ma.getmaskarray(values)
    texts = np.ma.getdata(values)
    given = [
        None if gone or value is None else _stripped(value) for value, gone in zip(texts, blank, strict=True)
    ]
    return np.array(given, dtype=object)


def _stripped(value: object) -> str | None:
    text = str(value).strip()
    return text or None


def texts(column: Column) -> Texts:
    """Any column as text: 3.0 is "3", as it would be in a file of whole numbers."""
    if column.dtype.kind != "f":
        return np.asarray(column, object)
    return np.array([None if np.isnan(value) else written(value) for value in column], dtype=object)


_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
MONTHS: Final = {name[:length]: at for at, name in enumerate(_MONTHS, 1) for length in (3, 20)}


def numbers(column: Column) -> Floats:
    """Any column as numbers: text that is none is NaN, but for names of months, which are 1 to 12."""
    if column.dtype.kind == "f":
        return np.asarray(column, np.float64)
    return np.array([_number(value) for value in column], np.float64)


def written(value: float) -> str:
    """A number as text, without a point where it is whole."""
    return str(int(value)) if value == int(value) else repr(float(value))


def _number(value: str | None) -> float:
    if value is None:
        return np.nan
    try:
        number = float(value.replace(",", ""))
    except ValueError:
        return float(MONTHS.get(value.lower(), np.nan))
    return number if np.isfinite(number) else np.nan
