"""CSV: one physical line is one row, so that a broken row harms itself and no other.

(A reader that lets a quoted field run over line breaks lets one stray quote swallow the rest of a file.)
A block in which nothing is odd is taken apart at once (`blocks.py`), any other line by line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from qianbao.replay import blocks
from qianbao.replay.arrow import Array, pa
from qianbao.replay.models import Reason, Reject

BLOCK = 1 << 20
"""Bytes read at a time."""
LINE_MAX = 1 << 16
"""The longest line in bytes."""
KEPT = 1024
"""How many bytes of a line that is too long the rejects file keeps."""

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file: their places, their columns, and the rows that could not be taken apart."""

    lines: Sequence[int]
    columns: dict[str, Array]
    rejects: list[Reject]
    raw: Callable[[int], str]
    """The row as it stands, by its index in the batch."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a file's lines are taken apart."""

    header: Sequence[str]
    delimiter: str
    encoding: str
    wanted: Sequence[str]
    """Those of the header's columns that are looked at."""


def batches(stream: BinaryIO, form: Form) -> Iterator[Batch]:
    """The rows behind the heading (which was read already). Empty lines are no rows."""
    number, rest, cut = 2, b"", False
    while True:
        data = stream.read(BLOCK)
        *pieces, rest = (rest + data).split(b"\n")
        if not data:
            pieces, rest = ([rest] if rest else []), b""
        if pieces and not cut and len(rest) <= LINE_MAX and (fast := _at_once(pieces, number, form)):
            yield fast
            number += len(pieces)
            continue
        rejects: list[Reject] = []
        whole: list[tuple[int, bytes]] = []
        for piece in pieces:
            if cut or len(piece) > LINE_MAX:
                rejects.append(_too_long(number, piece, form.encoding))
                cut = False
            elif piece and piece != b"\r":
                whole.append((number, piece))
            number += 1
        if len(rest) > LINE_MAX:
            cut, rest = True, rest[:KEPT]
        if whole or rejects:
            yield _one_by_one(whole, rejects, form)
        if not data:
            return


def count_lines(stream: BinaryIO) -> int:
    """How many lines of the rest of `stream` are not empty."""
    found, rest, empty = 0, b"", (b"", b"\r")
    while data := stream.read(BLOCK):
        *pieces, rest = (rest + data).split(b"\n")
        found += len(pieces) - sum(map(pieces.count, empty))
        rest = rest[-LINE_MAX:]  # of a line without end only that it is not empty matters
    return found + (rest not in empty)


def _too_long(number: int, piece: bytes, encoding: str) -> Reject:
    return Reject(
        line=number,
        id="",
        reason=Reason.LINE_TOO_LONG,
        detail=f"more than {LINE_MAX} bytes",
        row=piece[:KEPT].decode(encoding, "replace"),
    )


def _at_once(pieces: list[bytes], number: int, form: Form) -> Batch | None:
    if max(map(len, pieces)) > LINE_MAX:
        return None
    columns = blocks.columns(pieces, form.header, form.wanted, form.delimiter, form.encoding)
    if columns is None:
        return None

    def raw(index: int) -> str:
        return pieces[index].decode(form.encoding).removesuffix("\r")

    return Batch(range(number, number + len(pieces)), columns, [], raw)


def _one_by_one(whole: list[tuple[int, bytes]], rejects: list[Reject], form: Form) -> Batch:
    texts = _decoded(whole, rejects, form.encoding)
    kept: list[tuple[int, str]] = []
    rows: list[list[str]] = []
    width = len(form.header)
    for number, text in texts:
        fields = text.split(form.delimiter) if '"' not in text else _quoted(text, form.delimiter)
        if fields is None:
            rejects.append(Reject(line=number, id="", reason=Reason.QUOTES_UNBALANCED, row=text))
        elif len(fields) != width:
            detail = f"{len(fields)} fields, the heading has {width}"
            rejects.append(Reject(line=number, id="", reason=Reason.FIELDS_WRONG, detail=detail, row=text))
        else:
            kept.append((number, text))
            rows.append(fields)
    values = zip(*rows, strict=True) if rows else ((),) * width
    columns = {
        name: pa.array(column, pa.string())
        for name, column in zip(form.header, values, strict=True)
        if name in form.wanted
    }
    return Batch([number for number, _ in kept], columns, rejects, lambda index: kept[index][1])


def _decoded(whole: list[tuple[int, bytes]], rejects: list[Reject], encoding: str) -> list[tuple[int, str]]:
    texts: list[tuple[int, str]] = []
    for number, piece in whole:
        try:
            text = piece.decode(encoding)
        except UnicodeError:
            row = piece.decode(encoding, "replace")
            rejects.append(Reject(line=number, id="", reason=Reason.TEXT_MALFORMED, row=row))
            continue
        text = text.removesuffix("\r")
        if _CONTROL.search(text):
            rejects.append(Reject(line=number, id="", reason=Reason.CONTROL_CHARACTER, row=text))
        else:
            texts.append((number, text))
    return texts


def _quoted(text: str, delimiter: str) -> list[str] | None:
    # strict: a quote in the wrong place is an error here, instead of being guessed at.
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return None
