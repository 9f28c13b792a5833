"""Takings and statements as CSV: UTF-8 with a mark that spreadsheets know, amounts with their point."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Final

from qianbao.ids import Id
from qianbao.money import Currency, show
from qianbao.settlement.paper.words import WORDS, Language
from qianbao.settlement.statement.models import Line, Statement
from qianbao.settlement.takings.models import Sum, Takings

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet would run."""


def statement(made: Statement, language: Language) -> bytes:
    """A statement: a row a day, and the total."""
    words, currency = WORDS[language], Currency.of(made.currency)
    columns = (
        "opening", "payments", "subsidies", "refunds", "reversals", "fees", "net", "withdrawals", "other",
        "closing",
    )  # fmt: skip

    def row(name: str, line: Line) -> list[str]:
        amounts = [show(getattr(line, column), currency) for column in columns]
        return [name, *amounts, str(line.payments_count), str(line.refunds_count)]

    head = [words["day"], *(words[name] for name in columns), words["payments_count"], words["refunds_count"]]
    rows = [row(str(one.day), one.line) for one in made.days]
    return _table([head, *rows, row(words["total"], made.total)])


def takings(
    made: Takings, names: Mapping[Id | None, str], language: Language, currency: Currency = Currency.CNY
) -> bytes:
    """Takings by item, cashier and hour, one after the other, and the total."""
    words = WORDS[language]
    columns = ("payments_count", "gross", "refunds_count", "returned", "net", "fees")
    head = [words["by"], words["name"], *(words[name] for name in columns)]

    def row(by: str, name: str, sum: Sum) -> list[str]:
        amounts = (sum.amount, sum.returned, sum.net, sum.fee)
        gross, returned, net, fee = (show(one, currency) for one in amounts)
        return [words[by], said(name), str(sum.count), gross, str(sum.refunds), returned, net, fee]

    return _table(
        [
            head,
            *(row("item", name or words["no_item"], sum) for name, sum in made.by_item.items()),
            *(row("cashier", names.get(who, ""), sum) for who, sum in made.by_cashier.items()),
            *(row("hour", f"{hour:02}:00", sum) for hour, sum in sorted(made.by_hour.items())),
            row("total", "", made.total),
        ]
    )


def said(text: str) -> str:
    """A text that people typed, so that no spreadsheet runs it."""
    return "'" + text if text.startswith(FORMULA) else text


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    made = io.StringIO()
    csv.writer(made).writerows(rows)
    return made.getvalue().encode("utf-8-sig")
