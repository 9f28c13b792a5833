"""The counts and sums that an export states, held against its rows; a difference is explained. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from qianbao.insight.bills.models import Account, Bill, Check, Direction, Flow, SetAside, Source, Told
from qianbao.money import AmountMalformed, parse

_LINE: Final = re.compile(
    r"(?<!待)(已?收入|已?支出|中性交易|不计收支|其他)\s*:?\s*(\d+)\s*笔\s*,?\s*(?:金额)?(?:合计|共计|共)?\s*:?\s*"
    r"¥?\s*([\d,]+(?:\.\d+)?)\s*元"
)
_COUNT: Final = re.compile(r"共\s*(\d+)\s*笔")
_NAMES: Final = {
    "收入": Direction.IN,
    "支出": Direction.OUT,
    "中性交易": Direction.NEUTRAL,
    "不计收支": Direction.NEUTRAL,
    "其他": Direction.NEUTRAL,
}


def told(lines: Iterable[str]) -> tuple[Told, ...]:
    """What the lines before the header, or after the rows, state; each thing once, as it first stands."""
    found: dict[str, Told] = {}
    for line in lines:
        written = unicodedata.normalize("NFKC", line)
        for match in _LINE.finditer(written):
            name = match[1].removeprefix("已")
            try:
                count, amount = int(match[2][:9]), parse(match[3])
            except AmountMalformed:
                continue
            found.setdefault(name, Told(direction=_NAMES[name], name=name, count=count, amount=amount))
        if match := _COUNT.search(written):
            one = Told(direction=None, name="共", count=int(match[1][:9]), amount=None)
            found.setdefault("共", one)
    return tuple(found.values())


def checks(stated: Sequence[Told], bills: Sequence[Bill], aside: Sequence[SetAside]) -> tuple[Check, ...]:
    """Every statement beside the rows."""
    return tuple(_check(one, bills, aside) for one in stated)


def _check(stated: Told, bills: Sequence[Bill], aside: Sequence[SetAside]) -> Check:
    some = [bill for bill in bills if stated.direction in (None, _direction(bill))]
    count, amount = len(some), sum(bill.amount for bill in some)
    more = stated.count - count
    worth = 0 if stated.amount is None else stated.amount - amount
    why: tuple[Account, ...] = ()
    if more or worth:
        sides = (
            _told_more(stated, some, bills, aside)
            if more > 0 or (not more and worth > 0)
            else _told_less(some)
        )
        parts = [one for one in sides if one[1:] != (0, 0)]
        why = next(_adding_up(parts, more, worth), ()) or _left(more, worth, aside, stated)
    return Check(told=stated, count=count, amount=amount, agrees=not (more or worth), why=why)


def _direction(bill: Bill) -> Direction:
    if bill.source is Source.ALIPAY_WEB and bill.flow in (Flow.CLOSED, Flow.INTERNAL):
        return Direction.NEUTRAL  # its foot counts what was really paid
    return bill.direction


Part = tuple[str, int, int]


def _told_more(
    stated: Told, some: Sequence[Bill], bills: Sequence[Bill], aside: Sequence[SetAside]
) -> Iterator[Part]:
    """(why, rows, minor units) that the file would count and the rows do not hold."""
    lost = [one for one in aside if one.line]
    maybe = [one for one in lost if stated.direction is None or one.direction in (None, stated.direction)]
    sure = [one for one in lost if one.direction is stated.direction]
    returns = [
        bill for bill in bills if bill.flow is Flow.REFUND and _direction(bill) is not stated.direction
    ]
    for some_lost in (maybe, sure):
        yield "set_aside", len(some_lost), sum(one.amount or 0 for one in some_lost)
    yield "refunds", len(returns), sum(bill.amount for bill in returns)
    yield "fees", 0, sum(bill.fee for bill in some)


def _told_less(some: Sequence[Bill]) -> Iterator[Part]:
    closed = [bill for bill in some if bill.flow is Flow.CLOSED]
    returns = [bill for bill in some if bill.flow is Flow.REFUND]
    yield "closed", -len(closed), -sum(bill.amount for bill in closed)
    yield "closed_sum", 0, -sum(bill.amount for bill in closed)
    yield "refunded", 0, -sum(bill.refunded for bill in some)
    yield "refunds", -len(returns), -sum(bill.amount for bill in returns)


def _adding_up(parts: Sequence[Part], more: int, worth: int) -> Iterator[tuple[Account, ...]]:
    """Parts, alone or two together, that come to just the difference."""
    for size in (1, 2):
        for chosen in combinations(parts, size):
            if len({why for why, _, _ in chosen}) < size:
                continue
            if (sum(rows for _, rows, _ in chosen), sum(units for _, _, units in chosen)) == (more, worth):
                yield tuple(
                    Account(why=why, count=abs(rows), amount=abs(units)) for why, rows, units in chosen
                )


def _left(more: int, worth: int, aside: Sequence[SetAside], stated: Told) -> tuple[Account, ...]:
    # A row whose amount nobody can read is worth whatever is missing.
    lost = [one for one in aside if one.line and one.direction in (None, stated.direction)]
    if more == len(lost) > 0 and worth >= 0 and any(one.amount is None for one in lost):
        return (Account(why="set_aside_unread", count=more, amount=worth),)
    why = "unexplained" if not more else ("rows_missing" if more > 0 else "rows_added")
    return (Account(why=why, count=abs(more), amount=abs(worth)),)
