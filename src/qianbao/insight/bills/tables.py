"""From the bytes of a file to rows of cells: encodings, broken quotes, workbooks. Pure but for the library.

A row keeps the number of the line on which it begins, so that whatever is said of it can be looked up.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from qianbao.insight.bills.bounds import Bounds
from qianbao.insight.bills.errors import BillsBroken, BillsTooLarge
from qianbao.insight.bills.values import Cell

JOINED_MAX: Final = 8
"""Lines of one quoted cell, at most; more is a quote that was never closed."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells, and where they stood."""

    line: int
    cells: tuple[Cell, ...]
    written: str
    """The row as it was, for whoever looks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file of text, by lines."""

    encoding: str
    lines: tuple[str, ...]


def decoded(data: bytes) -> Text:
    """Text of UTF-8 (with a mark or without), UTF-16 or GB18030; of damaged bytes what can be read."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _text("utf-16", data.decode("utf-16", errors="replace"))
    for encoding in ("utf-8", "gb18030"):
        try:
            return _text(encoding, data.decode(encoding))
        except UnicodeDecodeError:
            continue
    # Cut in the middle of a letter, or damaged: the encoding that loses least.
    told = {encoding: data.decode(encoding, errors="replace") for encoding in ("utf-8", "gb18030")}
    best = min(told, key=lambda encoding: told[encoding].count("\ufffd"))
    return _text(best, told[best])


def _text(encoding: str, whole: str) -> Text:
    lines = whole.removeprefix("\ufeff").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    return Text(encoding=encoding, lines=tuple(lines.split("\n")))


def cells(line: str, delimiter: str) -> list[str]:
    """One line as CSV has it; one that CSV cannot read, cut at every delimiter."""
    try:
        [found] = list(csv.reader([line], delimiter=delimiter)) or [[]]
    except (csv.Error, ValueError):
        return cut(line, delimiter)
    return found


def cut(line: str, delimiter: str) -> list[str]:
    """One line cut at every delimiter; a quote is a letter, but for a pair around a whole cell."""
    return [re.sub(r'^\s*"(.*)"\s*$', r"\1", cell) for cell in line.split(delimiter)]


def rows(lines: tuple[str, ...], begin: int, delimiter: str, width: int) -> Iterator[Row]:
    """The rows from line `begin` (from 0) on, each `width` cells where they can be had.

    Quotes that were not doubled, or never closed, do not swallow the lines below: a cell goes on over a
    line's end only where the lines together are a row, and the next is none by itself.
    """
    at = begin
    while at < len(lines):
        line = lines[at]
        if not line.strip().strip(delimiter):
            at += 1
            continue
        found = cells(line, delimiter)
        taken = 1
        if not _fits(found, width) or line.count('"') % 2:
            literal = cut(line, delimiter)
            joined = _joined(lines, at, delimiter, width)
            if joined is not None:
                found, taken = joined
            elif _fits(literal, width) or len(literal) > len(found):
                found = literal
        yield Row(at + 1, tuple(found), "\n".join(lines[at : at + taken]))
        at += taken


def _joined(lines: tuple[str, ...], at: int, delimiter: str, width: int) -> tuple[list[str], int] | None:
    if lines[at].count('"') % 2 == 0:
        return None
    whole = lines[at]
    for more in range(1, JOINED_MAX):
        if at + more >= len(lines):
            return None
        following = lines[at + more]
        if following.count('"') % 2 == 0 and _fits(cells(following, delimiter), width):
            return None  # a row by itself: the quote above was never opened
        whole = f"{whole}\n{following}"
        if whole.count('"') % 2 == 0:
            try:
                [found] = list(csv.reader(io.StringIO(whole), delimiter=delimiter))
            except (csv.Error, ValueError):
                return None
            return (found, more + 1) if _fits(found, width) else None
    return None


def _fits(found: list[str], width: int) -> bool:
    return len(found) == width or (len(found) > width and not any(cell.strip() for cell in found[width:]))


_OTHER_KINDS: Final = frozenset({"mimetype", "content.xml", "xl/workbook.bin"})


def is_workbook(data: bytes) -> bool:
    """Whether this is an XLSX file (or a zip of another kind: see `holds_workbook`)."""
    return data.startswith(b"PK\x03\x04") and holds_workbook(data)


def holds_workbook(data: bytes) -> bool:
    """Whether a zip is a workbook, and nothing else that the library would read (OpenDocument, XLSB)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = frozenset(archive.namelist())
            return "xl/workbook.xml" in names and names.isdisjoint(_OTHER_KINDS)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError):
        return False


def sheets(data: bytes, bounds: Bounds) -> list[list[Row]]:
    """The sheets of a workbook. Its parts were measured before. Raises `BillsBroken`, `BillsTooLarge`."""
    _measure(data, bounds)
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, XmlError, ZipError

    try:
        book: Any = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [
            [
                Row(line, tuple(row), ",".join("" if cell is None else str(cell) for cell in row))
                for line, row in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1)
                if any(str(cell).strip() for cell in row)
            ]
            for name in book.sheet_names
        ]
    except (CalamineError, PasswordError, XmlError, ZipError, OSError, ValueError) as broken:
        raise BillsBroken(f"The workbook cannot be read: {broken}") from None
    except BaseException as broken:
        # The library's own failures in Rust come as an exception that is no `Exception`.
        if type(broken).__module__ == "pyo3_runtime":
            raise BillsBroken("The workbook cannot be read.") from None
        raise


_PLACE: Final = re.compile(rb"<(?:[^<>\s:]+:)?c\b[^<]*?\br\s*=\s*[\"']([A-Za-z]+)(\d+)")
_LINE: Final = re.compile(rb"<(?:[^<>\s:]+:)?row\b[^<]*?\br\s*=\s*[\"'](\d+)")


def _measure(data: bytes, bounds: Bounds) -> None:
    """Refuse a sheet with a cell so far out that the empty ones before it fill the memory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            for entry in book.infolist():
                _measure_sheet(book.read(entry), bounds)  # a sheet may lie under any name
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, zlib.error) as broken:
        raise BillsBroken(f"The workbook cannot be unpacked: {broken}") from None


def _measure_sheet(xml: bytes, bounds: Bounds) -> None:
    width = height = 1
    for match in _PLACE.finditer(xml):
        width, height = max(width, _column(match[1])), max(height, int(match[2]))
    for match in _LINE.finditer(xml):
        height = max(height, int(match[1]))
    if height > bounds.rows or width > bounds.columns or width * height > bounds.cells:
        raise BillsTooLarge(
            f"A sheet of {height:,} rows and {width:,} columns.",
            field="FILE",
            expected=f"at most {bounds.rows:,} rows and {bounds.columns:,} columns",
        )


def _column(letters: bytes) -> int:
    found = 0
    for letter in letters.upper():
        found = found * 26 + letter - 64
    return found
