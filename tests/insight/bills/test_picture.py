"""The picture of what was spent: sums, months, what comes again, what is likely to come."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from qianbao.insight.bills import capacity, report
from qianbao.insight.bills.drawing import Picture, picture
from qianbao.insight.bills.errors import BillsUnknown
from qianbao.insight.bills.models import Bill
from qianbao.insight.bills.reading import statement
from qianbao.insight.bills.recurring import recurring
from qianbao.insight.bills.service import Reading, read
from tests.insight.bills import exports, lives


def life(folder: Path) -> Path:
    """A folder with everything a person exported in March 2024."""
    folder.mkdir()
    (folder / "w.csv").write_bytes(exports.wechat(lives.WECHAT_ROWS))
    (folder / "a.csv").write_bytes(exports.alipay(lives.ALIPAY_ROWS))
    (folder / "j.csv").write_bytes(exports.jd(lives.JD_ROWS))
    (folder / "m.csv").write_bytes(exports.meituan(lives.MEITUAN_ROWS))
    (folder / "notes.txt").write_text("nothing of that kind")
    return folder


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """All of it, read once."""
    return read([life(tmp_path_factory.mktemp("life") / "bills")])


def drawn(reading: Reading) -> Picture:
    """Its picture."""
    assert reading.picture is not None
    return reading.picture


def test_nothing_is_lost_between_the_files_and_the_picture(reading: Reading) -> None:
    assert reading.adds_up()
    assert reading.rows == sum(
        map(len, (lives.WECHAT_ROWS, lives.ALIPAY_ROWS, lives.JD_ROWS, lives.MEITUAN_ROWS))
    )
    assert [(one.file, one.line, one.reason) for one in reading.aside] == [
        ("bills/notes.txt", 0, "file_unknown")
    ]


def test_the_sums_are_those_of_the_person_not_of_the_rows(reading: Reading) -> None:
    found = drawn(reading)
    assert (found.spent, found.income) == (lives.TOGETHER["spent"], lives.TOGETHER["income"])
    assert found.fees == 10
    assert found.closed == 1
    kinds = {one.name: one.spent for one in found.categories}
    assert kinds == lives.TOGETHER["categories"]
    assert len(reading.doubles) == lives.TOGETHER["doubles"]
    assert sum(kinds.values()) == sum(one.spent for one in found.months) == found.spent


def test_the_latest_month_is_the_wallets_own_picture(reading: Reading) -> None:
    found = drawn(reading)
    assert (found.latest.month, found.latest.until) == (date(2024, 3, 1), date(2024, 3, 28))
    assert found.latest.spent == found.spent
    assert sum(day.spent for day in found.latest.days) == found.spent


def months(amounts: list[int], *, name: str = "星光视频会员", day: int = 5, year: int = 2024) -> list[Bill]:
    """A payment a month."""
    rows = [
        (
            *(
                f"{year + month // 12}-{month % 12 + 1:02}-{day:02} 08:00:00",
                "商户消费",
                name,
                "会员",
                "支出",
            ),
            *(f"{amount / 100:.2f}", "零钱", "支付成功", f"{name}{month}", "/", "/"),
        )
        for month, amount in enumerate(amounts)
    ]
    return list(statement("w.csv", exports.wechat(rows)).bills)


def test_what_comes_again_is_found_with_its_next_day_and_year() -> None:
    [found] = recurring(months([25_00] * 5))
    assert (found.merchant, found.period_days, found.amount, found.times) == ("星光视频会员", 30, 25_00, 5)
    assert abs(found.next - date(2024, 6, 5)) <= timedelta(days=2)


def test_what_comes_by_chance_does_not_come_again() -> None:
    at = datetime(2024, 3, 1, 12)
    gaps = (1, 3, 9, 2, 17, 1, 6, 30)
    rows = []
    for gap in gaps:
        at += timedelta(days=gap)
        rows.append(
            (
                f"{at}",
                "商户消费",
                "老街牛肉面馆",
                "面",
                "支出",
                "28.16",
                "零钱",
                "支付成功",
                f"{at}",
                "/",
                "/",
            )
        )
    assert recurring(statement("w.csv", exports.wechat(rows)).bills) == ()
    assert recurring(months([10_00, 900_00, 30_00, 2_000_00])) == ()


def test_the_next_month_is_expected_from_months_that_are_over() -> None:
    found = picture(months([300_00, 310_00, 290_00, 305_00, 295_00, 1_00]))
    assert found is not None
    assert found.next_month is not None
    assert found.next_month.months == 5, "the month that has begun is left out"
    assert found.next_month.low < 300_00 < found.next_month.high
    assert 200_00 < found.next_month.point < 400_00


def test_years_without_files_are_no_lean_years() -> None:
    found = picture([*months([500_00], year=2019), *months([300_00] * 5)])
    assert found is not None
    assert found.next_month is not None
    assert found.next_month.months == 4


def test_the_expectation_has_the_scale_of_the_person() -> None:
    small, large = (
        capacity.expected([one * 100 for one in (310, 290, 300, 320)]),
        capacity.expected([310_000, 290_000, 300_000, 320_000]),
    )
    assert small is not None
    assert large is not None
    assert large.point == pytest.approx(10 * small.point, rel=0.01)
    assert capacity.expected([1, 2]) is None


def test_the_parameters_of_the_expectation_are_those_of_the_fit() -> None:
    import msgspec

    fitted = capacity.refit()
    kept = msgspec.json.decode(
        Path(capacity.__file__).with_name(capacity.FITTED).read_bytes(), type=capacity.Fitted
    )
    assert (kept.people, kept.months) == (fitted.people, fitted.months)
    for name in ("weights", "edges", "low", "high"):
        assert getattr(kept, name) == pytest.approx(getattr(fitted, name), rel=1e-6)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_is_one_file_that_asks_nobody(reading: Reading, language: report.Language) -> None:
    page = report.report(reading, language)
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page
    assert "老街牛肉面馆" in page
    assert page.count("<svg") == 3
    assert "default-src 'none'" in page


def test_a_folder_without_a_bill_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("nothing")
    with pytest.raises(BillsUnknown):
        read([tmp_path])
