"""Our bills in other wallets' layouts: read back, and read by a tool that was made for those."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import pytest
from beancount_dedup.parsers.wechat_parser import WechatParser
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.clock import SECOND
from qianbao.ids import Id
from qianbao.insight.bills.matching import matched
from qianbao.insight.bills.models import Flow
from qianbao.insight.bills.reading import statement
from qianbao.insight.records.categories import Category
from qianbao.payments.bill.layouts import BACK, Layout, laid_out
from qianbao.payments.bill.models import Bill, BillKind
from qianbao.payments.trade.models import TradeState

MARCH = 1_772_323_200 * SECOND
OTHERS = (Layout.WECHAT, Layout.ALIPAY)


def bill(place: int, kind: BillKind, amount: int, **about: object) -> Bill:
    """A bill of that hour in March 2026."""
    plain = Bill(
        id=Id(int=1000 + place),
        kind=kind,
        wallet=Id(int=2),
        amount=amount,
        currency="CNY",
        at=MARCH + place * 3600 * SECOND,
        about=Id(int=5000 + place),
    )
    return replace(plain, **about)


NOODLES = {"name": "老街牛肉面馆 🍜", "subject": "=1+1", "category": Category.DINING}
LIFE = (
    bill(0, BillKind.TOPUP, 500_00),
    bill(1, BillKind.PAYMENT, -28_16, state=TradeState.PARTLY_REFUNDED, refunded=5_00, **NOODLES),
    bill(2, BillKind.REFUND, 5_00, about=Id(int=5001), **NOODLES),
    bill(3, BillKind.PAYMENT, -12_00, name="小城便利店", subject="水", category=Category.GROCERIES),
    bill(4, BillKind.PERSONAL_PAYMENT, -100_00, name="*李"),
    bill(5, BillKind.PERSONAL_PAYMENT, 66_00, name="*王"),
    bill(6, BillKind.RED_PACKET_FUNDED, -20_00),
    bill(7, BillKind.RED_PACKET_GRABBED, 8_88),
    bill(8, BillKind.WITHDRAWAL, -200_00),
    bill(9, BillKind.PAYMENT, -9_00, name="Corner Shop", currency="USD"),
    bill(10, BillKind.COLLECTION, -33_00, name="*陈"),
)


def file(bills: Sequence[Bill], layout: Layout) -> bytes:
    """The export of these bills."""

    async def rows(until: int) -> AsyncGenerator[list[Bill]]:
        yield [one for one in reversed(bills) if not until or one.at <= until]

    async def whole() -> bytes:
        return b"".join([part async for part in laid_out(rows, layout, now=MARCH)])

    return asyncio.run(whole())


@pytest.mark.parametrize("layout", OTHERS)
def test_our_export_is_read_as_theirs_and_agrees_with_its_own_sums(layout: Layout) -> None:
    read = statement("x.csv", file(LIFE, layout))
    assert (read.source.value, read.aside) == (layout.value, ())
    assert len(read.checks) == 4
    assert all(check.agrees for check in read.checks)
    assert read.encoding == ("utf-8" if layout is Layout.WECHAT else "gb18030")


@pytest.mark.parametrize("layout", OTHERS)
def test_what_is_read_back_means_the_same(layout: Layout) -> None:
    bills = matched(statement("x.csv", file(LIFE, layout)).bills).bills
    assert [(one.amount, one.flow) for one in bills] == [
        (500_00, Flow.INTERNAL),
        (28_16, Flow.SPENDING),
        (5_00, Flow.REFUND),
        (12_00, Flow.SPENDING),
        (100_00, Flow.SPENDING),
        (66_00, Flow.INCOME),
        (20_00, Flow.SPENDING),
        (8_88, Flow.INCOME),
        (200_00, Flow.INTERNAL),
        (33_00, Flow.SPENDING),
    ]
    assert (bills[1].refunded, bills[1].counterparty, bills[1].description) == (
        5_00,
        "老街牛肉面馆 🍜",
        "=1+1",
    )
    assert bills[2].refund_of == bills[1].order


@pytest.mark.parametrize("layout", OTHERS)
def test_no_cell_is_run_as_a_formula_and_other_currencies_are_told_of(layout: Layout) -> None:
    text = file(LIFE, layout).decode("gb18030" if layout is Layout.ALIPAY else "utf-8-sig")
    assert ",'=1+1," in text
    assert "Corner Shop" not in text
    assert "另有 1 笔其他币种" in text


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(BillKind)), st.integers(1, 10**8), st.booleans()), max_size=8),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=20),
)
def test_the_round_trip_keeps_every_row_and_sum(some: list[tuple[BillKind, int, bool]], name: str) -> None:
    comes = BACK | {BillKind.TOPUP, BillKind.RED_PACKET_GRABBED}
    goes = {BillKind.PAYMENT, BillKind.WITHDRAWAL, BillKind.RED_PACKET_FUNDED}
    made = [
        bill(place, kind, amount if kind in comes or (kind not in goes and sign) else -amount, name=name)
        for place, (kind, amount, sign) in enumerate(some)
    ]
    for layout in OTHERS:
        read = statement("x.csv", file(made, layout))
        assert not read.aside
        assert [one.amount for one in reversed(read.bills)] == [abs(one.amount) for one in made]
        assert all(check.agrees for check in read.checks)


def test_a_bookkeeping_tool_from_pypi_reads_our_export_unmodified(tmp_path: Path) -> None:
    path = tmp_path / "wechat.csv"
    path.write_bytes(file(LIFE, Layout.WECHAT))
    result = WechatParser().parse(str(path))
    assert result.errors == []
    told = {
        (f"{one.datetime:%Y-%m-%d %H:%M}", float(one.amount), one.counterparty) for one in result.transactions
    }
    assert {
        ("2026-03-01 11:00", -12.00, "小城便利店"),
        ("2026-03-01 13:00", 66.00, "*王"),
        ("2026-03-01 15:00", 8.88, "/"),
    } <= told
