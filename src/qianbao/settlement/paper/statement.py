"""A statement as a PDF of A4 pages."""

from __future__ import annotations

from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from qianbao.clock import BUSINESS_ZONE, moment
from qianbao.money import Currency, show
from qianbao.settlement.paper.sheet import QUIET, Sheet
from qianbao.settlement.paper.words import WORDS, Language
from qianbao.settlement.statement.models import DayLine, Line, Statement

EDGE: Final = 18 * mm
SUMMARY: Final = (
    ("opening", 0), ("payments", 1), ("subsidies", 1), ("refunds", -1), ("reversals", -1), ("fees", -1),
    ("net", 0), ("withdrawals", -1), ("other", 1), ("closing", 0),
)  # fmt: skip
"""The lines of the summary, and whether each adds or takes off (0: a sum)."""
COLUMNS: Final = ("gross", "refunds", "fees", "net", "withdrawals", "closing")
FIRST_ROWS, MORE_ROWS = 22, 42


def statement(made: Statement, *, name: str, language: Language) -> bytes:
    """The statement on paper: the sums on the first page, then a line for each day on which money moved."""
    words, currency = WORDS[language], Currency.of(made.currency)
    sheet = Sheet(A4, title=f"{words['statement']} {name}", author=name)
    days = [one for one in made.days if _moved(one.line)] or list(made.days[-1:])
    pages = [days[:FIRST_ROWS]]
    for at in range(FIRST_ROWS, len(days), MORE_ROWS):
        pages.append(days[at : at + MORE_ROWS])
    for number, rows in enumerate(pages, 1):
        top = sheet.height - EDGE
        if number == 1:
            top = _head(sheet, made, name, language, currency)
        else:
            sheet.turn()
        _days(sheet, rows, top, language, currency)
        foot = words["page"].format(page=number, pages=len(pages))
        sheet.text(sheet.width - EDGE, 12 * mm, foot, size=8, colour=QUIET, align="right")
        sheet.text(EDGE, 12 * mm, words["source"], size=8, colour=QUIET)
    return sheet.done()


def _moved(line: Line) -> bool:
    return any((line.payments_count, line.refunds_count, line.withdrawals, line.other, line.fees))


def _head(sheet: Sheet, made: Statement, name: str, language: Language, currency: Currency) -> float:
    words = WORDS[language]
    inner = sheet.width - 2 * EDGE
    y = sheet.height - EDGE - 6 * mm
    sheet.text(EDGE, y, words["statement"], size=20, bold=True)
    drawn = moment(made.made).astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    sheet.text(sheet.width - EDGE, y + 4, words["made"].format(at=drawn), size=8, colour=QUIET, align="right")
    stated = words["currency"].format(currency=currency.letters)
    sheet.text(sheet.width - EDGE, y - 8, stated, size=8, colour=QUIET, align="right")
    y -= 9 * mm
    sheet.fitted(EDGE, y, name, width=inner, size=12)
    y -= 6 * mm
    period = words["period"].format(first=made.period.first, last=made.period.last)
    sheet.text(EDGE, y, period, size=10, colour=QUIET)
    y -= 8 * mm
    sheet.rule(EDGE, y, inner)
    for key, sign in SUMMARY:
        amount: int = getattr(made.total, key)
        if key in ("subsidies", "reversals", "other") and not amount:
            continue
        y -= 6.4 * mm
        strong = not sign
        sheet.text(EDGE, y, words[key], size=10, bold=strong, colour="#1d1b18" if strong else QUIET)
        figure = _figure(amount * (sign or 1), currency)
        sheet.text(sheet.width - EDGE, y, figure, size=12 if strong else 10, bold=strong, align="right")
        if strong:
            sheet.rule(EDGE, y - 2 * mm, inner)
    y -= 8 * mm
    counted = words["count"].format(paid=made.total.payments_count, returned=made.total.refunds_count)
    sheet.text(EDGE, y, counted, size=9, colour=QUIET)
    return y - 8 * mm


def _days(sheet: Sheet, rows: list[DayLine], top: float, language: Language, currency: Currency) -> None:
    words = WORDS[language]
    left = EDGE + 24 * mm
    step = (sheet.width - EDGE - left) / len(COLUMNS)
    y = top - 4 * mm
    sheet.text(EDGE, y, words["day"], size=8, colour=QUIET)
    for place, column in enumerate(COLUMNS, 1):
        sheet.text(left + place * step, y, words[column], size=8, colour=QUIET, align="right")
    sheet.rule(EDGE, y - 2 * mm, sheet.width - 2 * EDGE)
    for one in rows:
        y -= 5.4 * mm
        sheet.text(EDGE, y, str(one.day), size=9)
        line = one.line
        figures = (
            line.gross,
            -(line.refunds + line.reversals),
            -line.fees,
            line.net,
            -line.withdrawals,
            line.closing,
        )
        for place, amount in enumerate(figures, 1):
            sheet.text(left + place * step, y, _figure(amount, currency), size=9, align="right")


def _figure(amount: int, currency: Currency) -> str:
    whole, point, part = show(abs(amount), currency).partition(".")
    return f"{'-' if amount < 0 else ''}{int(whole):,}{point}{part}"
