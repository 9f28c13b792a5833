"""Every row of a file, whatever it holds, becomes records or a reject with line and reason; none is lost."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from qianbao.clock import nanoseconds
from qianbao.replay.adapters import ADAPTERS, Options, choose
from qianbao.replay.lines import LINE_MAX
from qianbao.replay.models import ColumnsUnknown, FileUnreadable, Item, Reason, Record, Reject
from qianbao.replay.source import open_source

HEADING = "record_id,occurred_at,payer,merchant,amount"
GOOD = "r1,2026-10-01T12:00:00+08:00,p1,m1,28.16"


def read(path: Path, *, adapter: str | None = None, skip: int = 0, shops: Path | None = None) -> list[Item]:
    source = open_source(path)
    return list(choose(source, adapter).read(source, Options(shops=shops), skip))


def written(path: Path, *rows: str, heading: str = HEADING) -> Path:
    path.write_text("\n".join((heading, *rows)) + "\n", encoding="utf-8")
    return path


def test_a_good_row_is_a_record_with_exact_amount_time_and_line(tmp_path: Path) -> None:
    heading = HEADING + ",store,mcc,city,merchant_name,currency"
    path = written(tmp_path / "a.csv", GOOD + ",s1,5411,上海,好邻居,CNY", heading=heading)
    assert read(path) == [
        Record(
            line=2,
            id="r1",
            occurred_at=nanoseconds(datetime(2026, 10, 1, 4, tzinfo=UTC)),
            payer="p1",
            merchant="m1",
            store="s1",
            amount=2816,
            mcc="5411",
            city="上海",
            name="好邻居",
        )
    ]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("r2,2026-10-01,p,m", Reason.FIELDS_WRONG),
        ("r2,2026-10-01,p,m,1,2", Reason.FIELDS_WRONG),
        ('r2,2026-10-01,"p,m,1', Reason.QUOTES_UNBALANCED),
        (",2026-10-01,p,m,1", Reason.FIELD_MISSING),
        ("r2,2026-10-01, ,m,1", Reason.FIELD_MISSING),
        ("r2,2026-10-01,p,,1", Reason.FIELD_MISSING),
        ("r2,2026-10-01,p,m,", Reason.FIELD_MISSING),
        ("r2," + "2026-10-01," + "p" * 65 + ",m,1", Reason.FIELD_TOO_LONG),
        ("r2," + "9" * LINE_MAX + ",p,m,1", Reason.LINE_TOO_LONG),
        ("r2,2026-10-01,p\0,m,1", Reason.CONTROL_CHARACTER),
        ("r2,2026-02-30,p,m,1", Reason.TIME_MALFORMED),
        ("r2,yesterday,p,m,1", Reason.TIME_MALFORMED),
        ("r2,1969-12-31,p,m,1", Reason.TIME_MALFORMED),
        ("r2,2026-W01-1,p,m,1", Reason.TIME_MALFORMED),
        ("r2,9999-12-31T23:59:59-12:00,p,m,1", Reason.TIME_MALFORMED),
        ("r2,2026-10-01,p,m,1.234", Reason.AMOUNT_MALFORMED),
        ("r2,2026-10-01,p,m,nan", Reason.AMOUNT_MALFORMED),
        ("r2,2026-10-01,p,m,1e3", Reason.AMOUNT_MALFORMED),
        ("r2,2026-10-01,p,m,0", Reason.AMOUNT_NOT_POSITIVE),
        ("r2,2026-10-01,p,m,-5.00", Reason.AMOUNT_NOT_POSITIVE),
        ("r2,2026-10-01,p,m,999999999999.00", Reason.AMOUNT_TOO_LARGE),
    ],
)
def test_a_broken_row_is_rejected_with_its_line_and_reason_and_harms_no_other(
    tmp_path: Path, row: str, reason: Reason
) -> None:
    first, broken, last = read(written(tmp_path / "a.csv", GOOD, row, GOOD.replace("r1", "r3")))
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(broken, Reject)
    assert (broken.line, broken.reason) == (3, reason)
    assert broken.row
    assert row.startswith(broken.row[:50])


@pytest.mark.parametrize(
    ("currency", "mcc", "reason"),
    [("USD", "5411", Reason.CURRENCY_NOT_KEPT), ("CNY", "0000", Reason.MCC_UNKNOWN)],
)
def test_another_currency_and_an_unknown_category_are_rejected(
    tmp_path: Path, currency: str, mcc: str, reason: Reason
) -> None:
    path = written(tmp_path / "a.csv", f"{GOOD},{currency},{mcc}", heading=HEADING + ",currency,mcc")
    (item,) = read(path)
    assert isinstance(item, Reject)
    assert item.reason == reason


@pytest.mark.parametrize("amount", ["28.16", "¥28.16", "２８.１６", "28.160", " 28.16 "])
def test_an_amount_is_read_as_people_write_it(tmp_path: Path, amount: str) -> None:
    (item,) = read(written(tmp_path / "a.csv", GOOD.replace("28.16", amount)))
    assert isinstance(item, Record)
    assert item.amount == 2816


@pytest.mark.parametrize(
    "at", ["2026-10-01 12:00", "2026-10-01T12:00:00", "2026-10-01T04:00:00Z", "2026-10-01T06:00:00+0200"]
)
def test_a_time_without_a_zone_is_of_the_networks_business_zone(tmp_path: Path, at: str) -> None:
    (item,) = read(written(tmp_path / "a.csv", GOOD.replace("2026-10-01T12:00:00+08:00", at)))
    assert isinstance(item, Record)
    assert item.occurred_at == nanoseconds(datetime(2026, 10, 1, 4, tzinfo=UTC))


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_behind_the_heading_are_records_and_rejects_line_by_line(
    tmp_path: Path, junk: bytes, packed: bool
) -> None:
    content = (HEADING + "\n").encode() + junk
    path = tmp_path / "junk"
    path.write_bytes(gzip.compress(content) if packed else content)
    rows = [place for place, line in enumerate(junk.split(b"\n"), 2) if line not in (b"", b"\r")]
    assert sorted(item.line for item in read(path)) == rows
    assert open_source(path).count() == len(rows)


FIELD = st.one_of(
    st.sampled_from(["", "r1", "p", "1.50", "2026-10-01", "2026-13-01", "-1", "¥3", "0", '"', "1e9", "５"]),
    st.text(max_size=8),
    st.decimals(0, 10**9, places=2).map(str),
    st.datetimes().map(str),
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(FIELD, min_size=4, max_size=6), max_size=20))
def test_rows_of_any_fields_are_records_and_rejects_and_a_skip_begins_behind_the_first_ones(
    tmp_path: Path, rows: list[list[str]]
) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = tmp_path / "rows.csv"
    path.write_bytes((HEADING + "\r\n").encode() + text.getvalue().encode("utf-8", "surrogatepass"))
    items = read(path)
    lines = [line for line in text.getvalue().split("\n") if line not in ("", "\r")]
    assert len(items) == len(lines)
    assert [item.line for item in items] == sorted(item.line for item in items)
    for skip in (0, 1, len(items) // 2, len(items)):
        assert read(path, skip=skip) == items[skip:]
    for item in items:
        if isinstance(item, Record):
            assert item.amount > 0
            assert item.id
            assert item.payer
            assert item.merchant


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(max_size=70)),
            st.one_of(st.none(), st.integers(-(2**60), 2**60)),
            st.one_of(st.none(), st.floats(), st.decimals(0, 10**6, places=2).map(float)),
        ),
        max_size=30,
    )
)
def test_any_typed_columns_are_records_and_rejects_row_by_row(
    tmp_path: Path, rows: list[tuple[str | None, int | None, float | None]]
) -> None:
    ids, at, money = ([row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    table = pa.table(
        {
            "record_id": pa.array(
                [None if i is None else i.encode("utf-8", "replace") for i in ids], pa.binary()
            ),
            "occurred_at": pa.array(at, pa.timestamp("us", "UTC")),
            "payer": pa.array(range(len(rows)), pa.int32()),
            "merchant": pa.array(["m"] * len(rows)).dictionary_encode(),
            "amount": pa.array(money, pa.float64()),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    items = read(tmp_path / "a.parquet")
    assert [item.line for item in items] == list(range(1, len(rows) + 1))
    for item in items:
        amount = money[item.line - 1]
        if isinstance(item, Record):
            assert amount is not None
            assert abs(item.amount - amount * 100) < 0.02
        elif item.reason == Reason.AMOUNT_NOT_POSITIVE:
            assert amount is not None
            assert amount <= 0.0001


def test_csv_gzip_and_parquet_of_one_content_are_the_same_records(tmp_path: Path) -> None:
    plain = written(tmp_path / "a.csv", GOOD, GOOD.replace("r1", "r2").replace("28.16", "0.1"))
    packed = tmp_path / "a.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read(packed) == read(plain)
    assert open_source(packed).identity == open_source(plain).identity
    rows = list(csv.DictReader(plain.open()))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    typed = read(tmp_path / "a.parquet")
    assert [replace(r, line=0) for r in typed if isinstance(r, Record)] == [
        replace(r, line=0) for r in read(plain) if isinstance(r, Record)
    ]


def test_a_byte_order_mark_tabs_and_semicolons_are_read(tmp_path: Path) -> None:
    for delimiter in ("\t", ";"):
        path = tmp_path / "a.csv"
        path.write_text(f"{HEADING}\n{GOOD}\n".replace(",", delimiter), encoding="utf-8-sig")
        assert isinstance(read(path)[0], Record)


def test_a_chinese_file_of_another_encoding_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{HEADING},city\n{GOOD},上海\n".encode("gb18030"))
    assert [item.reason for item in read(path) if isinstance(item, Reject)] == [Reason.TEXT_MALFORMED]
    source = open_source(path, encoding="gb18030")
    (item,) = choose(source).read(source, Options(), 0)
    assert isinstance(item, Record)
    assert item.city == "上海"


def test_a_line_longer_than_memory_allows_is_cut_and_the_next_one_read(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", GOOD, "x" * (3 << 20), GOOD.replace("r1", "r2"))
    first, long, last = read(path)
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert isinstance(long, Reject)
    assert (long.line, long.reason, last.line) == (3, Reason.LINE_TOO_LONG, 4)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"\xff\xfer\0e\0",
        b"\0\0\0",
        b"PAR1 no more",
        gzip.compress(b"a,b\n1,2")[:-9],
        b"\x1f\x8b\x08",
    ],
)
def test_a_file_that_is_no_table_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable):
        read(path)


def test_a_missing_file_and_a_folder_are_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.csv"):
        with pytest.raises(FileUnreadable):
            read(path)


def test_columns_that_fit_no_adapter_are_named_with_what_is_wanted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", heading="a,b,c")
    with pytest.raises(ColumnsUnknown) as refused:
        read(path)
    assert "native: record_id" in (refused.value.expected or "")
    with pytest.raises(ColumnsUnknown):
        read(written(tmp_path / "a.csv", heading=HEADING + ",payer"))
    with pytest.raises(ColumnsUnknown):
        read(written(tmp_path / "a.csv", GOOD), adapter="baskets")
    with pytest.raises(ColumnsUnknown):
        read(written(tmp_path / "a.csv", GOOD), adapter="nonesuch")


BASKETS = "household_id,store_id,basket_id,sales_value,transaction_timestamp"


def test_a_baskets_item_lines_add_up_to_one_purchase_in_order_of_time(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv",
        "1,7,b2,1.10,2017-01-02T10:00:00",
        "2,7,b1,5.00,2017-01-01T10:00:00",
        "1,7,b2,2.20,2017-01-02T10:00:00",
        "1,7,b2,0,2017-01-02T10:00:00",
        "1,7,b2,oops,2017-01-02T10:00:00",
        "3,7,b3,0.00,2017-01-03T10:00:00",
        heading=BASKETS,
    )
    items = read(path)
    assert [(i.id, i.payer, i.amount) for i in items if isinstance(i, Record)] == [
        ("b1", "2", 500),
        ("b2", "1", 330),
    ]
    assert [(i.line, i.reason) for i in items if isinstance(i, Reject)] == [
        (6, Reason.AMOUNT_MALFORMED),
        (7, Reason.AMOUNT_NOT_POSITIVE),
    ]
    for skip in range(len(items) + 1):
        assert read(path, skip=skip) == items[skip:]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(0, 10_000)),
        max_size=60,
    )
)
def test_baskets_keep_every_fen_whether_csv_or_parquet(
    tmp_path: Path, rows: list[tuple[int, int, int]]
) -> None:
    day = datetime(2017, 1, 1, tzinfo=UTC)
    table = pa.table(
        {
            "household_id": pa.array([household for _, household, _ in rows], pa.int64()),
            "store_id": pa.array([1 for _ in rows], pa.int64()),
            "basket_id": pa.array([basket for basket, _, _ in rows], pa.int64()),
            "sales_value": pa.array([fen / 100 for _, _, fen in rows], pa.float64()),
            "transaction_timestamp": pa.array([day.replace(tzinfo=None) for _ in rows], pa.timestamp("ns")),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    lines = [f"{h},1,{b},{fen // 100}.{fen % 100:02d},2017-01-01T00:00:00" for b, h, fen in rows]
    typed, text = read(tmp_path / "a.parquet"), read(written(tmp_path / "a.csv", *lines, heading=BASKETS))
    assert sum(i.amount for i in typed if isinstance(i, Record)) == sum(fen for _, _, fen in rows)
    assert [(i.id, i.amount) for i in typed if isinstance(i, Record)] == [
        (i.id, i.amount) for i in text if isinstance(i, Record)
    ]


def test_a_shop_day_is_as_many_payments_of_the_mean_amount_always_the_same(tmp_path: Path) -> None:
    shops = tmp_path / "shop_info.csv"
    shops.write_text("shop_id,per_pay,city,cate_1\n1,8,湖州,美食\n2,19,哈尔滨,超市便利店\n")
    path = written(
        tmp_path / "days.csv", "1,2016-10-01,3", "9,2016-10-01,1", "2,2016-10-02,2", "1,2016-10-03,-1",
        heading="shop_id,date,pays",
    )  # fmt: skip
    items = read(path)
    assert Counter(i.merchant for i in items if isinstance(i, Record)) == {"1": 3, "2": 2}
    assert {(i.merchant, i.amount, i.mcc, i.city) for i in items if isinstance(i, Record)} == {
        ("1", 800, "5812", "湖州"),
        ("2", 1900, "5411", "哈尔滨"),
    }
    assert [(i.line, i.reason) for i in items if isinstance(i, Reject)] == [
        (3, Reason.SHOP_UNKNOWN),
        (5, Reason.COUNT_MALFORMED),
    ]
    assert len({i.id for i in items}) == len(items)
    for skip in range(len(items) + 1):
        assert read(path, skip=skip) == items[skip:]


def test_shop_days_without_any_mean_amount_are_refused_with_how_to_give_one(tmp_path: Path) -> None:
    path = written(tmp_path / "days.csv", "1,2016-10-01,3", heading="shop_id,date,pays")
    with pytest.raises(ColumnsUnknown) as refused:
        read(path)
    assert "--shops" in (refused.value.expected or "")
    with_mean = written(tmp_path / "mean.csv", "1,2016-10-01,3,7.50", heading="shop_id,date,pays,mean_amount")
    assert [i.amount for i in read(with_mean) if isinstance(i, Record)] == [750, 750, 750]


def test_two_marketplaces_are_read_and_their_returns_rejected(tmp_path: Path) -> None:
    olist = written(
        tmp_path / "olist.csv", "o1,1,voucher,10.00", "o1,2,boleto,0.00",
        heading="order_id,payment_sequential,payment_type,payment_value",
    )  # fmt: skip
    paid, free = read(olist)
    assert isinstance(paid, Record)
    assert (paid.id, paid.amount, paid.occurred_at) == ("o1-1", 1000, None)
    assert isinstance(free, Reject)
    retail = written(
        tmp_path / "retail.csv", f"7,{date(2010, 1, 4)},sale,5.50", f"7,{date(2010, 1, 5)},return,-5.50",
        heading="customer_id,invoiced_at,kind,amount_gbp",
    )  # fmt: skip
    sale, back = read(retail)
    assert isinstance(sale, Record)
    assert isinstance(back, Reject)
    assert back.reason == Reason.IS_RETURN


def test_every_adapter_says_what_it_reads() -> None:
    assert all(adapter.about and adapter.needs for adapter in ADAPTERS.values())
