"""Beancount and Ledger. Every transaction balances; what closed without a payment is a comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from qianbao.insight.bills.models import Bill
from qianbao.insight.bills.targets.accounts import Posting, postings
from qianbao.money import show

HEAD = "Bills of {first} to {last}: {count} of them, {closed} of which moved nothing. Amounts in CNY."


def beancount(bills: Sequence[Bill]) -> bytes:
    """Beancount 3: accounts opened, one transaction a bill."""
    moved = list(postings(bills))
    lines = [f"; {_head(moved)}", 'option "operating_currency" "CNY"', ""]
    first = min((bill.day for bill in bills), default=None)
    accounts = sorted({name for _, some in moved for one in some for name in (one.source, one.target)})
    lines += [f"{first} open {account} CNY" for account in accounts]
    for bill, some in moved:
        lines += ["", *(_transaction(bill, some) if some else [f"; {_closed(bill)}"])]
    return ("\n".join(lines) + "\n").encode()


def _transaction(bill: Bill, some: Sequence[Posting]) -> Iterator[str]:
    yield f"{bill.day} * {_quoted(bill.merchant)} {_quoted(_narration(bill))}"
    for name, value in _about(bill):
        yield f"  {name}: {_quoted(value)}"
    for one in some:
        yield f"  {one.source}  -{show(one.amount)} CNY"
        yield f"  {one.target}  {show(one.amount)} CNY"


def ledger(bills: Sequence[Bill]) -> bytes:
    """Ledger 3: one transaction a bill."""
    moved = list(postings(bills))
    lines = [f"; {_head(moved)}"]
    for bill, some in moved:
        if not some:
            lines += ["", f"; {_closed(bill)}"]
            continue
        lines += ["", f"{bill.day:%Y/%m/%d} * {_payee(bill.merchant)}"]
        lines += [
            f"    ; {name}: {_line(value)}"
            for name, value in (("about", _narration(bill)), *_about(bill))
            if value
        ]
        for one in some:
            lines += [
                f"    {one.target}  CNY {show(one.amount)}",
                f"    {one.source}  CNY -{show(one.amount)}",
            ]
    return ("\n".join(lines) + "\n").encode()


def _head(moved: Sequence[tuple[Bill, Sequence[Posting]]]) -> str:
    if not moved:
        return "No bills."
    days = [bill.day for bill, _ in moved]
    return HEAD.format(
        first=min(days), last=max(days), count=len(moved), closed=sum(not some for _, some in moved)
    )


def _about(bill: Bill) -> Iterator[tuple[str, str]]:
    yield "source", bill.source.value
    yield "time", f"{bill.at:%H:%M:%S}"
    for name, value in (
        ("order", bill.order),
        ("method", bill.method),
        ("state", bill.state),
        ("note", bill.note),
    ):
        if value:
            yield name, value
    for number, one in enumerate(bill.also, 1):
        yield f"also{number}", f"{one.source.value}: {one.description}"


def _narration(bill: Bill) -> str:
    return bill.description or bill.kind or bill.label


def _closed(bill: Bill) -> str:
    name = _line(f"{bill.merchant} {_narration(bill)}")
    return f"{bill.day} {name} {show(bill.amount)} CNY: {_line(bill.state) or bill.flow.value}"


def _line(text: str) -> str:
    """Text that stays on its line."""
    return re.sub(r"[\s\x00-\x1f\x7f]+", " ", text).strip()


def _quoted(text: str) -> str:
    return '"' + _line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _payee(text: str) -> str:
    """A payee that Ledger takes for nothing else: no code, no mark, no comment."""
    name = _line(text).replace(";", ",").replace("|", "/")
    return f"· {name}" if name[:1] in "(*!=@~%#\"'" or not name else name
