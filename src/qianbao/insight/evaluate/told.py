"""The reasons of every score, a JSON line a person: what cost points, and what would bring them back."""

from __future__ import annotations

from pathlib import Path

import msgspec

from qianbao.insight.credit.errors import FileUnwritable
from qianbao.insight.credit.rating import Rating
from qianbao.insight.credit.reasons import Reason, reasons
from qianbao.insight.credit.table import Table


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One person, by their place in the table from 1."""

    row: int
    points: int
    probability: float
    reasons: tuple[Reason, ...]


def write(path: Path, fitted: Rating, people: Table) -> None:
    """Write them, in the order of the table. Raises `FileUnwritable`."""
    read = fitted.inputs.read(people)
    points, said = fitted.card.points(read), fitted.card.probability(read)
    every = reasons(fitted.card, read, derived=fitted.inputs.derived)
    lines = [
        Told(row=at, points=round(points[at - 1]), probability=float(said[at - 1]), reasons=mine)
        for at, mine in enumerate(every, 1)
    ]
    try:
        path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    except OSError as broken:
        raise FileUnwritable(str(broken), field="--reasons", expected="a path that can be written") from None
