"""Exports as the closed wallets make them, synthetic: no row is anybody's.

Rows are tuples in the order of the layout's columns; counts and sums of the preamble are those of the rows,
unless a test says otherwise.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import xlsxwriter

from tests.insight.bills.lives import ALIPAY, ALIPAY_WEB, JD, MEITUAN, WECHAT

__all__ = ["ALIPAY", "ALIPAY_WEB", "JD", "MEITUAN", "WECHAT"]

Row = Sequence[str]


def fen(written: str) -> int:
    """Minor units of an amount as the exports write it."""
    return round(float(written.split("(")[0].strip().lstrip("¥")) * 100)


def sums(
    rows: Sequence[Row], columns: Sequence[str], amount: str, names: dict[str, tuple[str, ...]]
) -> list[str]:
    """`支出：2笔 40.00元` of each name."""
    side, value = columns.index("收/支"), columns.index(amount)
    told: list[str] = []
    for name, cells in names.items():
        some = [fen(row[value]) for row in rows if row[side].strip() in cells]
        told.append(f"{name}：{len(some)}笔 {sum(some) / 100:.2f}元")
    return told


def wechat_preamble(rows: Sequence[Row], columns: Sequence[str] = WECHAT) -> list[str]:
    """The sixteen lines above WeChat's header."""
    names = {"收入": ("收入",), "支出": ("支出",), "中性交易": ("/",)}
    return [
        "微信支付账单明细",
        "微信昵称：[样例]",
        "起始时间：[2024-01-01 00:00:00] 终止时间：[2024-12-31 23:59:59]",
        "导出类型：[全部]",
        "导出时间：[2025-01-02 08:00:00]",
        "",
        f"共{len(rows)}笔记录",
        *sums(rows, columns, "金额(元)", names),
        "注：",
        "1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易",
        "2. 本明细仅展示当前账单中的交易，不包括已删除的记录",
        "3. 本明细仅供个人对账使用",
        "",
        "----------------------微信支付账单明细列表--------------------",
    ]


def alipay_preamble(rows: Sequence[Row], columns: Sequence[str] = ALIPAY) -> list[str]:
    """The lines above the Alipay app's header."""
    names = {"收入": ("收入",), "支出": ("支出",), "不计收支": ("不计收支",)}
    return [
        "-" * 84,
        "导出信息：",
        "姓名：样例",
        "支付宝账户：sample@example.com",
        "起始时间：[2024-01-01 00:00:00]    终止时间：[2024-12-31 23:59:59]",
        "导出交易类型：[全部]",
        "导出时间：[2025-01-02 08:00:00]",
        f"共{len(rows)}笔记录",
        *sums(rows, columns, "金额", names),
        "",
        "特别提示：",
        "1.本回单内容可表明支付宝受理了相应支付交易申请。",
        "2.因统计逻辑不同，明细金额直接累加后，可能会和下方统计金额不一致，请以实际交易金额为准；",
        "3.禁止将本回单用于非法用途；",
        "",
        "------------------------支付宝（中国）网络技术有限公司  电子客户回单------------------------",
    ]


def jd_preamble(rows: Sequence[Row]) -> list[str]:
    """The lines above JD's header."""
    names = {"收入": ("收入",), "支出": ("支出",), "不计收支": ("不计收支",)}
    return [
        "导出信息：",
        "京东账号名：jd_sample",
        "日期区间：2024-01-01 至 2024-12-31",
        "导出交易类型：全部",
        f"共{len(rows)}笔记录",
        *sums(rows, JD, "金额", names),
        "特别提示：",
        "1.本明细仅供个人对账使用",
        "",
    ]


def meituan_preamble(rows: Sequence[Row]) -> list[str]:
    """The lines above Meituan's header."""
    return [
        "美团交易账单明细",
        "美团用户名：[样例]",
        "起始时间：[2024-01-01] 终止时间：[2024-12-31]",
        f"共{len(rows)}笔记录",
        *sums(rows, MEITUAN, "实付金额", {"收入": ("收入",), "支出": ("支出",)}),
        "----------------------美团交易账单明细列表----------------------",
    ]


