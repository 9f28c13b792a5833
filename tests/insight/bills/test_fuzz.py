"""Whatever a file holds: bills, rows set aside, or a refusal in words; never a traceback, nothing lost."""

from __future__ import annotations

import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qianbao.errors import QianbaoError
from qianbao.insight.bills import report
from qianbao.insight.bills.models import Statement
from qianbao.insight.bills.reading import statement
from qianbao.insight.bills.service import read
from qianbao.insight.bills.targets import TARGETS, written
from tests.insight.bills import exports, lives

FILES = (
    exports.wechat(lives.WECHAT_ROWS),
    exports.alipay(lives.ALIPAY_ROWS),
    exports.alipay_web(lives.ALIPAY_WEB_ROWS),
    exports.jd(lives.JD_ROWS),
    exports.meituan(lives.MEITUAN_ROWS),
)
BOOK = exports.workbook(exports.WECHAT, lives.WECHAT_ROWS, exports.wechat_preamble(lives.WECHAT_ROWS))
CELL = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    [
        '"',
        ",",
        "\n",
        "=1+1",
        "\t1",
        "-",
        "¥",
        "1e999",
        "nan",
        "45360.5",
        "2024-02-30",
        "\x00",
        "９９.９",
        "（已退款1）",
    ]
)
few = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def held(data: bytes, name: str = "x.csv") -> Statement | None:
    """The statement, that adds up; None where the file is refused in words."""
    told: tuple[int, bool] | None = None
    try:
        found = statement(name, data)
    except QianbaoError as refused:
        told = (refused.status, bool(refused.detail))
        found = None
    assert told in (None, (400, True))
    if found is None:
        return None
    assert found.rows == len(found.bills) + len(found.aside) + found.foot
    return found


@few
@given(st.binary(max_size=2_000))
def test_random_bytes(data: bytes) -> None:
    held(data)
    held(b"PK\x03\x04" + data, "x.xlsx")


@few
@given(st.sampled_from(FILES), st.integers(0), st.binary(min_size=1, max_size=8))
def test_a_file_with_some_bytes_overwritten(data: bytes, place: int, over: bytes) -> None:
    at = place % len(data)
    held(data[:at] + over + data[at + len(over) :])
    held(data[:at])


@few
@given(st.integers(0), st.binary(min_size=1, max_size=40))
def test_a_workbook_with_some_bytes_overwritten(place: int, over: bytes) -> None:
    at = place % len(BOOK)
    data = BOOK[:at] + over + BOOK[at + len(over) :]
    held(data, "x.xlsx")
    with TemporaryDirectory() as folder, contextlib.suppress(QianbaoError):
        path = Path(folder) / "x.zip"
        path.write_bytes(data)
        assert read([path]).adds_up()


@few
@given(st.permutations(range(11)), st.lists(st.lists(CELL, max_size=13), max_size=6))
def test_columns_in_any_order_with_any_cells(order: list[int], rows: list[list[str]]) -> None:
    columns = [exports.WECHAT[place] for place in order]
    whole = [[row[place] for place in order] for row in lives.WECHAT_ROWS[:3]]
    found = held(exports.text(columns, [*whole, *rows], ["微信支付账单明细"]).encode("utf-8", "replace"))
    assert found is not None
    assert len(found.bills) >= 3


@few
@given(st.lists(st.tuples(st.integers(0), st.sampled_from(['"', '""', ',"', '",', "'", "“"])), max_size=12))
def test_quotes_anywhere_lose_no_line(marks: list[tuple[int, str]]) -> None:
    lines = FILES[0].decode("utf-8-sig").splitlines()
    for place, mark in marks:
        at = 17 + place % (len(lines) - 17)
        cut = place % max(len(lines[at]), 1)
        lines[at] = lines[at][:cut] + mark + lines[at][cut:]
    found = held("\n".join(lines).encode())
    assert found is not None
    assert sum(row.count("\n") + 1 for row in _written(found)) <= len(lines) - 17


def _written(found: Statement) -> list[str]:
    return [row.row for row in found.aside]


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(CELL, CELL, CELL, st.integers(0, 10**9), st.sampled_from(["支出", "收入", "/"])), max_size=8
    )
)
def test_what_was_read_can_be_shown_and_handed_on(rows: list[tuple[str, str, str, int, str]]) -> None:
    made = [
        (
            *(f"2024-03-{place % 28 + 1:02} 10:00:00", kind, name, what, side, f"{units / 100:.2f}"),
            *("零钱", "支付成功", f"{place}", name, what),
        )
        for place, (kind, name, what, units, side) in enumerate(rows)
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "w.csv"
        path.write_bytes(exports.wechat(made, preamble=["微信支付账单明细"]))
        found = read([path])
    assert found.adds_up()
    assert report.report(found, "en").count("<script") == 0
    for target in TARGETS:
        written(target, found.bills)


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf", "交易时间,金额,收/支".encode(), b"," * 5_000, b'"' * 5_000, b"\n" * 5_000]
)
def test_odd_files_are_refused_in_words(data: bytes) -> None:
    assert held(data) is None
