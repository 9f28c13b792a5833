"""What a row means: spending, income, money back, one's own money moved, or nothing at all. Pure.

By the words of the exports themselves (`docs/how-to/understand-your-bills.md` lists them), one wallet after
the other where they differ.
"""

from __future__ import annotations

import re
from typing import Final

from qianbao.insight.bills.models import Direction, Flow, Source
from qianbao.insight.bills.values import yuan

CLOSED: Final = re.compile(
    r"交易关闭|已关闭|已取消|交易取消|支付失败|交易失败|已撤销|还款失败|等待付款|待付款"
)
BACK: Final = re.compile(r"退款|退回")
"""In a kind, label or state: money back."""
BACK_TO_SELF: Final = re.compile(r"退款成功|^退款$|-退款$|已退款到")

INTERNAL_KINDS: Final = re.compile(
    r"^(零钱提现|零钱充值|信用卡还款|转入零钱通|零钱通转出|购买理财通|理财通|零钱通|充值|提现|还款|余额提现|余额充值|储蓄卡转账)"
)
INTERNAL_LABELS: Final = frozenset(
    {"账户存取", "投资理财", "信用借还", "余额", "资金转移", "理财", "白条", "小金库"}
)
INTERNAL_WORDS: Final = re.compile(
    r"余额宝-|余利宝|小荷包|充值-普通充值|提现-|转出到|转入到|自动还款|主动还款|信用卡还款|花呗还款|白条还款|借呗|月付.*还款"
    r"|蚂蚁财富|基金.*(?:买入|赎回|转换)|小金库|京东金条|信用购.*还款"
)
REPAID: Final = re.compile(
    r"信用卡还款|(?:花呗|白条|月付|借呗|信用购|金条).*还款|还款.*(?:花呗|白条|月付|借呗|金条)"
)
"""A repayment, whatever its direction says: what it repays was spending when it was bought."""
YIELD: Final = re.compile(r"收益发放|利息|结息")

REFUNDED_STATE: Final = re.compile(r"已退款\s*\(?\s*[¥￥]?\s*([\d,.]+)|已部分退款\s*\(?\s*[¥￥]?\s*([\d,.]+)")
REFUNDED_WHOLE: Final = re.compile(r"已全额退款|已退款$|对方已退还|已全部退款")
FEE: Final = re.compile(r"服务费\s*[¥￥]?\s*[\d,.]+")


def flow(
    source: Source,
    *,
    direction: Direction,
    kind: str,
    label: str,
    state: str,
    description: str,
    counterparty: str,
    funds: str = "",
) -> Flow:
    """What the row means by itself; what answers it elsewhere is `matching`'s to find."""
    if _returns(source, direction, kind, label, state):
        return Flow.REFUND
    if CLOSED.search(state):
        return Flow.CLOSED
    whole = f"{description} {counterparty}"
    if REPAID.search(f"{kind} {whole}") or (source is Source.MEITUAN and kind == "还款"):
        return Flow.INTERNAL
    if direction is Direction.OUT:
        return Flow.INTERNAL if _moved(kind) else Flow.SPENDING
    if direction is Direction.IN:
        return Flow.INTERNAL if _moved(kind) else Flow.INCOME
    if YIELD.search(whole):
        return Flow.INCOME
    if _moved(kind) or label in INTERNAL_LABELS or INTERNAL_WORDS.search(whole) or funds == "资金转移":
        return Flow.INTERNAL
    # Neutral without a reason: paid by somebody else, or given back whole. It is nobody's spending here.
    return Flow.SPENDING if funds == "已支出" else Flow.INTERNAL


def _moved(kind: str) -> bool:
    return bool(INTERNAL_KINDS.search(kind))


def _returns(source: Source, direction: Direction, kind: str, label: str, state: str) -> bool:
    if direction is Direction.OUT:
        return False
    if source is Source.WECHAT:
        # WeChat writes 已全额退款 into the purchase's state too: there the kind is no refund's.
        return bool(BACK_TO_SELF.search(kind)) or kind.endswith("退款")
    return bool(label == "退款" or kind == "退款" or BACK_TO_SELF.search(state))


def refunded(amount: int, state: str) -> int:
    """Of a purchase, what its own state says came back (minor units)."""
    if REFUNDED_WHOLE.search(state):
        return amount
    if REFUNDED_STATE.search(state):
        return min(yuan(state) or 0, amount)
    return 0


def fee(note: str) -> int:
    """A fee that stands in the note (`服务费¥0.10`), in minor units."""
    found = FEE.search(note)
    return (yuan(found[0]) or 0) if found else 0
