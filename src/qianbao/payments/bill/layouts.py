"""Bills in the layouts of WeChat Pay's and Alipay's own exports, for the bookkeeping tools that read those.

WeChat's is UTF-8 with a mark, Alipay's GB18030; both state their counts and sums above the header, so the
table is read twice: once for the sums, once for the rows, up to the same moment. Only CNY has a column there.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from qianbao.clock import BUSINESS_ZONE, moment
from qianbao.insight.bills.cells import safe
from qianbao.insight.records.categories import Category
from qianbao.payments.bill.models import Bill, BillKind
from qianbao.payments.bill.sheet import lines, written
from qianbao.payments.trade.models import TradeState

CURRENCY: Final = "CNY"


class Layout(StrEnum):
    """Whose columns a table of bills has."""

    QIANBAO = "qianbao"
    WECHAT = "wechat"
    ALIPAY = "alipay"


ENCODINGS: Final = {Layout.WECHAT: "utf-8", Layout.ALIPAY: "gb18030"}

WECHAT: Final = (
    *("交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态"),
    *("交易单号", "商户单号", "备注"),
)
ALIPAY: Final = (
    *("交易时间", "交易分类", "交易对方", "对方账号", "商品说明", "收/支", "金额", "收/付款方式", "交易状态"),
    *("交易订单号", "商家订单号", "备注", ""),
)
IN, OUT = "收入", "支出"
NEUTRAL: Final = {Layout.WECHAT: "/", Layout.ALIPAY: "不计收支"}
NEUTRAL_NAMES: Final = {Layout.WECHAT: "中性交易", Layout.ALIPAY: "不计收支"}

KINDS: Final[Mapping[BillKind, tuple[str, str, str]]] = {
    BillKind.TOPUP: ("零钱充值", "充值完成", "充值-普通充值"),
    BillKind.WITHDRAWAL: ("零钱提现", "提现已到账", "提现-实时提现"),
    BillKind.PAYMENT: ("商户消费", "支付成功", ""),
    BillKind.REFUND: ("退款", "已退款", "退款"),
    BillKind.REVERSAL: ("退款", "已全额退款", "退款-撤销"),
    BillKind.PERSONAL_PAYMENT: ("转账", "已存入零钱", "转账"),
    BillKind.PERSONAL_PAYMENT_RETURNED: ("转账-退款", "已全额退款", "转账-退回"),
    BillKind.RED_PACKET_FUNDED: ("微信红包", "支付成功", "红包"),
    BillKind.RED_PACKET_GRABBED: ("微信红包", "已存入零钱", "红包"),
    BillKind.RED_PACKET_RETURNED: ("微信红包-退款", "已全额退款", "红包-退回"),
    BillKind.COLLECTION: ("群收款", "已存入零钱", "群收款"),
}
"""A kind: WeChat's type and state, Alipay's words where the bill has none."""
OWN_MONEY: Final = frozenset({BillKind.TOPUP, BillKind.WITHDRAWAL})
BACK: Final = frozenset(
    {
        BillKind.REFUND,
        BillKind.REVERSAL,
        BillKind.PERSONAL_PAYMENT_RETURNED,
        BillKind.RED_PACKET_RETURNED,
    }
)
LABELS: Final[Mapping[Category, str]] = {
    Category.GROCERIES: "日用百货",
    Category.DINING: "餐饮美食",
    Category.SHOPPING: "服饰装扮",
    Category.TRANSPORT: "交通出行",
    Category.TRAVEL: "酒店旅游",
    Category.HOME: "家居家装",
    Category.BILLS: "充值缴费",
    Category.HEALTH: "医疗健康",
    Category.EDUCATION: "教育培训",
    Category.LEISURE: "文化休闲",
    Category.SERVICES: "生活服务",
    Category.OTHER: "其他",
}
"""Alipay's 交易分类 of our kinds of spending."""


@dataclass(slots=True)
class Sums:
    """What the rows come to, gathered as they pass by; minor units."""

    since: int = 0
    until: int = 0
    other_currencies: int = 0
    counts: dict[str, int] = field(default_factory=dict[str, int])
    amounts: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, bill: Bill, side: str) -> None:
        """Count one more."""
        self.since = bill.at if not self.since else min(self.since, bill.at)
        self.until = max(self.until, bill.at)
        if bill.currency != CURRENCY:
            self.other_currencies += 1
            return
        self.counts[side] = self.counts.get(side, 0) + 1
        self.amounts[side] = self.amounts.get(side, 0) + abs(bill.amount)

    def line(self, name: str, side: str) -> str:
        """`支出：2笔 40.00元`."""
        return f"{name}：{self.counts.get(side, 0)}笔 {written(self.amounts.get(side, 0), CURRENCY)}元"


Rows = Callable[[int], AsyncIterable[list[Bill]]]
"""All bills that are wanted, in parts, up to a moment (nanoseconds; 0: all)."""


async def laid_out(rows: Rows, layout: Layout, *, now: int) -> AsyncGenerator[bytes]:
    """The whole file, part by part. `now` in nanoseconds: when it is made."""
    sums = Sums()
    async for bills in rows(0):
        for bill in bills:
            sums.add(bill, side(bill, layout))
    encoding, columns = ENCODINGS[layout], WECHAT if layout is Layout.WECHAT else ALIPAY
    above = _wechat_above(sums, now) if layout is Layout.WECHAT else _alipay_above(sums, now)
    mark = "\ufeff" if layout is Layout.WECHAT else ""
    yield (mark + "".join(f"{line}\r\n" for line in above) + lines([columns])).encode(encoding)
    row = wechat_row if layout is Layout.WECHAT else alipay_row
    if sums.until:
        async for bills in rows(sums.until):
            yield lines(row(bill) for bill in bills if bill.currency == CURRENCY).encode(encoding)


