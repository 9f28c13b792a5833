"""pyarrow carries no types; what replay uses of it is named here once, and is `Any` to the type checker."""

from __future__ import annotations

from typing import Any, TypeAlias

import pyarrow
import pyarrow.compute
import pyarrow.parquet

pa: Any = pyarrow
pc: Any = pyarrow.compute
pq: Any = pyarrow.parquet

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
