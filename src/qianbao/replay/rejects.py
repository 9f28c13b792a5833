"""The rejects file: what was not paid, with line and reason, so that it can be mended and sent again."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from qianbao.replay.models import Reject

HEADING = ("line", "record_id", "outcome", "reason", "detail", "row")


class Rejects:
    """A CSV file that grows with the run. It is made with the first row that goes into it.

    `size` bytes of it belong to the run's durable position; what a killed run wrote behind them is cut
    off, because those rows come again.
    """

    def __init__(self, path: Path, *, size: int) -> None:
        self.path = path
        self._size = size
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        if self.path.exists():
            # A file that was moved away or shortened meanwhile goes on with what comes.
            size = min(self._size, self.path.stat().st_size)
            os.truncate(self.path, size)
            self._size = size
        else:
            self._size = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)

    def write(self, rejects: Iterable[tuple[str, Reject]]) -> int:
        """Append (outcome, reject) rows, durably; the file's size after it."""
        text = io.StringIO()
        out = csv.writer(text, lineterminator="\n")
        if not self._size:
            out.writerow(HEADING)
        before = text.tell()
        for outcome, one in rejects:
            out.writerow((one.line, one.id, outcome, one.reason, one.detail, one.row))
        if text.tell() == before:
            return self._size
        if self._descriptor is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        data = text.getvalue().encode("utf-8", "replace")
        while data:
            data = data[os.write(self._descriptor, data) :]
        os.fsync(self._descriptor)
        self._size = os.fstat(self._descriptor).st_size
        return self._size
