"""What each export holds, whatever was done to the file since."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from qianbao.clock import BUSINESS_ZONE
from qianbao.insight.bills.errors import BillsColumnMissing, BillsUnknown
from qianbao.insight.bills.models import Bill, Flow, Reason, Source, Statement
from qianbao.insight.bills.reading import statement
from tests.insight.bills import exports, lives

FILES = {
    Source.WECHAT: exports.wechat(lives.WECHAT_ROWS),
    Source.ALIPAY: exports.alipay(lives.ALIPAY_ROWS),
    Source.ALIPAY_WEB: exports.alipay_web(lives.ALIPAY_WEB_ROWS),
    Source.JD: exports.jd(lives.JD_ROWS),
    Source.MEITUAN: exports.meituan(lives.MEITUAN_ROWS),
}


def adds_up(read: Statement) -> bool:
    """in = out + set aside."""
    return read.rows == len(read.bills) + len(read.aside) + read.foot


def seen(read: Statement) -> list[tuple[datetime, int, Flow, str]]:
    """What a file's rows come to, however they were written."""
    return [(bill.at, bill.amount, bill.flow, bill.merchant) for bill in read.bills]


@pytest.mark.parametrize("source", list(Source))
def test_an_export_is_known_by_its_columns_and_every_row_is_a_bill(source: Source) -> None:
    read = statement("bills.csv", FILES[source])
    assert (read.source, read.aside, adds_up(read)) == (source, (), True)
    assert all(check.agrees for check in read.checks)
    assert len(read.checks) >= 3


def test_a_row_of_wechat_is_read_whole() -> None:
    [first, *_] = statement("w.csv", FILES[Source.WECHAT]).bills
    assert first == Bill(
        source=Source.WECHAT,
        file="w.csv",
        line=18,
        at=datetime(2024, 3, 9, 10, 7, 33, tzinfo=BUSINESS_ZONE),
        amount=28_16,
        direction=first.direction,
        flow=Flow.SPENDING,
        counterparty="老街牛肉面馆",
        merchant="老街牛肉面馆",
        description="牛肉面",
        kind="商户消费",
        method="零钱",
        state="支付成功",
        order="4200000001202403090000000001",
        merchant_order="M1001",
    )


@pytest.mark.parametrize("source", list(Source))
def test_each_row_means_what_its_wallet_says(source: Source) -> None:
    bills = statement("x.csv", FILES[source]).bills
    assert " ".join(bill.flow for bill in bills) == lives.FLOWS[source.value]


def test_what_came_back_stands_in_the_state_or_beside_the_amount() -> None:
    wechat = statement("w.csv", FILES[Source.WECHAT]).bills
    assert [bill.refunded for bill in wechat if bill.flow is Flow.SPENDING] == [0, 0, 0, 89_84, 553_00]
    assert [bill.refunded for bill in statement("j.csv", FILES[Source.JD]).bills] == [89_84, 0, 0, 79_00]
    assert [bill.refunded for bill in statement("a.csv", FILES[Source.ALIPAY_WEB]).bills] == [
        0,
        0,
        20_00,
        0,
        0,
    ]


def test_a_fee_in_a_note_is_read() -> None:
    fees = [bill.fee for bill in statement("w.csv", FILES[Source.WECHAT]).bills if bill.fee]
    assert fees == [10]


@pytest.mark.parametrize("lines", [0, 1, 5, 40])
def test_a_preamble_of_another_length_changes_nothing(lines: int) -> None:
    data = exports.wechat(lives.WECHAT_ROWS, preamble=["微信支付账单明细", *["注："] * lines])
    assert seen(statement("w.csv", data)) == seen(statement("w.csv", FILES[Source.WECHAT]))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("source", list(Source))
def test_an_encoding_changes_nothing(source: Source, encoding: str) -> None:
    before = statement("x.csv", FILES[source])
    text = FILES[source].decode("gb18030" if before.encoding == "gb18030" else "utf-8-sig")
    assert seen(statement("x.csv", text.encode(encoding))) == seen(before)


