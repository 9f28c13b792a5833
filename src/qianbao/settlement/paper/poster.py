"""A merchant's printed code: a poster of A6 or A5, to stand on the counter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec
import segno
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A5, A6

from qianbao.money import Currency, show
from qianbao.settlement.paper.sheet import INK, QUIET, Sheet
from qianbao.settlement.paper.words import WORDS, Language

Size = Literal["a6", "a5"]
SIZES: Final[Mapping[Size, tuple[float, float]]] = {"a6": A6, "a5": A5}
QUIET_ZONE: Final = 4
"""Modules of white around the code."""


class Poster(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on it."""

    payload: str
    """What the QR code holds."""
    merchant: str
    store: str = ""
    number: str = ""
    """The number to type instead."""
    amount: int | None = None
    subject: str = ""
    brands: tuple[tuple[str, str], ...] = ()
    """(name, colour) of the wallets that pay here."""


def poster(shown: Poster, *, size: Size, language: Language) -> bytes:
    """The poster as a PDF. Its measures grow with the paper."""
    words = WORDS[language]
    sheet = Sheet(SIZES[size], title=shown.merchant, author=shown.merchant)
    unit = sheet.width / 100
    middle, inner = sheet.width / 2, 84 * unit
    y = sheet.height - 13 * unit
    sheet.fitted(middle, y, shown.merchant, width=inner, size=7.4 * unit, bold=True, align="centre")
    y -= 7 * unit
    sheet.fitted(middle, y, shown.store, width=inner, size=4.4 * unit, colour=QUIET, align="centre")
    side = 72 * unit
    y -= 4 * unit + side
    _code(sheet, shown.payload, x=middle - side / 2, y=y, side=side)
    y -= 9 * unit
    head = words["scan"]
    if shown.amount is not None:
        head = f"{words['amount']} ¥{show(shown.amount, Currency.CNY)}"
    sheet.text(middle, y, head, size=7 * unit, bold=True, align="centre")
    y -= 7 * unit
    told = shown.subject
    if shown.number:
        told = f"{words['number']}  {shown.number[:4]} {shown.number[4:]}"
    sheet.fitted(middle, y, told, width=inner, size=4.6 * unit, align="centre")
    _brands(sheet, shown, y=8 * unit, unit=unit)
    return sheet.done()


def _code(sheet: Sheet, payload: str, *, x: float, y: float, side: float) -> None:
    matrix = [bytes(row) for row in segno.make_qr(payload, error="m").matrix_iter(border=QUIET_ZONE)]
    module = side / len(matrix)
    canvas = sheet.canvas
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.rect(x, y, side, side, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#000000"))
    path = canvas.beginPath()
    for line, row in enumerate(matrix):
        for column, dark in enumerate(row):
            if dark:
                path.rect(x + column * module, y + side - (line + 1) * module, module, module)
    canvas.drawPath(path, stroke=0, fill=1)


def _brands(sheet: Sheet, shown: Poster, *, y: float, unit: float) -> None:
    if not shown.brands:
        return
    step = min(30 * unit, 84 * unit / len(shown.brands))
    x = sheet.width / 2 - step * (len(shown.brands) - 1) / 2
    for name, colour in shown.brands:
        sheet.canvas.setFillColor(HexColor(colour))
        sheet.canvas.circle(x, y + 5.5 * unit, 1.6 * unit, stroke=0, fill=1)
        sheet.fitted(x, y, name, width=step - 2 * unit, size=3.6 * unit, colour=INK, align="centre")
        x += step
