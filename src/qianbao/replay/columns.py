"""Columns in whatever type a file has them → the few types a record has; null where a value is no use.

Typed columns (Parquet) are turned over as a whole; only text, and the values that turned out to be no
use, are looked at one by one. `bad` gathers the first reason against each row, by its index.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from qianbao.clock import BUSINESS_ZONE, SECOND, nanoseconds
from qianbao.errors import Invalid
from qianbao.money import parse
from qianbao.replay.arrow import Array, pa, pc, plain, plains
from qianbao.replay.models import AMOUNT_MAX, TEXT_MAX, Reason

Bad: TypeAlias = dict[int, tuple[Reason, str]]
"""Why a row is no record: the reason and the column, by the row's index in its batch."""

EARLIEST, LATEST = 0, 7_258_118_400 * SECOND
"""Records are of 1970 to 2199; nanoseconds."""
_ZONE_NS = 8 * 3600 * SECOND
_PLAIN = re.compile(r"(\d{1,13})(?:\.(\d{1,2})0*)?", re.ASCII)
_HUGE = re.compile(r"\d{14,}(\.\d*)?", re.ASCII)
_DATE = re.compile(
    r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?", re.ASCII
)
_RFC3339 = r"^(19[789]|20\d)\d-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$"
_MONEY = r"^\d{1,13}(\.\d{1,2})?$"
_CONTROL = r"[\x00-\x1f\x7f]"


def _blame(values: Array, bad: Bad, name: str, why: Callable[[int], Reason]) -> None:
    if values.null_count:
        for index in pc.indices_nonzero(values.is_null()).to_pylist():
            bad.setdefault(index, (why(index), name))


def _plain(column: Array) -> Array:
    return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column


def texts(column: Array, bad: Bad, name: str, *, needed: bool = True) -> Array:
    """Text of 1 to `TEXT_MAX` characters, trimmed; whole numbers are text too. Not `needed`: may be empty."""
    found = _plain(column)
    if pa.types.is_floating(found.type):
        # Ids that a data frame turned into floats because one of them was missing.
        found = pc.if_else(pc.is_finite(found), pc.round(found), None).cast(pa.int64(), safe=False)
    try:
        found = found.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        found = pa.array([_decoded(value) for value in plains(found)], pa.string())
    found = pc.utf8_trim_whitespace(pc.fill_null(found, ""))
    length = pc.utf8_length(found)
    control = pc.match_substring_regex(found, pattern=_CONTROL)
    fits = pc.and_(pc.less_equal(length, TEXT_MAX), pc.invert(control))
    if needed:
        fits = pc.and_(fits, pc.greater(length, 0))
    values = pc.if_else(fits, found, pa.scalar(None, pa.string()))

    def why(index: int) -> Reason:
        if length[index].as_py() == 0:
            return Reason.FIELD_MISSING
        return Reason.CONTROL_CHARACTER if control[index].as_py() else Reason.FIELD_TOO_LONG

    _blame(values, bad, name, why)
    return values


def _decoded(value: Any) -> str:
    if isinstance(value, bytes):
        # An undecodable value is one with a control character to `texts`: no record either way.
        return value.decode("utf-8", "replace").replace("�", "\x7f")
    return "" if value is None else str(value)


