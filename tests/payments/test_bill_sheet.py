"""Bills as CSV: what a spreadsheet makes of any text."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.ids import Id
from qianbao.payments.bill.models import Bill, BillKind
from qianbao.payments.bill.sheet import HEADS, lines, row, written

PLAIN = Bill(id=Id(int=1), kind=BillKind.PAYMENT, wallet=Id(int=2), amount=-28_16, currency="CNY", at=1)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=200))
def test_no_cell_of_any_text_is_run_as_a_formula_and_no_text_breaks_a_row(text: str) -> None:
    told = row(replace(PLAIN, name=text))
    (read,) = csv.reader(io.StringIO(lines([told])))
    assert len(read) == len(HEADS["zh"]) == len(HEADS["en"])
    assert read[2].removeprefix("'") == text.removeprefix("'")
    assert not read[2].lstrip().startswith(("=", "+", "-", "@"))


def test_what_left_and_what_came_stand_in_columns_of_their_own() -> None:
    assert row(PLAIN)[5:8] == ("", "28.16", "CNY")
    assert written(5, "CNY") == "0.05"
    assert written(28, "JPY") == "28"
