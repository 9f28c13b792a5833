"""What an adapter is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qianbao.replay.arrow import Array, pa
from qianbao.replay.columns import Bad
from qianbao.replay.lines import Batch
from qianbao.replay.models import Item, Reject
from qianbao.replay.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a replay may be told beyond its file."""

    shops: Path | None = None
    """Shop-days: the table with each shop's mean amount, where it is not in the file."""
    shift_ns: int = 0
    """Added to every time; whole weeks keep the weekdays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """One kind of file. `read` gives its items in one order that never changes, so that "the first n"
    always means the same; it starts behind the first `skip` of them."""

    name: str
    about: str
    """One line for people: what is read, and what is taken for what."""
    needs: tuple[frozenset[str], ...]
    """The file must have one column out of each set."""
    read: Callable[[Source, Options, int], Iterator[Item]]
    count: Callable[[Source, Options], int | None] = lambda _source, _options: None
    """How many items there will be, where that is cheap to know."""

    def fits(self, columns: tuple[str, ...]) -> bool:
        """Whether a file with these columns is of this kind."""
        return all(not one.isdisjoint(columns) for one in self.needs)


def column(batch: Batch, name: str) -> Array:
    """A column of the batch, or one of empty texts when the file has none of that name."""
    found = batch.columns.get(name)
    return pa.repeat("", len(batch.lines)) if found is None else found


def rejected(batch: Batch, bad: Bad, ids: Array) -> list[Reject]:
    """The batch's rejects: rows that could not be taken apart, and rows with a value that is no use."""
    return batch.rejects + [
        Reject(
            line=batch.lines[index],
            id=ids[index].as_py() or "",
            reason=reason,
            detail=name,
            row=batch.raw(index),
        )
        for index, (reason, name) in bad.items()
    ]
