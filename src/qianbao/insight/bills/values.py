"""Cells as they are written, and written again by spreadsheets: amounts, times, numbers. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Final

from qianbao.clock import BUSINESS_ZONE
from qianbao.insight.bills.models import Direction
from qianbao.money import AmountMalformed, parse

Cell = str | int | float | bool | date | datetime
"""What a table holds: text of a CSV, or typed by a workbook."""

FIRST: Final = datetime(2003, 1, 1)
"""Before this there was no wallet."""
LAST: Final = datetime(2100, 1, 1)
SERIAL_ZERO: Final = datetime(1899, 12, 30)
"""Spreadsheets count days from here."""
SERIALS: Final = (30_000.0, 80_000.0)
EXACT_DIGITS: Final = 15
"""So many digits of a number a spreadsheet keeps."""
LONG_DIGITS: Final = 20
"""A number of so many that is all zeros after the kept ones was rounded."""


class TimeMalformed(ValueError):
    """A cell that should be a time is none."""


class TimeOutOfRange(ValueError):
    """A time at which no wallet was, or is yet."""


class AmountNegative(ValueError):
    """An amount with a minus beside a direction."""


def text(cell: Cell) -> str:
    """A cell as text: names that are only digits stay digits, blanks and tabs around it go."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        cell = int(cell)
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return str(cell).replace("\x00", "").strip("\ufeff \t\r\n\u3000\xa0")


def plain(cell: Cell) -> str:
    """The same, in one width of letters; `/` and dashes that stand for nothing are nothing."""
    found = unicodedata.normalize("NFKC", text(cell)).strip()
    return "" if found in {"/", "-", "--", "无"} else found


def words(cell: Cell) -> str:
    """A name or description as it is kept; without a lone slash, and the apostrophe that guards a formula."""
    found = text(cell)
    if len(found) > 1 and found[0] == "'" and found.lstrip("'")[:1] in "=+-@":
        found = found[1:]
    return "" if found in {"/", "-"} else found


_DATE: Final = r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_TIME: Final = r"(?:[T\s]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?"
_WRITTEN: Final = re.compile(_DATE + _TIME)
_PACKED: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*(\d{2})(\d{2})(\d{2}))?")
_NUMBER: Final = re.compile(r"\d{5}(?:\.\d+)?")


def moment(cell: Cell) -> datetime:
    """A cell as a moment in UTC+8. Raises `TimeMalformed`, `TimeOutOfRange`."""
    found = _naive(cell)
    if not FIRST <= found < LAST:
        raise TimeOutOfRange(text(cell))
    return found.replace(tzinfo=BUSINESS_ZONE)


def _naive(cell: Cell) -> datetime:
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0, tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, datetime.min.time())
    written = plain(cell)
    if isinstance(cell, int | float) or _NUMBER.fullmatch(written):
        return _serial(written)
    match = _WRITTEN.fullmatch(written) or _PACKED.fullmatch(written)
    if match is None:
        raise TimeMalformed(written)
    try:
        return datetime(*(int(part or 0) for part in match.groups()))  # pyright: ignore[reportArgumentType] - six
    except ValueError:
        raise TimeMalformed(written) from None


def _serial(written: str) -> datetime:
    try:
        days = float(written)
    except ValueError:
        raise TimeMalformed(written) from None
    if not SERIALS[0] <= days <= SERIALS[1]:
        raise TimeMalformed(written)
    return SERIAL_ZERO + timedelta(seconds=round(days * 86_400))


_REFUNDED: Final = re.compile(r"\((?:已(?:全额)?退款|退款)\s*[¥￥]?\s*([\d,.]*)\s*元?\)")


def amount(cell: Cell) -> tuple[int, int, bool]:
    """(minor units, of them refunded, whether a minus stood before it). Raises `AmountMalformed`.

    Reads `28.16`, `¥1,280.00`, a workbook's numbers, and JD's `131.77(已退款89.84)`.
    """
    if isinstance(cell, bool | date):
        raise AmountMalformed(f"{cell!r} is no amount.", field="amount", expected="digits, as in 28.16")
    if isinstance(cell, int | float):
        return _counted(cell)
    written = unicodedata.normalize("NFKC", text(cell)).replace(" ", "").removesuffix("元")
    back = _REFUNDED.search(written)
    if back is not None:
        written = written[: back.start()] + written[back.end() :]
    negative = written[:1] in {"-", "−"} or written[:2] in {"¥-"}
    units = parse(written.lstrip("¥+-−").strip())
    if back is None:
        return units, 0, negative
    refunded = parse(back[1]) if back[1] else units
    return units, min(refunded, units), negative


def _counted(number: float) -> tuple[int, int, bool]:
    # Workbooks hold floats: 28.16 is the nearest one, and no other of two digits is as near.
    if not abs(number) < 1e13 or abs(number * 100 - round(number * 100)) > 1e-4:
        raise AmountMalformed(
            f"{number!r} is no amount.", field="amount", expected="at most two digits after the point"
        )
    units = round(number * 100)
    return abs(units), 0, units < 0


_YUAN: Final = re.compile(r"[¥￥]?\s*(\d[\d,]*(?:\.\d{1,2})?)\s*元?")


def yuan(written: str) -> int | None:
    """The first amount within a text (`服务费¥0.10`), or None."""
    found = _YUAN.search(unicodedata.normalize("NFKC", written))
    if found is None:
        return None
    try:
        return parse(found[1])
    except AmountMalformed:
        return None


_DIRECTIONS: Final = {
    "支出": Direction.OUT,
    "支": Direction.OUT,
    "付款": Direction.OUT,
    "收入": Direction.IN,
    "收": Direction.IN,
    "收款": Direction.IN,
    "": Direction.NEUTRAL,
    "不计收支": Direction.NEUTRAL,
    "中性交易": Direction.NEUTRAL,
    "中性": Direction.NEUTRAL,
    "其他": Direction.NEUTRAL,
}


def direction(cell: Cell) -> Direction | None:
    """What 收/支 says; None for a word that is not known."""
    return _DIRECTIONS.get(plain(cell))


def number(cell: Cell) -> str:
    """An order's number; empty where a spreadsheet has rounded it, for then it is another order's too."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return str(int(cell)) if float(cell).is_integer() and abs(cell) < 10**EXACT_DIGITS else ""
    found = plain(cell).lstrip("'").strip('"').strip()
    if re.fullmatch(r"\d(?:\.\d+)?[eE]\+?\d+", found):
        return ""
    rounded = found.isdigit() and len(found) >= LONG_DIGITS and not found[EXACT_DIGITS:].strip("0")
    return "" if rounded else found