def test_columns_that_moved_are_read_by_name_and_unknown_ones_are_kept() -> None:
    order = (10, 3, 5, 0, 4, 1, 2, 6, 9, 8, 7)
    columns = [*(exports.WECHAT[place] for place in order), "我的标签"]
    rows = [[*(row[place] for place in order), "家"] for row in lives.WECHAT_ROWS]
    read = statement("w.csv", exports.wechat(rows, columns=columns))
    assert seen(read) == seen(statement("w.csv", FILES[Source.WECHAT]))
    assert read.unknown_columns == ("我的标签",)
    assert {bill.extra["我的标签"] for bill in read.bills} == {"家"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("交易单号", "交易订单号"),
        ("金额(元)", "金额（元）"),
        ("金额(元)", "金额"),
        ("商品", "商品说明"),
        ("当前状态", "交易状态"),
        ("支付方式", "收/付款方式"),
        ("交易时间", " 交易时间 "),
        ("收/支", "收支"),
    ],
)
def test_a_renamed_column_is_still_known(old: str, new: str) -> None:
    columns = [new if column == old else column for column in exports.WECHAT]
    data = exports.text(columns, lives.WECHAT_ROWS, exports.wechat_preamble(lives.WECHAT_ROWS)).encode()
    read = statement("w.csv", data)
    assert read.source is Source.WECHAT
    assert seen(read) == seen(statement("w.csv", FILES[Source.WECHAT]))


def test_a_missing_column_is_named() -> None:
    columns = ["?" if column == "金额(元)" else column for column in exports.WECHAT]
    data = exports.text(columns, lives.WECHAT_ROWS, ["微信支付账单明细"]).encode()
    with pytest.raises(BillsColumnMissing) as refused:
        statement("w.csv", data)
    assert refused.value.expected == "金额"


@pytest.mark.parametrize("data", [b"", b"\n\n", "买菜,12\n".encode(), b"\xff\xfe\x00", b"PK\x03\x04broken"])
def test_what_is_no_bill_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(BillsUnknown):
        statement("shopping.txt", data)


def test_quotes_that_were_not_doubled_swallow_no_line() -> None:
    lines = exports.wechat(lives.WECHAT_ROWS).decode("utf-8-sig").splitlines()
    lines[17] = lines[17].replace("老街牛肉面馆", '"老街"牛肉面馆').replace("牛肉面,支出", '5" 披萨,支出')
    lines[18] = lines[18].replace("美团平台商户", '"美团平台商户')
    read = statement("w.csv", "\n".join(lines).encode())
    assert (len(read.bills), read.aside) == (len(lives.WECHAT_ROWS), ())
    assert [bill.amount for bill in read.bills] == [exports.fen(row[5]) for row in lives.WECHAT_ROWS]
    assert read.bills[0].description == '5" 披萨'


def test_a_cell_over_two_lines_is_one_cell() -> None:
    rows = [list(row) for row in lives.WECHAT_ROWS]
    rows[0][3] = "牛肉面\n加蛋, 不要香菜"
    read = statement("w.csv", exports.wechat(rows))
    assert (len(read.bills), read.aside) == (len(rows), ())
    assert read.bills[0].description == "牛肉面\n加蛋, 不要香菜"
    assert read.bills[1].line == 20


def test_a_name_of_digits_stays_digits() -> None:
    read = statement("w.csv", FILES[Source.WECHAT])
    assert [bill.counterparty for bill in read.bills if bill.description == "火车票"] == ["12306", "12306"]
    book = exports.workbook(exports.WECHAT, lives.WECHAT_ROWS, exports.wechat_preamble(lives.WECHAT_ROWS))
    assert "12306" in {bill.counterparty for bill in statement("w.xlsx", book).bills}


@pytest.mark.parametrize("serial", [True, False])
def test_a_workbook_holds_the_same_bills(serial: bool) -> None:
    above = exports.wechat_preamble(lives.WECHAT_ROWS)
    read = statement("w.xlsx", exports.workbook(exports.WECHAT, lives.WECHAT_ROWS, above, serial=serial))
    before = statement("w.csv", FILES[Source.WECHAT])
    assert seen(read) == seen(before)
    assert [bill.line for bill in read.bills] == [bill.line for bill in before.bills]
    assert all(check.agrees for check in read.checks)


