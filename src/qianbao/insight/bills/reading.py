"""One table into one statement: each line below the header is a bill, set aside, or of the foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from qianbao.insight.bills import layouts, meaning, sums, values
from qianbao.insight.bills.bounds import BOUNDS, Bounds
from qianbao.insight.bills.errors import BillsColumnMissing, BillsTooLarge, BillsUnknown
from qianbao.insight.bills.layouts import Header
from qianbao.insight.bills.merchants import merchant
from qianbao.insight.bills.models import Bill, Direction, Flow, Reason, SetAside, Source, Statement
from qianbao.insight.bills.tables import Row, cells, decoded, is_workbook, rows, sheets
from qianbao.insight.bills.values import text
from qianbao.money import AmountMalformed

DELIMITERS: Final = (",", "\t", ";")
HEADER_WITHIN: Final = 400
"""Lines that are looked through for a header."""
_FOOT: Final = re.compile(
    r"^[-=*—_]{4,}|^#|^共\s*\d+\s*笔|^(?:已|待)?(?:收入|支出)\s*[::]|^(?:不计收支|中性交易|其他)\s*[::]\s*\d+\s*笔"
    r"|^(?:导出时间|用户|合计|总计|注|提示|说明|起始时间|终止时间|特别提示)\s*[::]"
)


class _Aside(Exception):
    # Why one row makes no bill; caught where the row is known.
    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


def statement(name: str, data: bytes, *, bounds: Bounds = BOUNDS) -> Statement:
    """Read the bytes of one export.

    Raises `BillsUnknown`, `BillsColumnMissing`, `BillsBroken`, `BillsTooLarge`.
    """
    if is_workbook(data):
        return _workbook(name, data, bounds)
    read = decoded(data)
    if len(read.lines) > bounds.rows:
        _many(name, bounds)
    almost: Header | None = None
    for at, line in enumerate(read.lines[:HEADER_WITHIN]):
        for delimiter in DELIMITERS:
            found = layouts.header(cells(line, delimiter)) if delimiter in line else None
            if found is not None and not found.missing:
                above, below = read.lines[:at], list(rows(read.lines, at + 1, delimiter, found.width))
                return _read(name, read.encoding, found, at + 1, above, below, bounds)
            almost = almost or found
    raise _unreadable(name, almost)


def _workbook(name: str, data: bytes, bounds: Bounds) -> Statement:
    almost: Header | None = None
    for sheet in sheets(data, bounds):
        for at, row in enumerate(sheet[:HEADER_WITHIN]):
            found = layouts.header(row.cells)
            if found is not None and not found.missing:
                above = tuple(" ".join(map(text, one.cells)) for one in sheet[:at])
                return _read(name, "xlsx", found, row.line, above, sheet[at + 1 :], bounds)
            almost = almost or found
    raise _unreadable(name, almost)


def _unreadable(name: str, almost: Header | None) -> BillsUnknown | BillsColumnMissing:
    if almost is not None:
        missing = ", ".join(almost.missing)
        return BillsColumnMissing(f"{name} has no column {missing}.", field="FILE", expected=missing)
    return BillsUnknown(
        f"{name} has no header of a bill.", field="FILE",
        expected="an export of WeChat Pay, Alipay, JD or Meituan: CSV or XLSX, as it came or saved again",
    )  # fmt: skip


def _many(name: str, bounds: Bounds) -> None:
    raise BillsTooLarge(f"{name} has too many rows.", field="FILE", expected=f"at most {bounds.rows:,}")


def _read(
    name: str,
    encoding: str,
    header: Header,
    line: int,
    above: Sequence[str],
    below: list[Row],
    bounds: Bounds,
) -> Statement:
    source = layouts.source(header, "\n".join(above), name)
    bills: list[Bill] = []
    aside: list[SetAside] = []
    foot: list[str] = []
    for row in below:
        try:
            bills.append(_bill(source, name, header, row, bounds))
        except _Aside as why:
            if _is_foot(row):
                foot.append(row.written)
            else:
                aside.append(_set_aside(name, header, row, why))
    stated = sums.told([*above, *foot])
    return Statement(
        file=name,
        source=source,
        encoding=encoding,
        header_line=line,
        rows=len(below),
        foot=len(foot),
        bills=tuple(bills),
        aside=tuple(aside),
        unknown_columns=tuple(header.others.values()),
        checks=sums.checks(stated, bills, aside),
    )


def _is_foot(row: Row) -> bool:
    filled = [text(cell) for cell in row.cells if text(cell)]
    return not filled or (len(filled) <= 4 and bool(_FOOT.match(filled[0])))


def _bill(source: Source, name: str, header: Header, row: Row, bounds: Bounds) -> Bill:
    found = _padded(header, row)
    if any(len(cell) > bounds.text for cell in found if isinstance(cell, str)):
        raise _Aside(Reason.COLUMNS_DIFFER, f"a cell of more than {bounds.text} characters")

    def words(role: str) -> str:
        return values.words(header.cell(found, role))

    try:
        at = values.moment(header.cell(found, "at"))
    except values.TimeMalformed as wrong:
        raise _Aside(Reason.TIME_MALFORMED, str(wrong)) from None
    except values.TimeOutOfRange as wrong:
        raise _Aside(Reason.TIME_OUT_OF_RANGE, str(wrong)) from None
    try:
        amount, back, negative = values.amount(header.cell(found, "amount"))
    except AmountMalformed:
        raise _Aside(Reason.AMOUNT_MALFORMED, text(header.cell(found, "amount"))) from None
    direction = values.direction(header.cell(found, "direction"))
    if direction is None:
        raise _Aside(Reason.DIRECTION_UNKNOWN, text(header.cell(found, "direction")))
    if negative:
        if direction is Direction.IN:
            raise _Aside(Reason.AMOUNT_NEGATIVE, text(header.cell(found, "amount")))
        direction = Direction.OUT
    kind, label, state, note = words("kind"), words("label"), words("state"), words("note")
    counterparty, description = words("counterparty"), words("description")
    if source is Source.MEITUAN and not counterparty:
        counterparty = "美团"
    flow = meaning.flow(
        source, direction=direction, kind=kind, label=label, state=state, description=description,
        counterparty=counterparty, funds=words("funds"),
    )  # fmt: skip
    back = max(back, meaning.refunded(amount, state), _stated(header.cell(found, "refunded")))
    if flow is Flow.INTERNAL and back and direction is Direction.NEUTRAL:
        flow = Flow.SPENDING  # a purchase that was given back: it nets to what is left of it
    return Bill(
        source=source,
        file=name,
        line=row.line,
        at=at,
        amount=amount,
        direction=direction,
        flow=flow,
        counterparty=counterparty,
        merchant=merchant(counterparty) or merchant(description),
        description=description,
        kind=kind,
        label=label,
        method=words("method"),
        state=state,
        order=values.number(header.cell(found, "order")),
        merchant_order=values.number(header.cell(found, "merchant_order")),
        note=note,
        fee=max(meaning.fee(note), _stated(header.cell(found, "fee"))),
        refunded=min(back, amount) if flow is Flow.SPENDING else 0,
        extra={column: text(found[place]) for place, column in header.others.items() if text(found[place])},
    )


def _padded(header: Header, row: Row) -> tuple[values.Cell, ...]:
    """As many cells as the header has: blanks at a line's end may be missing, or be too many."""
    found = row.cells
    if len(found) > header.width and any(text(cell) for cell in found[header.width :]):
        raise _Aside(Reason.COLUMNS_DIFFER, f"{len(found)} cells under {header.width} columns")
    needed = max(header.roles[role][0] for role in layouts.NEEDED)
    if len(found) <= needed:
        raise _Aside(Reason.COLUMNS_DIFFER, f"{len(found)} cells under {header.width} columns")
    return (*found[: header.width], *("" for _ in range(header.width - len(found))))


def _stated(cell: values.Cell) -> int:
    """An amount beside the main one; nothing where it is none."""
    if not text(cell):
        return 0
    try:
        return values.amount(cell)[0]
    except AmountMalformed:
        return 0


def _set_aside(name: str, header: Header, row: Row, why: _Aside) -> SetAside:
    try:
        amount: int | None = values.amount(header.cell(row.cells, "amount"))[0]
    except AmountMalformed:
        amount = None
    differ = why.reason is Reason.COLUMNS_DIFFER
    return SetAside(
        file=name,
        line=row.line,
        reason=why.reason,
        detail=why.detail,
        row=row.written,
        direction=None if differ else values.direction(header.cell(row.cells, "direction")),
        amount=None if differ else amount,
    )
