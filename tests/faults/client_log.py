"""The client's side of the story: what was sent and what was acknowledged, each line fsynced at once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """One command as its client remembers it."""

    key: str
    path: str
    who: str
    status: int
    answer: dict[str, Any]


class ClientLog:
    """A file of JSON lines. Nothing is sent before its line is on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab")
        self.sent_count = 0
        self.acknowledged_count = 0

    def sent(self, key: str, path: str, who: str) -> None:
        """Note that a command goes out."""
        self._write({"sent": key, "path": path, "who": who})
        self.sent_count += 1

    def acknowledged(self, key: str, path: str, who: str, status: int, answer: dict[str, Any]) -> None:
        """Note a command's final answer."""
        self._write({"key": key, "path": path, "who": who, "status": status, "answer": answer})
        self.acknowledged_count += 1

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def read(path: Path) -> tuple[set[str], Iterator[Acknowledged]]:
    """The keys sent and never answered, and every acknowledged command. A torn last line counts not."""
    whole, _, _ = path.read_text().rpartition("\n")
    lines = [json.loads(line) for line in whole.splitlines()]
    answered = {line["key"] for line in lines if "key" in line}
    silent = {line["sent"] for line in lines if "sent" in line} - answered
    return silent, (Acknowledged(**line) for line in lines if "key" in line)
