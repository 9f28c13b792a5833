"""From where to where each bill moved money, in the names of double-entry books. Pure.

A bill is one posting of one amount from an account to another, so that every book that is written from it is
balanced by construction. Of a purchase, what came back without a row of its own is left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anyascii import anyascii

from qianbao.insight.bills.models import Bill, Flow, Source

TRANSIT: Final = "Assets:InTransit"
"""Where one's own money is while only one of its two ends is known."""
FEES: Final = "Expenses:Fees"
UNKNOWN_METHOD: Final = {
    Source.WECHAT: "Assets:WeChat:Balance",
    Source.ALIPAY: "Assets:Alipay:Balance",
    Source.ALIPAY_WEB: "Assets:Alipay:Balance",
    Source.JD: "Assets:JD:Balance",
    Source.MEITUAN: "Assets:Meituan:Balance",
}
METHODS: Final = (
    (r"零钱通", "Assets:WeChat:Fund"),
    (r"零钱", "Assets:WeChat:Balance"),
    (r"余额宝", "Assets:Alipay:YuEBao"),
    (r"花呗", "Liabilities:Alipay:HuaBei"),
    (r"信用购", "Liabilities:Alipay:CreditBuy"),
    (r"借呗", "Liabilities:Alipay:JieBei"),
    (r"白条", "Liabilities:JD:BaiTiao"),
    (r"小金库", "Assets:JD:Fund"),
    (r"月付", "Liabilities:Meituan:YueFu"),
    (r"^(账户)?余额$", ""),
    (r"^微信", "Assets:WeChat:Balance"),
    (r"^支付宝", "Assets:Alipay:Balance"),
)
"""Words of a method, and the account; empty: the wallet's own balance."""
CREDIT: Final = re.compile(r"信用卡|贷记")


@dataclass(frozen=True, slots=True)
class Posting:
    """`amount` minor units from one account to another."""

    source: str
    target: str
    amount: int


def postings(bills: Sequence[Bill]) -> Iterator[tuple[Bill, tuple[Posting, ...]]]:
    """Each bill with what it moves, oldest first; a closed trade moves nothing."""
    returned: dict[str, int] = defaultdict(int)
    for bill in bills:
        if bill.refund_of:
            returned[bill.refund_of] += bill.amount
    for bill in bills:
        yield bill, tuple(one for one in _of(bill, returned) if one.amount)


def _of(bill: Bill, returned: dict[str, int]) -> Iterator[Posting]:
    own = method(bill.method, bill.source)
    if bill.flow is Flow.SPENDING:
        rows = returned.get(bill.key, 0)
        yield Posting(own, expense(bill.category), bill.amount - max(bill.refunded - rows, 0))
    elif bill.flow is Flow.REFUND:
        yield Posting(expense(bill.category) if bill.refund_of else "Income:Refunds", own, bill.amount)
    elif bill.flow is Flow.INCOME:
        yield Posting("Income:Wallet", own, bill.amount)
    elif bill.flow is Flow.INTERNAL:
        yield Posting(*ends(bill), bill.amount)
    if bill.fee:
        yield Posting(UNKNOWN_METHOD[bill.source], FEES, bill.fee)


def ends(bill: Bill) -> tuple[str, str]:
    """(from, to) of one's own money that moved."""
    own, balance = method(bill.method, bill.source), UNKNOWN_METHOD[bill.source]
    whole = f"{bill.kind} {bill.description} {bill.counterparty}"
    if match := re.search(r"转入零钱通-来自(\S*)", whole):
        return method(match[1], bill.source), "Assets:WeChat:Fund"
    if match := re.search(r"零钱通转出-到(\S*)", whole):
        return "Assets:WeChat:Fund", method(match[1], bill.source)
    if re.search(r"花呗|白条|月付|借呗|信用购", whole) and "还款" in whole:
        return own, method(whole, bill.source)
    if "信用卡还款" in whole:
        return own, f"Liabilities:CreditCard:{_component(bill.counterparty or 'Card')}"
    if "余额宝" in whole:
        pair = (own if own != "Assets:Alipay:YuEBao" else balance, "Assets:Alipay:YuEBao")
        return (pair[1], pair[0]) if "转出" in whole else pair
    if "提现" in whole:
        return balance, own if own != balance else TRANSIT
    if "充值" in whole:
        return own if own != balance else TRANSIT, balance
    return own, TRANSIT


def expense(category: str) -> str:
    """The account of a category."""
    return f"Expenses:{(category or 'other').title()}"


@lru_cache(maxsize=4096)
def method(written: str, source: Source) -> str:
    """The account of a method of payment: `招商银行信用卡(1234)` is a liability."""
    for pattern, account in METHODS:
        if re.search(pattern, written):
            return account or UNKNOWN_METHOD[source]
    name = written.split("&")[0].strip()
    if not name or name == "/":
        return UNKNOWN_METHOD[source]
    return f"{'Liabilities:CreditCard' if CREDIT.search(name) else 'Assets:Bank'}:{_component(name)}"


def _component(name: str) -> str:
    """A part of an account's name, in letters that every program takes."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", anyascii(name)).strip("-")
    return f"X{plain}" if not plain[:1].isupper() and not plain[:1].isdigit() else plain[:64]
