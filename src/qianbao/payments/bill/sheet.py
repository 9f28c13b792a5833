"""Bills as a table for other programs: CSV that spreadsheets open as text, never as a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterable, Iterable
from typing import Final, Literal

from qianbao.clock import rfc3339
from qianbao.insight.bills.cells import safe
from qianbao.money import Currency
from qianbao.payments.bill.models import Bill

Language = Literal["zh", "en"]

HEADS: Final[dict[Language, tuple[str, ...]]] = {
    "zh": ("时间", "类型", "对方", "分类", "内容", "收入", "支出", "币种", "状态", "已退款", "单号"),
    "en": (
        "time",
        "kind",
        "with",
        "category",
        "subject",
        "in",
        "out",
        "currency",
        "state",
        "refunded",
        "number",
    ),
}
BOM: Final = "\ufeff"
"""By this spreadsheets know UTF-8."""


def written(amount: int, currency: str) -> str:
    """`2816` CNY as 28.16."""
    digits = Currency.of(currency).digits
    whole, part = divmod(amount, 10**digits)
    return f"{whole}.{part:0{digits}}" if digits else str(whole)


def row(bill: Bill) -> tuple[str, ...]:
    """A bill's cells, in the order of `HEADS`."""
    came, went = max(bill.amount, 0), max(-bill.amount, 0)
    return (
        rfc3339(bill.at),
        bill.kind,
        safe(bill.name),
        bill.category or "",
        safe(bill.subject),
        written(came, bill.currency) if came else "",
        written(went, bill.currency) if went else "",
        bill.currency,
        bill.state or "",
        written(bill.refunded, bill.currency) if bill.refunded else "",
        str(bill.about or bill.id),
    )


def lines(rows: Iterable[tuple[str, ...]]) -> str:
    """Rows as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


async def sheet(parts: AsyncIterable[list[Bill]], language: Language) -> AsyncGenerator[str]:
    """The whole table, part by part."""
    yield BOM + lines([HEADS[language]])
    async for bills in parts:
        yield lines(map(row, bills))
