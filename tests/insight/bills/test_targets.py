"""Bills handed on: other people's programs read them, and find the same sums."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from beancount.core import data, realization
from ofxtools.Parser import OFXTree
from pyarrow import parquet

from qianbao.insight.bills.categories.deciding import decided
from qianbao.insight.bills.errors import BillsTargetUnknown
from qianbao.insight.bills.matching import matched
from qianbao.insight.bills.models import Bill, Flow
from qianbao.insight.bills.reading import statement
from qianbao.insight.bills.targets import written
from qianbao.insight.bills.targets.accounts import postings
from tests.insight.bills import exports, lives

EVIL = '=HYPERLINK("http://x","y")\n"quoted" \\ ; | 面馆 & <b>'


def everything() -> tuple[Bill, ...]:
    """A life, with a name that would be a formula, a quote and a tag wherever it went."""
    rows = [list(row) for row in lives.WECHAT_ROWS]
    rows[0][2] = rows[0][3] = EVIL
    files = (
        exports.wechat(rows),
        exports.alipay(lives.ALIPAY_ROWS),
        exports.jd(lives.JD_ROWS),
        exports.meituan(lives.MEITUAN_ROWS),
    )
    return decided(
        matched(
            bill for number, file in enumerate(files) for bill in statement(f"{number}", file).bills
        ).bills,
        {},
    )


BILLS = everything()
SPENT = sum(bill.spent for bill in BILLS)
INCOME = sum(bill.amount for bill in BILLS if bill.flow is Flow.INCOME)
MOVING = [bill for bill, some in postings(BILLS) if some]
"""All but closed trades, and one that was given back whole."""


def test_beancount_reads_it_without_an_error_and_finds_the_same_spending() -> None:
    entries, errors, _ = loader.load_string(written("beancount", BILLS).decode())
    assert errors == []
    transactions = data.filter_txns(entries)
    assert len(list(transactions)) == len(MOVING)
    root = realization.realize(entries)
    spent: Any = realization.compute_balance(realization.get(root, "Expenses"))
    income: Any = realization.compute_balance(realization.get(root, "Income"))
    assert spent.get_currency_units("CNY").number == Decimal(SPENT) / 100
    assert income.get_currency_units("CNY").number == -Decimal(INCOME) / 100


def test_ledger_has_every_transaction_in_balance(tmp_path: Path) -> None:
    text = written("ledger", BILLS).decode()
    blocks = [block for block in text.split("\n\n") if re.match(r"\d", block)]
    assert len(blocks) == len(MOVING)
    total = 0
    for block in blocks:
        head, *lines = block.splitlines()
        assert re.fullmatch(r"\d{4}/\d\d/\d\d \* [^;|(*!=][^;|]*", head), head
        posted = [
            re.fullmatch(r"    ((?:[A-Z0-9][\w-]*:?)+)  CNY (-?\d+\.\d\d)", line)
            for line in lines
            if ";" not in line[:6]
        ]
        assert all(posted), block
        units = [(match[1], int(match[2].replace(".", ""))) for match in posted if match]
        assert sum(amount for _, amount in units) == 0
        total += sum(amount for account, amount in units if account.startswith("Expenses:"))
    assert total == SPENT
    if (program := shutil.which("ledger")) is not None:
        (tmp_path / "bills.ledger").write_text(text, encoding="utf-8")
        asked = [
            program,
            "--args-only",
            "-f",
            str(tmp_path / "bills.ledger"),
            "balance",
            "^Expenses",
            "--depth",
            "1",
        ]
        told = subprocess.run(asked, capture_output=True, text=True, check=True)
        assert f"{SPENT / 100:.2f}" in told.stdout


def test_ofx_is_valid_and_holds_the_same_money() -> None:
    tree = OFXTree()
    tree.parse(io.BytesIO(written("ofx", BILLS)))
    statements: Any = tree.convert().statements
    assert {one.account.acctid for one in statements} == {bill.source.value for bill in MOVING}
    listed = [one for some in statements for one in some.transactions]
    assert len({one.fitid for one in listed}) == len(listed) == len(MOVING) + 1, "a fee stands by itself"
    outs = sum(one.trnamt for one in listed if one.trntype in ("DEBIT", "FEE"))
    back = sum(one.trnamt for one in listed if one.trntype == "CREDIT")
    assert (outs + back) == Decimal(INCOME - SPENT) / 100


def test_a_cell_of_the_csv_is_never_a_formula() -> None:
    head, *rows = csv.reader(io.StringIO(written("csv", BILLS).decode("utf-8-sig")))
    assert len(rows) == len(BILLS), "closed trades too"
    numbers = {"amount", "refunded", "fee", "spent", "line"}
    for row in rows:
        for name, cell in zip(head, row, strict=True):
            assert name in numbers or cell[:1] not in tuple("=+-@\t\r"), cell
    first = EVIL.partition("\n")[0]
    assert f"'{first}" in {row[head.index("counterparty")].partition("\n")[0] for row in rows}
    assert sum(Decimal(row[head.index("spent")]) for row in rows) == Decimal(SPENT) / 100


def test_a_table_of_parquet_has_types(tmp_path: Path) -> None:
    (tmp_path / "bills.parquet").write_bytes(written("parquet", BILLS))
    table: Any = parquet.read_table(tmp_path / "bills.parquet")
    assert table.num_rows == len(BILLS)
    assert sum(table["spent"].to_pylist()) == SPENT
    assert table["at"][0].as_py() == BILLS[0].at


@pytest.mark.parametrize("target", ["beancount", "ledger", "csv", "parquet", "ofx"])
def test_nothing_at_all_can_be_handed_on_too(target: str) -> None:
    assert written(target, [])


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(BillsTargetUnknown):
        written("xml", BILLS)
