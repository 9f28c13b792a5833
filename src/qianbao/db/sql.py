"""SQL is written as SQL: a room's `queries.sql` holds its statements, each under `-- name: …`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

_HEAD = re.compile(r"^-- name: (\w+)[^\n]*\n", re.MULTILINE)


def queries(package: str, file: str = "queries.sql") -> Mapping[str, str]:
    """The statements of `file` in `package` by name. A statement's comments stay with it."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = _HEAD.split(text)
    names, bodies = parts[1::2], parts[2::2]
    assert len(set(names)) == len(names), f"{package}/{file}: a name stands twice"
    return dict(zip(names, (body.strip().rstrip(";") for body in bodies), strict=True))