def side(bill: Bill, layout: Layout) -> str:
    """What 收/支 says of it: in Alipay's layout what came back is neither."""
    if bill.kind in OWN_MONEY or (layout is Layout.ALIPAY and bill.kind in BACK and bill.amount > 0):
        return NEUTRAL[layout]
    return IN if bill.amount > 0 else OUT


def wechat_row(bill: Bill) -> tuple[str, ...]:
    """A bill's cells, in the order of `WECHAT`; numbers have a tab behind, as there."""
    kind, state, _ = KINDS[bill.kind]
    return (
        _at(bill.at),
        kind,
        safe(bill.name) or "/",
        safe(bill.subject) or "/",
        side(bill, Layout.WECHAT),
        f"¥{written(abs(bill.amount), bill.currency)}",
        "零钱",
        _state(bill, state),
        f"{number(bill)}\t",
        f"{bill.about.hex}\t" if bill.about else "/",
        "/",
    )


def alipay_row(bill: Bill) -> tuple[str, ...]:
    """A bill's cells, in the order of `ALIPAY`; the last is empty, as there."""
    _, _, words = KINDS[bill.kind]
    neutral = side(bill, Layout.ALIPAY) == NEUTRAL[Layout.ALIPAY]
    label = "退款" if neutral and bill.kind in BACK else "账户存取" if neutral else "转账红包"
    if bill.category is not None and not neutral:
        label = LABELS[bill.category]
    return (
        _at(bill.at),
        label,
        safe(bill.name) or "/",
        "/",
        safe(bill.subject) or words,
        side(bill, Layout.ALIPAY),
        written(abs(bill.amount), bill.currency),
        "余额",
        "退款成功" if neutral and bill.kind in BACK else "交易成功",
        f"{number(bill)}\t",
        f"{bill.about.hex if bill.about else ''}\t",
        "",
        "",
    )


def number(bill: Bill) -> str:
    """A payment's is its trade's; what came back has that number before its own, as these exports do."""
    if bill.about is None:
        return bill.id.hex
    return f"{bill.about.hex}_{bill.id.hex}" if bill.kind in BACK else bill.about.hex


def _state(bill: Bill, state: str) -> str:
    back = written(abs(bill.amount) if bill.kind in BACK else bill.refunded, bill.currency)
    if bill.kind is BillKind.REFUND:
        return f"已退款￥{back}"
    if bill.kind is BillKind.PAYMENT and bill.state in (TradeState.REFUNDED, TradeState.REVERSED):
        return "已全额退款"
    if bill.kind is BillKind.PAYMENT and bill.refunded:
        return f"已退款(￥{back})"
    if bill.amount < 0 and bill.kind in (BillKind.PERSONAL_PAYMENT, BillKind.COLLECTION):
        return "对方已收钱" if bill.kind is BillKind.PERSONAL_PAYMENT else "支付成功"
    return state


def _wechat_above(sums: Sums, now: int) -> list[str]:
    layout = Layout.WECHAT
    return [
        "微信支付账单明细",
        "微信昵称：[Qianbao]",
        f"起始时间：[{_at(sums.since or now)}] 终止时间：[{_at(sums.until or now)}]",
        "导出类型：[全部]",
        f"导出时间：[{_at(now)}]",
        "",
        f"共{sum(sums.counts.values())}笔记录",
        sums.line(IN, IN),
        sums.line(OUT, OUT),
        sums.line(NEUTRAL_NAMES[layout], NEUTRAL[layout]),
        "注：",
        "1. 由开源钱包 Qianbao 按微信支付账单的格式导出，不是微信支付的账单",
        "2. 充值/提现计入中性交易",
        f"3. 另有 {sums.other_currencies} 笔其他币种的交易不在此文件中",
        "",
        "----------------------微信支付账单明细列表--------------------",
    ]


def _alipay_above(sums: Sums, now: int) -> list[str]:
    layout = Layout.ALIPAY
    return [
        "-" * 84,
        "导出信息：",
        "姓名：Qianbao",
        "支付宝账户：Qianbao",
        f"起始时间：[{_at(sums.since or now)}]    终止时间：[{_at(sums.until or now)}]",
        "导出交易类型：[全部]",
        f"导出时间：[{_at(now)}]",
        f"共{sum(sums.counts.values())}笔记录",
        sums.line(IN, IN),
        sums.line(OUT, OUT),
        sums.line(NEUTRAL_NAMES[layout], NEUTRAL[layout]),
        "",
        "特别提示：",
        "1.由开源钱包 Qianbao 按支付宝交易明细的格式导出，不是支付宝的回单；",
        "2.充值、提现和退款不计入收入或者支出，记为不计收支类；",
        f"3.另有 {sums.other_currencies} 笔其他币种的交易不在此文件中；",
        "4.金额单位为元；",
        "5.时间为北京时间（UTC+8）；",
        "6.退款的交易订单号以原交易的订单号开头；",
        "7.本明细仅供个人对账使用；",
        "8.禁止将本明细用于非法用途；",
        "",
        "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------",
    ]


def _at(ns: int) -> str:
    found: datetime = moment(ns).astimezone(BUSINESS_ZONE)
    return f"{found:%Y-%m-%d %H:%M:%S}"
