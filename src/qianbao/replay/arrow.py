"""pyarrow carries no types; what replay uses of it is named here once, and is `Any` to the type checker."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, TypeAlias

import pyarrow
import pyarrow.compute
import pyarrow.csv
import pyarrow.parquet

pa: Any = pyarrow
pc: Any = pyarrow.compute
pq: Any = pyarrow.parquet
pa_csv: Any = pyarrow.csv

Array: TypeAlias = Any
"""A `pyarrow.Array`."""
Table: TypeAlias = Any
"""A `pyarrow.Table`."""


def plain(scalar: Any) -> Any:
    """A scalar as Python has it; a time that Python cannot hold is given as its number."""
    try:
        return scalar.as_py()
    except (ValueError, OverflowError):
        return getattr(scalar, "value", "")


def plains(values: Array) -> list[Any]:
    """The values of an array as Python has them."""
    try:
        return values.to_pylist()
    except (ValueError, OverflowError):
        return [plain(value) for value in values]


class _NoPandas(MetaPathFinder):
    """Finds no pandas: its import takes a second of every start, and pyarrow gets no data frame here."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> ModuleSpec | None:
        if fullname == "pandas":
            raise ImportError(fullname)
        return None


def _without_pandas() -> None:
    # pyarrow looks for it once, at its first conversion, and again only for whoever asks for a data frame.
    if "pandas" not in sys.modules:
        nowhere = _NoPandas()
        sys.meta_path.insert(0, nowhere)
        try:
            pa.scalar(0)
        finally:
            sys.meta_path.remove(nowhere)


_without_pandas()
