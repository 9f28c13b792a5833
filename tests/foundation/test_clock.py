"""Time: nanoseconds, RFC 3339 on the outside, business days of UTC+8 for limits and statements."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from qianbao.clock import SECOND, ManualClock, business_date, moment, nanoseconds, rfc3339


@given(st.integers(0, 4 * 10**18))
def test_a_moment_and_its_nanoseconds_agree_to_the_microsecond(ns: int) -> None:
    assert nanoseconds(moment(ns)) == ns - ns % 1000


def test_times_are_written_as_rfc_3339_in_utc() -> None:
    assert rfc3339(nanoseconds(datetime(2026, 11, 24, 8, 30, tzinfo=UTC))) == "2026-11-24T08:30:00.000000Z"


def test_the_business_day_turns_over_at_midnight_of_utc_plus_eight() -> None:
    last = nanoseconds(datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC))
    assert business_date(last) == date(2026, 11, 24)
    assert business_date(last + SECOND) == date(2026, 11, 25)


def test_a_manual_clock_stands_until_moved_backwards_too() -> None:
    clock = ManualClock(5 * SECOND)
    clock.advance(-2)
    assert clock.now() == 3 * SECOND
