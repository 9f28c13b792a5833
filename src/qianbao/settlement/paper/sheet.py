"""A page of paper: text in Chinese and English, drawn without a font file.

Latin letters are set in Helvetica, all else in STSong-Light, one of the fonts that PDF readers have of their
own for Chinese: the file stays small, and its text can be searched and copied.
"""

from __future__ import annotations

import io
import itertools
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

CHINESE: Final = "STSong-Light"
INK: Final = "#1d1b18"
QUIET: Final = "#6f6a62"
RULE: Final = "#ddd8cf"
UNSETTABLE: Final = "□"

pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))


def settable(text: str) -> str:
    """`text` on one line, with a box for each sign that no font here has."""
    one_line = " ".join(text.split())
    return "".join(sign if sign.isprintable() and sign <= "\uffff" else UNSETTABLE for sign in one_line)


class Sheet:
    """A PDF that is drawn page by page; points from the lower left corner."""

    def __init__(self, size: tuple[float, float], *, title: str, author: str) -> None:
        self.width, self.height = size
        self._file = io.BytesIO()
        self.canvas = Canvas(self._file, pagesize=size, pageCompression=1, invariant=1)
        self.canvas.setTitle(settable(title))
        self.canvas.setAuthor(settable(author))
        self.canvas.setCreator("Qianbao")

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 9,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
    ) -> float:
        """Write one line at its baseline (`align`: left, right, centre); how wide it is."""
        runs = _runs(settable(text), bold=bold)
        width = sum(pdfmetrics.stringWidth(run, font, size) for font, run in runs)
        at = x - width * {"left": 0.0, "centre": 0.5, "right": 1.0}[align]
        self.canvas.setFillColor(HexColor(colour))
        for font, run in runs:
            self.canvas.setFont(font, size)
            self.canvas.drawString(at, y, run)
            at += pdfmetrics.stringWidth(run, font, size)
        return width

    def fitted(self, x: float, y: float, text: str, *, width: float, size: float, **how: str | bool) -> None:
        """As `text`, smaller where it would be wider than `width`, and cut where that is not enough."""
        line = settable(text)
        while size > 7 and _width(line, size, bold=bool(how.get("bold"))) > width:
            size -= 0.5
        while line and _width(line, size, bold=bool(how.get("bold"))) > width:
            line = line[:-2] + "…"
        self.text(
            x,
            y,
            line,
            size=size,
            bold=bool(how.get("bold")),
            colour=str(how.get("colour", INK)),
            align=str(how.get("align", "left")),
        )

    def rule(self, x: float, y: float, width: float, *, colour: str = RULE, weight: float = 0.6) -> None:
        """A thin line."""
        self.canvas.setStrokeColor(HexColor(colour))
        self.canvas.setLineWidth(weight)
        self.canvas.line(x, y, x + width, y)

    def turn(self) -> None:
        """The next page."""
        self.canvas.showPage()

    def done(self) -> bytes:
        """The file."""
        self.canvas.showPage()
        self.canvas.save()
        return self._file.getvalue()


def _runs(text: str, *, bold: bool) -> list[tuple[str, str]]:
    latin = "Helvetica-Bold" if bold else "Helvetica"
    return [
        (latin if plain else CHINESE, "".join(signs))
        for plain, signs in itertools.groupby(text, key=lambda sign: sign <= "\u00ff")
    ]


def _width(text: str, size: float, *, bold: bool) -> float:
    return sum(pdfmetrics.stringWidth(run, font, size) for font, run in _runs(text, bold=bold))