def times(column: Array, bad: Bad, name: str) -> Array:
    """Nanoseconds (int64) of timestamps, dates or RFC 3339 text; without a zone it is UTC+8's."""
    found = _plain(column)
    kind = found.type
    if pa.types.is_date(kind):
        found, kind = found.cast(pa.timestamp("s")), pa.timestamp("s")
    if pa.types.is_timestamp(kind):
        # Through microseconds: nanoseconds overflow in 2262, and a column may hold anything.
        micro = found.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.int64())
        inside = pc.and_(pc.greater_equal(micro, EARLIEST // 1000), pc.less(micro, LATEST // 1000))
        micro = pc.if_else(inside, micro, None)
        values = pc.multiply(micro, 1000)
        if kind.tz is None:
            values = pc.subtract(values, _ZONE_NS)
    elif (fast := _plain_times(found)) is not None:
        values = fast
    else:
        values = pa.array([_time(text) for text in _texts(found)], pa.int64())
    _blame(values, bad, name, lambda _: Reason.TIME_MALFORMED)
    return values


def _plain_times(column: Array) -> Array | None:
    """The usual column at once: every value an RFC 3339 time of these years. None: one at a time, then."""
    if not _all_match(column, _RFC3339):
        return None
    try:
        micro = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    except pa.ArrowInvalid:
        return None
    return pc.multiply(micro, 1000)


def _all_match(column: Array, pattern: str) -> bool:
    return pa.types.is_string(column.type) and bool(
        pc.all(pc.match_substring_regex(column, pattern=pattern), skip_nulls=False).as_py()
    )


def _texts(column: Array) -> list[str]:
    return [value if isinstance(value, str) else _decoded(value) for value in plains(column)]


def _time(text: str) -> int | None:
    text = text.strip()
    if not _DATE.fullmatch(text):
        return None
    try:
        at = datetime.fromisoformat(text)
        ns = nanoseconds(at if at.tzinfo else at.replace(tzinfo=BUSINESS_ZONE))
    except (ValueError, OverflowError):
        return None
    return ns if EARLIEST <= ns < LATEST else None


def amounts(column: Array, bad: Bad, name: str, *, minor: bool = False) -> Array:
    """Minor units (int64), at least 1, of yuan as text, decimals, floats or whole numbers.

    A float is taken to the nearest fen and must lie within a hundredth of a fen of it. `minor`: the
    column holds minor units already, as whole numbers.
    """
    values = _minor(_plain(column), minor=minor)
    fits = pc.and_(pc.greater(values, 0), pc.less_equal(values, AMOUNT_MAX))
    kept = pc.if_else(fits, values, pa.scalar(None, pa.int64()))

    def why(index: int) -> Reason:
        amount = values[index].as_py()
        if amount is None:
            text = str(plain(column[index]) or "").strip()
            negative = text.startswith("-") and _PLAIN.fullmatch(text[1:])
            if not text:
                return Reason.FIELD_MISSING
            if _HUGE.fullmatch(text):
                return Reason.AMOUNT_TOO_LARGE
            return Reason.AMOUNT_NOT_POSITIVE if negative else Reason.AMOUNT_MALFORMED
        return Reason.AMOUNT_NOT_POSITIVE if amount <= 0 else Reason.AMOUNT_TOO_LARGE

    _blame(kept, bad, name, why)
    return kept


def _minor(column: Array, *, minor: bool) -> Array:
    kind, unit = column.type, 1 if minor else 100
    none = pa.scalar(None, pa.int64())
    if pa.types.is_floating(kind):
        scaled = pc.multiply(column.cast(pa.float64()), float(unit))
        # Beyond the largest amount all is too large alike; the cast below must not overflow.
        scaled = pc.min_element_wise(scaled, float(2 * AMOUNT_MAX), skip_nulls=False)
        scaled = pc.max_element_wise(scaled, -1.0, skip_nulls=False)
        near = pc.round(scaled)
        close = pc.and_(pc.is_finite(scaled), pc.less(pc.abs(pc.subtract(scaled, near)), 0.01))
        close = pc.or_(close, pc.less(scaled, 0))
        return pc.if_else(close, pc.if_else(close, near, 0.0).cast(pa.int64()), none)
    if pa.types.is_integer(kind):
        whole = column.cast(pa.int64(), safe=False)
        if pa.types.is_uint64(kind):
            whole = pc.if_else(pc.less(whole, 0), AMOUNT_MAX, whole)
        whole = pc.min_element_wise(whole, 2 * AMOUNT_MAX, skip_nulls=False)
        return pc.multiply(pc.max_element_wise(whole, -1, skip_nulls=False), unit)
    if not minor and _all_match(column, _MONEY):
        exact = column.cast(pa.decimal128(18, 2)).cast(pa.decimal128(20, 2))
        return pc.multiply(exact, pa.scalar(Decimal(100), pa.decimal128(3, 0))).cast(pa.int64())
    return pa.array([_amount(text, minor=minor) for text in _texts(column)], pa.int64())


def _amount(text: str, *, minor: bool) -> int | None:
    if match := _PLAIN.fullmatch(text):
        whole, part = match.groups()
        if minor:
            return int(whole) if part is None else None
        return int(whole) * 100 + (int(part.ljust(2, "0")) if part else 0)
    if minor:
        return None
    try:
        return parse(text)
    except Invalid:
        return None
