"""Statements and takings on paper, read back by another library; posters read from their picture."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pypdf
import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from qianbao.ids import of_int
from qianbao.settlement.days import Period
from qianbao.settlement.movements import Kind, Movement
from qianbao.settlement.paper import poster as posters
from qianbao.settlement.paper import spreadsheet, statement
from qianbao.settlement.paper.sheet import settable
from qianbao.settlement.paper.words import WORDS, Language
from qianbao.settlement.statement.models import Statement
from qianbao.settlement.statement.plans import statement as drawn
from qianbao.settlement.takings.models import Sum, Takings

SHOP = of_int(7 << 8)
NAME = "王记面馆 Wang's Noodles"


def made(days: int = 3) -> Statement:
    """A statement on which something moved every day."""
    first = date(2026, 11, 1)
    period = Period(first=first, last=first + timedelta(days=days - 1))
    moved = [
        Movement(
            at=period.since + day * 86_400 * 10**9,
            kind=kind,
            amount=amount,
            about=SHOP,
            command=of_int((day + 1) << 8),
        )
        for day in range(days)
        for kind, amount in ((Kind.PAYMENT, 1_234_28_16), (Kind.FEE, -7_41), (Kind.REFUND, -28_16))
    ]
    return drawn(moved, merchant=SHOP, period=period, opening=10_00, now=period.until)


def text_of(pdf: bytes) -> tuple[str, int]:
    """The text of a PDF, and its pages."""
    read = pypdf.PdfReader(io.BytesIO(pdf))
    told = " ".join(page.extract_text() for page in read.pages)
    return " ".join(told.split()), len(read.pages)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_statement_on_paper_says_what_was_drawn_up(language: Language) -> None:
    told, pages = text_of(statement.statement(made(), name=NAME, language=language))
    words = WORDS[language]
    assert pages == 1
    for said in (words["statement"], words["closing"], words["net"], NAME, "2026-11-02", "370,284.48"):
        assert said in told, said
    assert "-84.48" in told  # three refunds
    assert "CNY" in told


def test_a_long_statement_turns_the_page() -> None:
    told, pages = text_of(statement.statement(made(366), name=NAME, language="en"))
    assert pages == 10
    assert "Page 10 of 10" in told
    assert all(str(one.day) in told for one in made(366).days)


@settings(max_examples=30)
@given(st.text(max_size=200))
def test_any_name_is_set(name: str) -> None:
    pdf = statement.statement(made(1), name=name, language="zh")
    assert pdf.startswith(b"%PDF-")
    assert settable(name).isprintable() or not settable(name)


def test_a_statement_as_a_table_adds_up() -> None:
    rows = list(csv.DictReader(io.StringIO(spreadsheet.statement(made(), "en").decode("utf-8-sig"))))
    assert [row["Day"] for row in rows] == ["2026-11-01", "2026-11-02", "2026-11-03", "Total"]
    assert rows[-1]["Net"] == "370177.77"
    assert rows[-1]["Closing balance"] == rows[-2]["Closing balance"] == "370187.77"


def test_takings_as_a_table_run_no_formula() -> None:
    one = Sum(count=1, amount=28_16)
    told = Takings(
        total=one,
        by_item={'=HYPERLINK("x")': one, "": Sum()},
        by_cashier={None: one},
        by_hour={hour: Sum() for hour in range(24)},
    )
    text = spreadsheet.takings(told, {None: "自助"}, "zh").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[1][:4] == ["商品", '\'=HYPERLINK("x")', "1", "28.16"]
    assert rows[2][1] == "未填商品"
    assert rows[-1][0] == "合计"
    assert len(rows) == 1 + 2 + 1 + 24 + 1


@pytest.mark.parametrize("size", ["a6", "a5"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_posters_code_is_read_from_its_picture(size: posters.Size, language: Language) -> None:
    shown = posters.Poster(
        payload="000201010211…",
        merchant=NAME,
        store="西湖店",
        number="12345678",
        brands=(("兰花", "#3B6EA8"),),
    )
    pdf = posters.poster(shown, size=size, language=language)
    told, pages = text_of(pdf)
    assert pages == 1
    assert WORDS[language]["scan"] in told
    assert "1234 5678" in told
    box = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].mediabox
    assert (round(float(box.width)), round(float(box.height))) == ((298, 420) if size == "a6" else (420, 595))
    (seen,) = zxingcpp.read_barcodes(_squares(pdf))
    assert seen.text == shown.payload


def _squares(pdf: bytes) -> Image.Image:
    """What the page's own drawing operators fill in black, as a picture."""
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    scale = 4
    width, height = int(page.mediabox.width) * scale, int(page.mediabox.height) * scale
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    contents = page.get_contents()
    assert contents is not None
    squares: list[list[float]] = []
    for operands, operator in contents.operations:
        if operator == b"re":
            squares.append([float(one) for one in operands])
    side = min(square[2] for square in squares)
    for x, y, w, h in squares:
        if w == side:
            pen.rectangle((x * scale, height - (y + h) * scale, (x + w) * scale, height - y * scale), fill=0)
    return picture


def test_a_poster_with_an_amount_says_it() -> None:
    shown = posters.Poster(payload="x", merchant=NAME, amount=9_90, subject="茶")
    told, _ = text_of(posters.poster(shown, size="a6", language="zh"))
    assert "¥9.90" in told
    assert "茶" in told
    assert segno.make_qr("x").version == 1
