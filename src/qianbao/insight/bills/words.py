"""What the picture says, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

from qianbao.insight.bills.models import Account
from qianbao.money import show

Language = Literal["zh", "en"]

CATEGORIES: Final[dict[str, tuple[str, str]]] = {
    "groceries": ("食品日用", "Groceries"),
    "dining": ("餐饮", "Eating out"),
    "shopping": ("购物", "Shopping"),
    "transport": ("交通", "Transport"),
    "travel": ("旅行", "Travel"),
    "home": ("居家", "Home"),
    "bills": ("水电通讯", "Bills"),
    "health": ("医疗健康", "Health"),
    "education": ("教育", "Education"),
    "leisure": ("休闲娱乐", "Leisure"),
    "services": ("服务", "Services"),
    "people": ("转账红包", "People"),
    "other": ("其他", "Other"),
}
"""A kind of spending: in Chinese, in English."""

SOURCES: Final[dict[str, tuple[str, str]]] = {
    "wechat": ("微信支付", "WeChat Pay"),
    "alipay": ("支付宝", "Alipay"),
    "alipay_web": ("支付宝网页版", "Alipay (web)"),
    "jd": ("京东", "JD"),
    "meituan": ("美团", "Meituan"),
}

REASONS: Final[dict[str, tuple[str, str]]] = {
    "columns_differ": ("列数与表头不符", "more or fewer cells than the header"),
    "time_malformed": ("时间看不懂", "the time cannot be read"),
    "time_out_of_range": ("时间不可能", "a time at which no wallet was"),
    "amount_malformed": ("金额看不懂", "the amount cannot be read"),
    "amount_negative": ("收入却是负数", "income, yet negative"),
    "direction_unknown": ("收/支看不懂", "neither in nor out"),
    "file_unknown": ("不是账单", "no bill"),
}

WHY: Final[dict[str, tuple[str, str]]] = {
    "set_aside": (
        "其中 {count} 行（¥{amount}）没有读懂，已另列",
        "{count} rows (¥{amount}) could not be read; they are listed",
    ),
    "set_aside_unread": (
        "{count} 行没有读懂，金额不明；差额 ¥{amount} 应在其中",
        "{count} rows could not be read, nor their amounts: the missing ¥{amount} is theirs",
    ),
    "closed": (
        "文件没有计入 {count} 笔已关闭的交易（¥{amount}）",
        "the file leaves out {count} closed trades (¥{amount})",
    ),
    "closed_sum": (
        "文件没有计入已关闭的交易的金额 ¥{amount}",
        "the file leaves out what closed trades were for: ¥{amount}",
    ),
    "refunded": (
        "文件按退款后的净额计，差 ¥{amount}",
        "the file counts what is left after refunds: ¥{amount} less",
    ),
    "refunds": (
        "退款 {count} 笔（¥{amount}）算在另一类里",
        "{count} refunds (¥{amount}) are counted under another name",
    ),
    "fees": ("文件把手续费 ¥{amount} 计入", "the file counts fees of ¥{amount} too"),
    "rows_missing": (
        "文件自称多 {count} 笔（¥{amount}）：行被删过，或导出不完整",
        "the file says {count} more (¥{amount}): rows were taken out, or it was cut short",
    ),
    "rows_added": (
        "文件自称少 {count} 笔（¥{amount}）：行被加过",
        "the file says {count} fewer (¥{amount}): rows were added",
    ),
    "unexplained": (
        "笔数相同而金额差 ¥{amount}：有金额在导出后被改过",
        "as many rows, yet ¥{amount} apart: an amount was changed after the export",
    ),
}


def yuan(amount: int) -> str:
    """`128000` minor units as ¥1,280.00."""
    sign, plain = ("-", show(-amount)) if amount < 0 else ("", show(amount))
    whole, _, rest = plain.partition(".")
    return f"{sign}¥{int(whole):,}.{rest}"


def pick(pair: tuple[str, str], language: Language) -> str:
    """The words of one language."""
    return pair[0] if language == "zh" else pair[1]


def category(name: str, language: Language) -> str:
    """A category as it is shown."""
    return pick(CATEGORIES.get(name, (name, name)), language)


def why(accounts: Iterable[Account], language: Language) -> str:
    """A difference in words."""
    told = (pick(WHY[one.why], language).format(count=one.count, amount=show(one.amount)) for one in accounts)
    return ("；" if language == "zh" else "; and ").join(told)
