"""What is known of a day beforehand."""

from __future__ import annotations

from datetime import date

from qianbao.insight.demand.calendar import calendar


def test_a_holiday_has_its_place_in_its_run_and_its_weekends_are_worked() -> None:
    of = calendar(date(2016, 9, 30), 11)
    assert of.kind.tolist() == [0, 2, 2, 2, 2, 2, 2, 2, 0, 0, 0]
    assert of.passed.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 0, 0]
    assert of.left.tolist() == [0, 7, 6, 5, 4, 3, 2, 1, 0, 0, 0]
    assert of.makeup.tolist() == [False] * 8 + [True, True, False]
    assert of.until[0] == 1
    assert of.since[8] == 1


def test_a_weekend_within_a_break_belongs_to_it() -> None:
    of = calendar(date(2016, 1, 1), 4)
    assert of.kind.tolist() == [2, 2, 2, 0]
    assert len(set(of.holiday[:3].tolist())) == 1


def test_a_year_that_is_not_published_yet_has_weekends_and_no_holiday() -> None:
    of = calendar(date(2099, 10, 1), 7)  # a Thursday
    assert of.kind.tolist() == [0, 0, 1, 1, 0, 0, 0]
    assert not of.holiday.any()