def text(
    columns: Row, rows: Sequence[Row], preamble: Sequence[str], *, end: str = "", foot: Sequence[str] = ()
) -> str:
    """The file as text; `end` stands behind each row."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator=f"{end}\r\n")
    for line in preamble:
        out.write(line + "\r\n")
    table.writerow(columns)
    table.writerows(rows)
    for line in foot:
        out.write(line + "\r\n")
    return out.getvalue()


def wechat(rows: Sequence[Row], *, preamble: Sequence[str] | None = None, columns: Row = WECHAT) -> bytes:
    """WeChat's CSV: UTF-8 with a mark, numbers with tabs behind."""
    tabbed = [
        [
            f"{cell}\t" if column in {"交易单号", "商户单号"} else cell
            for column, cell in zip(columns, row, strict=False)
        ]
        for row in rows
    ]
    above = wechat_preamble(rows, columns) if preamble is None else preamble
    return text(columns, tabbed, above).encode("utf-8-sig")


def alipay(rows: Sequence[Row], *, preamble: Sequence[str] | None = None, columns: Row = ALIPAY) -> bytes:
    """The Alipay app's CSV: GB18030, padded, one empty column at the end."""
    padded = [
        [f"{cell:<4}" if column != "备注" else cell for column, cell in zip(columns, row, strict=False)]
        for row in rows
    ]
    above = alipay_preamble(rows, columns) if preamble is None else preamble
    return text(columns, padded, above, end=",").encode("gb18030")


def alipay_web(rows: Sequence[Row]) -> bytes:
    """Alipay's older CSV: four lines before, seven after."""
    out = [row for row in rows if row[15].strip() == "已支出"]
    came = [row for row in rows if row[15].strip() == "已收入"]
    above = [
        "支付宝交易记录明细查询",
        "账号:[sample@example.com]",
        "起始日期:[2021-01-01 00:00:00]    终止日期:[2021-12-31 00:00:00]",
        "---------------------------------交易记录明细列表------------------------------------",
    ]
    foot = [
        "-" * 84,
        f"共{len(rows)}笔记录",
        f"已收入:{len(came)}笔,{sum(fen(row[9]) for row in came) / 100:.2f}元",
        "待收入:0笔,0.00元",
        f"已支出:{len(out)}笔,{sum(fen(row[9]) for row in out) / 100:.2f}元",
        "待支出:0笔,0.00元",
        "导出时间:[2022-01-02 08:00:00]    用户:样例",
    ]
    padded = [[f"{cell:<12}" for cell in row] for row in rows]
    return text(ALIPAY_WEB, padded, above, end=",", foot=foot).encode("gb18030")


def jd(rows: Sequence[Row]) -> bytes:
    """JD's CSV."""
    return text(JD, rows, jd_preamble(rows)).encode("utf-8-sig")


def meituan(rows: Sequence[Row]) -> bytes:
    """Meituan's CSV."""
    return text(MEITUAN, rows, meituan_preamble(rows)).encode("utf-8-sig")


def workbook(columns: Row, rows: Sequence[Row], preamble: Sequence[str], *, serial: bool = True) -> bytes:
    """The same as XLSX: times as serial numbers, amounts as numbers."""
    kept = io.BytesIO()
    book: Any = xlsxwriter.Workbook(kept, {"in_memory": True})
    sheet = book.add_worksheet("Sheet1")
    for line, written in enumerate(preamble):
        sheet.write_string(line, 0, written)
    top = len(preamble)
    for column, name in enumerate(columns):
        sheet.write_string(top, column, name)
    for line, row in enumerate(rows, top + 1):
        for column, (name, cell) in enumerate(zip(columns, row, strict=False)):
            if name.startswith(("金额", "实付金额")) and "(" not in cell:
                sheet.write_number(line, column, float(cell.lstrip("¥")))
            elif name.endswith("时间") and serial:
                since = datetime.fromisoformat(cell) - datetime(1899, 12, 30)
                sheet.write_number(line, column, since / timedelta(days=1))
            else:
                sheet.write_string(line, column, cell)
    book.close()
    return kept.getvalue()
