"""Files brought together: each payment once, each refund with its purchase."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from qianbao.insight.bills.matching import Matched, matched
from qianbao.insight.bills.models import Bill, Flow
from qianbao.insight.bills.reading import statement
from tests.insight.bills import exports, lives


def together(*files: tuple[str, bytes]) -> Matched:
    """What these files hold, once."""
    return matched(bill for name, data in files for bill in statement(name, data).bills)


WECHAT = ("w.csv", exports.wechat(lives.WECHAT_ROWS))
ALIPAY = ("a.csv", exports.alipay(lives.ALIPAY_ROWS))
JD = ("j.csv", exports.jd(lives.JD_ROWS))
MEITUAN = ("m.csv", exports.meituan(lives.MEITUAN_ROWS))


def one(bills: Sequence[Bill], at: str) -> Bill:
    """The bill of that minute."""
    [found] = [bill for bill in bills if f"{bill.at:%m-%d %H:%M}" == at]
    return found


def test_a_purchase_in_two_exports_is_counted_once_and_keeps_both_descriptions() -> None:
    found = together(WECHAT, JD, MEITUAN)
    assert {(double.bill.file, double.by) for double in found.doubles} == {
        ("j.csv", "merchant_order"),
        ("m.csv", "merchant_order"),
    }
    meal = one(found.bills, "03-09 12:30")
    assert (meal.source, meal.amount) == ("wechat", 45_60)
    assert (meal.description, [also.description for also in meal.also]) == (
        "美团订单-24030912300000001",
        ["陈记黄焖鸡米饭-外卖"],
    )


def test_the_order_of_the_files_changes_nothing() -> None:
    forth, back = together(WECHAT, JD, MEITUAN, ALIPAY), together(ALIPAY, MEITUAN, JD, WECHAT)
    assert (forth.bills, forth.doubles) == (back.bills, back.doubles)


def test_without_numbers_amount_minutes_and_names_match_but_no_amount_alone() -> None:
    rounded = [[*row[:8], "4.20000E+27", "/", row[10]] for row in lives.WECHAT_ROWS]
    found = together(("w.csv", exports.wechat(rounded)), MEITUAN)
    assert [(double.bill.amount, double.by) for double in found.doubles] == [(45_60, "names")]
    named = [[*row[:2], row[2].replace("美团", "某某"), *row[3:]] for row in rounded]
    assert not together(("w.csv", exports.wechat(named)), MEITUAN).doubles


def test_two_like_purchases_pair_one_to_one() -> None:
    first = lives.WECHAT_ROWS[1]
    later = ("2024-03-09 12:31:00", *first[1:8], "42000000012024030900000099", "MT24030999", "/")
    twice = [first, later]
    found = together(("w.csv", exports.wechat(twice)), MEITUAN)
    assert [(double.bill.file, double.kept_line) for double in found.doubles] == [("m.csv", 18)]
    assert sum(bill.amount == 45_60 for bill in found.bills) == 2


def test_overlapping_exports_of_one_wallet_are_counted_once() -> None:
    found = together(WECHAT, ("again.csv", exports.wechat(lives.WECHAT_ROWS[3:])))
    assert len(found.bills) == len(lives.WECHAT_ROWS)
    assert {double.by for double in found.doubles} == {"order"}


def test_the_same_row_twice_in_one_file_are_two_payments() -> None:
    found = together(("w.csv", exports.wechat([lives.WECHAT_ROWS[0]] * 2)))
    assert (len(found.bills), found.doubles) == (2, ())


@pytest.mark.parametrize("mark", ["_refund1", "*1"])
def test_a_refund_finds_the_purchase_whose_number_its_own_begins_with(mark: str) -> None:
    rows = [list(row) for row in lives.ALIPAY_ROWS]
    rows[3][9] = rows[0][9] + mark
    rows[3][6] = "8.00"
    bills = together(("a.csv", exports.alipay(rows))).bills
    lunch = one(bills, "03-09 11:00")
    assert (lunch.refunded, lunch.spent) == (8_00, 10_00)
    assert one(bills, "03-13 15:00").refund_of == lunch.order


def test_a_closed_trade_that_a_refund_answers_was_a_purchase() -> None:
    bills = together(ALIPAY).bills
    shirt, headphones = one(bills, "03-12 15:00"), one(bills, "03-19 22:00")
    assert (shirt.flow, shirt.refunded, shirt.spent) == (Flow.SPENDING, 199_00, 0)
    assert (headphones.flow, headphones.spent) == (Flow.CLOSED, 0)


def test_a_refund_told_of_twice_is_taken_off_once() -> None:
    bills = together(WECHAT, JD).bills
    cooker = one(bills, "03-13 19:30")
    assert (cooker.refunded, cooker.spent) == (89_84, 131_77 - 89_84)


def test_a_refund_without_its_purchase_is_taken_off_nothing() -> None:
    bills = together(("w.csv", exports.wechat(lives.WECHAT_ROWS[6:7]))).bills
    assert [(bill.flow, bill.refund_of, bill.spent) for bill in bills] == [(Flow.REFUND, "", 0)]


def test_own_money_that_moves_is_no_spending() -> None:
    bills = together(WECHAT, ALIPAY, JD, MEITUAN).bills
    moved = {bill.kind or bill.description for bill in bills if bill.flow is Flow.INTERNAL}
    wechat = {"零钱提现", "信用卡还款", "转入零钱通-来自零钱"}
    alipay = {"余额宝-单次转入", "花呗自动还款-2024年03月账单"}
    assert moved == {*wechat, *alipay, "白条还款", "还款"}
    assert sum(bill.spent for bill in bills if bill.flow is Flow.INTERNAL) == 10, "the fee of a withdrawal"