def test_a_file_saved_again_by_a_spreadsheet_keeps_what_it_can() -> None:
    rows = [list(row) for row in lives.WECHAT_ROWS]
    for row in rows:
        at = datetime.fromisoformat(row[0])
        row[0] = f"{at.year}/{at.month}/{at.day} {at:%H:%M}"
        row[5] = row[5].lstrip("¥").removesuffix(".00")
        row[8] = f"{float(row[8]):.5E}"
    read = statement(
        "w.csv",
        exports.text(exports.WECHAT, rows, exports.wechat_preamble(lives.WECHAT_ROWS)).encode("gb18030"),
    )
    before = statement("w.csv", FILES[Source.WECHAT])
    assert [bill.amount for bill in read.bills] == [bill.amount for bill in before.bills]
    assert [bill.at for bill in read.bills] == [bill.at.replace(second=0) for bill in before.bills]
    assert {bill.order for bill in read.bills} == {""}, "a rounded number is another order's too"


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_another_delimiter_is_found(delimiter: str) -> None:
    lines = [delimiter.join(exports.WECHAT), *(delimiter.join(row) for row in lives.WECHAT_ROWS)]
    assert seen(statement("微信.csv", "\n".join(lines).encode())) == seen(
        statement("w.csv", FILES[Source.WECHAT])
    )


BROKEN = [
    ("2024-03-40 10:00:00", "支出", "¥1.00", Reason.TIME_MALFORMED),
    ("yesterday", "支出", "¥1.00", Reason.TIME_MALFORMED),
    ("1999-03-09 10:00:00", "支出", "¥1.00", Reason.TIME_OUT_OF_RANGE),
    ("2024-03-09 10:00:00", "支出", "一块", Reason.AMOUNT_MALFORMED),
    ("2024-03-09 10:00:00", "支出", "1.005", Reason.AMOUNT_MALFORMED),
    ("2024-03-09 10:00:00", "收入", "-1.00", Reason.AMOUNT_NEGATIVE),
    ("2024-03-09 10:00:00", "来来去去", "1.00", Reason.DIRECTION_UNKNOWN),
]


@pytest.mark.parametrize(("at", "side", "amount", "reason"), BROKEN)
def test_a_row_that_cannot_be_read_is_set_aside_with_line_and_reason(
    at: str, side: str, amount: str, reason: Reason
) -> None:
    row = (at, "商户消费", "老街牛肉面馆", "牛肉面", side, amount, "零钱", "支付成功", "1", "M", "/")
    above = exports.wechat_preamble(lives.WECHAT_ROWS)
    read = statement("w.csv", exports.wechat([*lives.WECHAT_ROWS, row], preamble=above))
    [lost] = read.aside
    assert (lost.reason, lost.line, lost.file) == (reason, 18 + len(lives.WECHAT_ROWS), "w.csv")
    assert lost.row.startswith(at)
    assert adds_up(read)


def test_a_row_of_other_width_is_set_aside_and_a_short_one_is_filled() -> None:
    lines = exports.wechat(lives.WECHAT_ROWS).decode("utf-8-sig").splitlines()
    lines[17] = lines[17].replace("牛肉面,支出", "牛肉面,大份,加蛋,支出")
    lines[18] = ",".join(lines[18].split(",")[:8])
    read = statement("w.csv", "\n".join(lines).encode())
    assert [lost.reason for lost in read.aside] == [Reason.COLUMNS_DIFFER]
    assert (read.bills[0].order, read.bills[0].amount) == ("", 45_60)
    assert adds_up(read)


def test_the_example_of_the_documentation_reads_as_it_says() -> None:
    page = Path(__file__).parents[3] / "docs" / "how-to" / "understand-your-bills.md"
    [example] = re.findall(r"```text\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    read = statement("example.csv", example.encode())
    [check] = read.checks
    assert (len(read.bills), check.agrees, check.amount) == (2, True, 73_76)
