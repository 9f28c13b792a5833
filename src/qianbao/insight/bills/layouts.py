"""Columns by the names that exports, and spreadsheets after them, give them; and whose export it is.

The header is the row that names enough of them, wherever it stands. A role may have several columns: the
first one with content counts, so an amount really paid goes before the amount of the order.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from qianbao.insight.bills.models import Source
from qianbao.insight.bills.values import Cell, text

ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "at": (
        "付款时间",
        "交易成功时间",
        "交易时间",
        "支付时间",
        "交易创建时间",
        "创建时间",
        "交易日期",
        "时间",
        "日期",
    ),
    "direction": ("收/支", "收支", "收/支类型", "收支类型", "资金流向"),
    "amount": ("实付金额", "金额", "交易金额", "支付金额", "订单金额"),
    "counterparty": ("交易对方", "商户名称", "对方名称", "对方", "商家名称", "交易对象"),
    "description": ("商品", "商品说明", "商品名称", "交易说明", "订单标题", "商品描述", "摘要"),
    "kind": ("交易类型", "类型"),
    "label": ("交易分类", "分类"),
    "method": ("支付方式", "收/付款方式", "收付款方式", "付款方式", "交易方式"),
    "state": ("当前状态", "交易状态", "状态"),
    "order": ("交易单号", "交易订单号", "交易号", "交易流水号", "订单号", "流水号"),
    "merchant_order": ("商户单号", "商家订单号", "商户订单号", "商家单号"),
    "note": ("备注", "备注说明", "说明"),
    "account": ("对方账号", "对方账户"),
    "fee": ("服务费", "手续费"),
    "refunded": ("成功退款", "已退款金额"),
    "funds": ("资金状态",),
    "origin": ("交易来源地",),
    "changed": ("最近修改时间",),
}
"""What a column is for, and its names in the order of preference; units in brackets are left out."""

NEEDED: Final = {"at": "交易时间", "amount": "金额", "direction": "收/支"}
"""Without these no row can be read; how most exports call them."""
HEADER_ROLES_MIN: Final = 5
"""A row that names so many roles is the header; fewer may be prose."""

_ROLE_OF: Final = {name: (role, rank) for role, names in ROLES.items() for rank, name in enumerate(names)}

MARKS: Final[Mapping[Source, tuple[str, ...]]] = {
    Source.WECHAT: ("微信",),
    Source.ALIPAY: ("支付宝",),
    Source.JD: ("京东",),
    Source.MEITUAN: ("美团",),
}
"""Words above the header that say whose export it is."""

TELLING: Final[Mapping[Source, frozenset[str]]] = {
    Source.WECHAT: frozenset({"交易单号", "商户单号", "当前状态", "商品", "交易类型"}),
    Source.ALIPAY: frozenset({"商品说明", "对方账号", "交易订单号", "收/付款方式", "交易分类", "商家订单号"}),
    Source.ALIPAY_WEB: frozenset(
        {"交易号", "交易来源地", "资金状态", "最近修改时间", "成功退款", "商品名称"}
    ),
    Source.JD: frozenset({"商户名称", "交易说明", "交易订单号", "交易分类", "商家订单号", "收/付款方式"}),
    Source.MEITUAN: frozenset({"订单标题", "实付金额", "交易成功时间", "订单金额", "商家单号"}),
}
"""Columns that say it where no word does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A header row: where each role stands, and the columns that have none."""

    width: int
    roles: Mapping[str, tuple[int, ...]]
    others: Mapping[int, str]
    names: frozenset[str]

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the columns without which no row can be read, of those that are not there."""
        return tuple(name for role, name in NEEDED.items() if role not in self.roles)

    def cell(self, cells: Sequence[Cell], role: str) -> Cell:
        """The first cell of a role that holds something, else an empty text."""
        for place in self.roles.get(role, ()):
            if place < len(cells) and text(cells[place]):
                return cells[place]
        return ""


def name(cell: Cell) -> str:
    """A column's name without unit, blanks and width of letters."""
    found = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text(cell))).strip("\"'")
    return re.sub(r"\((?:元|¥|人民币|CNY)\)$", "", found)


def header(cells: Sequence[Cell]) -> Header | None:
    """The row as a header; None where it names too few columns to be one."""
    names = [name(cell) for cell in cells]
    places: dict[str, list[tuple[int, int]]] = {}
    for place, one in enumerate(names):
        if one in _ROLE_OF:
            role, rank = _ROLE_OF[one]
            places.setdefault(role, []).append((rank, place))
    if len(places) < HEADER_ROLES_MIN:
        return None
    taken = {place for ranked in places.values() for _, place in ranked}
    return Header(
        width=len(names),
        roles={role: tuple(place for _, place in sorted(ranked)) for role, ranked in places.items()},
        others={place: one for place, one in enumerate(names) if one and place not in taken},
        names=frozenset(one for one in names if one),
    )


def source(found: Header, above: str, file: str) -> Source:
    """Whose export it is: by its columns, the words above them, and the file's name."""
    score = {one: float(len(telling & found.names)) for one, telling in TELLING.items()}
    for one, marks in MARKS.items():
        if any(mark in above for mark in marks):
            score[one] += 1.5
        if any(mark in file for mark in marks):
            score[one] += 0.5
    if any(mark in above for mark in MARKS[Source.ALIPAY]):
        score[Source.ALIPAY_WEB] += 1.5
    return max(score, key=lambda one: score[one])
