"""The counts and sums that an export states, held against its rows."""

from __future__ import annotations

import pytest

from qianbao.insight.bills.models import Check, Source, Statement
from qianbao.insight.bills.reading import statement
from qianbao.insight.bills.words import why
from tests.insight.bills import exports, lives


def check(read: Statement, name: str) -> Check:
    """What the file says under that name."""
    [found] = [one for one in read.checks if one.told.name == name]
    return found


def reasons(found: Check) -> list[tuple[str, int, int]]:
    """Why it differs."""
    return [(one.why, one.count, one.amount) for one in found.why]


ABOVE = exports.wechat_preamble(lives.WECHAT_ROWS)


def test_a_shortened_file_is_told_of() -> None:
    read = statement("w.csv", exports.wechat(lives.WECHAT_ROWS[:-3], preamble=ABOVE))
    found = check(read, "支出")
    assert (found.agrees, found.count, found.told.count) == (False, 4, 5)
    assert reasons(found) == [("rows_missing", 1, 553_00)]
    assert "553.00" in why(found.why, "zh")


def test_a_row_that_was_added_is_told_of() -> None:
    read = statement("w.csv", exports.wechat([*lives.WECHAT_ROWS, lives.WECHAT_ROWS[0]], preamble=ABOVE))
    assert reasons(check(read, "支出")) == [("rows_added", 1, 28_16)]


def test_a_row_set_aside_accounts_for_what_is_missing() -> None:
    rows = [list(row) for row in lives.WECHAT_ROWS]
    rows[0][0] = "9 March"
    assert reasons(check(statement("w.csv", exports.wechat(rows, preamble=ABOVE)), "支出")) == [
        ("set_aside", 1, 28_16)
    ]
    rows[0][5] = "?"
    read = statement("w.csv", exports.wechat(rows, preamble=ABOVE))
    assert reasons(check(read, "支出")) == [("set_aside_unread", 1, 28_16)]


def test_an_amount_that_was_changed_is_told_of() -> None:
    rows = [list(row) for row in lives.WECHAT_ROWS]
    rows[0][5] = "¥8.16"
    assert reasons(check(statement("w.csv", exports.wechat(rows, preamble=ABOVE)), "支出")) == [
        ("unexplained", 0, 20_00)
    ]


def test_a_wallet_that_leaves_closed_trades_out_is_understood() -> None:
    paid = [row for row in lives.ALIPAY_ROWS if row[8] != "交易关闭"]
    read = statement("a.csv", exports.alipay(lives.ALIPAY_ROWS, preamble=exports.alipay_preamble(paid)))
    assert reasons(check(read, "支出")) == [("closed", 2, 498_00)]
    assert reasons(check(read, "收入")) == []


def test_a_wallet_that_states_what_is_left_after_refunds_is_understood() -> None:
    above = exports.jd_preamble(lives.JD_ROWS)
    told = [line.replace("支出：2笔 191.67元", "支出：2笔 101.83元") for line in above]
    read = statement("j.csv", exports.text(exports.JD, lives.JD_ROWS, told).encode())
    assert reasons(check(read, "支出")) == [("refunded", 0, 89_84)]


@pytest.mark.parametrize(
    "line", ["支出:5笔,858.53元", "支出：5 笔，金额合计 858.53 元", "支出 5笔 ¥858.53元,,,,"]
)
def test_a_sum_is_read_however_it_is_written(line: str) -> None:
    read = statement("w.csv", exports.wechat(lives.WECHAT_ROWS, preamble=["微信支付账单明细", line]))
    assert check(read, "支出").agrees
    assert read.source is Source.WECHAT
