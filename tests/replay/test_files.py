"""Files as people have them: of many programs, cut, mended by hand.

A block that is taken apart at once and the same lines one by one give the same; nothing that is odd about one
line harms another.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.replay import blocks
from qianbao.replay.adapters import Options, choose
from qianbao.replay.lines import BLOCK
from qianbao.replay.models import ColumnsUnknown, FileUnreadable, Item, Reason, Record, Reject
from qianbao.replay.source import open_source

HEADING = "record_id,occurred_at,payer,merchant,amount,merchant_name"


def row(number: int, *, amount: str = "12.34", name: str = "好邻居") -> str:
    return f"r{number},2026-10-01T12:00:00+08:00,p{number % 5},m1,{amount},{name}"


def read(path: Path, *, encoding: str = "utf-8") -> list[Item]:
    source = open_source(path, encoding=encoding)
    return list(choose(source).read(source, Options(), 0))


def found(items: list[Item]) -> list[tuple[int, str]]:
    return [(item.line, item.reason if isinstance(item, Reject) else item.id) for item in items]


@pytest.mark.parametrize(
    ("encoding", "delimiter", "ending"),
    [
        ("utf-8", ",", "\n"),
        ("utf-8", ",", "\r\n"),
        ("utf-8-sig", ";", "\r\n"),
        ("utf-8", "\t", "\n"),
        ("gb18030", ",", "\r\n"),
        ("big5", ";", "\n"),
    ],
)
def test_a_file_of_any_program_is_read_the_same(
    tmp_path: Path, encoding: str, delimiter: str, ending: str
) -> None:
    rows = [HEADING, *(row(n, name="上海店") for n in range(50))]
    path = tmp_path / "a.csv"
    path.write_bytes((ending.join(rows).replace(",", delimiter) + ending).encode(encoding))
    items = read(path, encoding=encoding.removesuffix("-sig"))
    assert found(items) == [(n + 2, f"r{n}") for n in range(50)]
    assert all(isinstance(item, Record) and item.amount == 1234 and item.name == "上海店" for item in items)


def test_everything_odd_at_once_is_told_line_by_line_and_the_good_rows_are_read(tmp_path: Path) -> None:
    lines: list[tuple[bytes, str | None]] = [
        (row(1).encode(), "r1"),
        (b"", None),
        (b"\r", None),
        (row(2, name='"Wang\'s, Noodles"').encode(), "r2"),
        (b'r3,2026-10-01,p,m,1,"two', Reason.QUOTES_UNBALANCED),
        (b'lines"', Reason.FIELDS_WRONG),
        (row(4, name='"say ""hi"""').encode() + b"\r", "r4"),
        (b"r5,2026-10-01,p,m", Reason.FIELDS_WRONG),
        (b"r6,2026-10-01,p,m,1,2,3", Reason.FIELDS_WRONG),
        (b"   ", Reason.FIELDS_WRONG),
        (b"r7,2026-10-01,p,m,1,\xff\xfe", Reason.TEXT_MALFORMED),
        (b"r8,2026-10-01,p,m,1,a\0b", Reason.CONTROL_CHARACTER),
        (b"r9,2026-10-01,p,m,1,a\rb", Reason.CONTROL_CHARACTER),
        (row(10, amount="99999999999999999999999999").encode(), Reason.AMOUNT_TOO_LARGE),
        (row(11, amount="1e400").encode(), Reason.AMOUNT_MALFORMED),
        (row(12, amount="-0.01").encode(), Reason.AMOUNT_NOT_POSITIVE),
        (row(13, amount="0.001").encode(), Reason.AMOUNT_MALFORMED),
        (row(14, amount='"1,234.50"').encode(), "r14"),
        (row(1).encode(), "r1"),
        (row(15).encode(), "r15"),
    ]
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HEADING.encode() + b"\r\n" + b"\n".join(line for line, _ in lines))
    wanted = [(place, told) for place, (_, told) in enumerate(lines, 2) if told is not None]
    assert found(read(path)) == wanted


def test_an_odd_line_in_one_block_of_many_is_told_with_its_line_and_all_others_are_read(
    tmp_path: Path,
) -> None:
    rows = [row(n) for n in range(3 * BLOCK // len(row(0)))]
    middle = len(rows) // 2
    rows[middle] += ",one more"
    path = tmp_path / "a.csv"
    path.write_text("\n".join((HEADING, *rows)), encoding="utf-8")
    items = read(path)
    assert [item.line for item in items] == list(range(2, len(rows) + 2))
    assert found(items)[middle] == (middle + 2, Reason.FIELDS_WRONG)
    assert sum(isinstance(item, Record) for item in items) == len(rows) - 1


FIELD = st.one_of(
    st.sampled_from(["1.50", "2026-10-01", "2026-10-01T12:00:00+08:00", "p", "m", "", " ", "¥3", "é", '"a"']),
    st.text(max_size=6),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.lists(FIELD, min_size=5, max_size=7).map(",".join), min_size=1, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_lines_taken_apart_at_once_are_the_same_as_one_by_one(
    tmp_path: Path, lines: list[str], ending: str, ends: bool
) -> None:
    body = (ending.join(lines) + (ending if ends else "")).encode("utf-8", "surrogatepass")
    head = f"{HEADING}{ending}".encode()
    path = tmp_path / "a.csv"
    path.write_bytes(head + body)
    at_once = read(path)
    # A line with a quote lets all of its block be taken apart one by one.
    path.write_bytes(head + f'"{ending}'.encode() + body)
    _, *one_by_one = read(path)
    assert at_once == [replace(item, line=item.line - 1) for item in one_by_one]


def test_a_plain_block_is_taken_apart_at_once() -> None:
    pieces = [row(n).encode() for n in range(3)]
    header = HEADING.split(",")
    columns = blocks.columns(pieces, header, ["payer", "amount"], ",", "utf-8")
    assert columns is not None
    assert {name: column.to_pylist() for name, column in columns.items()} == {
        "payer": ["p0", "p1", "p2"],
        "amount": ["12.34"] * 3,
    }
    for odd in (b"", b"a,b", row(3, name='"q"').encode(), b"\xff,,,,,", row(3, name="a\x01").encode()):
        assert blocks.columns([*pieces, odd, *pieces], header, ["payer"], ",", "utf-8") is None


@pytest.mark.parametrize("encoding", ["nonesuch", "hex", "undefined", "punycode", "utf-16"])
def test_an_encoding_that_fits_no_such_file_is_refused_in_one_line(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADING}\n{row(1)}\n上海\n", encoding="utf-8")
    try:
        items = read(path, encoding=encoding)
    except (FileUnreadable, ColumnsUnknown):
        return
    assert all(isinstance(item, Reject) for item in items)


def test_utf_7_writes_line_breaks_without_one_and_they_break_no_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADING}\n".encode() + b"r1,2026-10-01,p,m,1,a+AAo-b\nr2,2026-10-01,p,m,1,c\n")
    assert found(read(path, encoding="utf-7")) == [(2, Reason.CONTROL_CHARACTER), (3, "r2")]
