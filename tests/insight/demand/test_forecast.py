"""What was put into drawn shops is found again, two weeks ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from qianbao.insight.demand import boosted, weekday
from qianbao.insight.demand.boosted import Boosted
from qianbao.insight.demand.outcome import Outlook
from qianbao.insight.demand.panel import Table
from qianbao.insight.models.arrays import NotFitted
from tests.insight.demand.drawn import CLOSED, DAYS, NEW, ORIGIN, SUNDAYS, Truth, shops

HOLIDAYS = slice(0, 7)
ORDINARY = slice(SUNDAYS + 1, None)


@pytest.fixture(scope="module")
def truth() -> Truth:
    """Drawn shops."""
    return shops(many=70, seed=3)


@pytest.fixture(scope="module")
def model(truth: Truth) -> Boosted:
    """Fitted on what was known before the window."""
    return boosted.fit(truth.known, DAYS, rows_max=25_000, threads=1)


@pytest.fixture(scope="module")
def outlook(truth: Truth, model: Boosted) -> Outlook:
    """Its forecast of the window."""
    return model.forecast(truth.known, DAYS)


def off(forecast: Table, due: Table) -> float:
    """By how much a typical day is off, relative to what was to be expected."""
    return float(np.median(np.abs(forecast - due) / np.maximum(due, 1)))


def test_the_rhythm_of_the_week_is_found(truth: Truth, outlook: Outlook) -> None:
    after = slice(9, 14)  # Monday to Friday after the holidays and the weekend that is worked for them
    assert off(outlook.expected[ORDINARY, after], truth.due[ORDINARY, after]) < 0.1


def test_a_holiday_dips_as_earlier_holidays_did_which_the_same_weekday_does_not_know(
    truth: Truth, outlook: Outlook
) -> None:
    ours = off(outlook.expected[ORDINARY, HOLIDAYS], truth.due[ORDINARY, HOLIDAYS])
    theirs = off(
        weekday.forecast(truth.known, DAYS).expected[ORDINARY, HOLIDAYS], truth.due[ORDINARY, HOLIDAYS]
    )
    assert ours < 0.2
    assert theirs > 3 * ours


def test_a_shop_of_nine_days_is_forecast_with_the_week_of_the_others(truth: Truth, outlook: Outlook) -> None:
    assert off(outlook.expected[NEW], truth.due[NEW]) < 0.3


def test_a_shop_without_a_customer_for_weeks_is_expected_to_have_none(outlook: Outlook) -> None:
    assert not outlook.middle[CLOSED].any()


def test_a_shop_that_closes_on_sundays_is_forecast_closed_on_sundays_alone(outlook: Outlook) -> None:
    sundays = np.array([day.weekday() == 6 for day in outlook.days])
    assert not outlook.middle[SUNDAYS, sundays].any()
    assert outlook.middle[SUNDAYS, ~sundays].all()


def test_nine_days_of_ten_lie_within_the_bounds(truth: Truth, outlook: Outlook) -> None:
    held = (truth.came >= outlook.low) & (truth.came <= outlook.high)
    assert held.mean() > 0.85
    assert (outlook.low <= outlook.middle).all()
    assert (outlook.middle <= outlook.high).all()


def test_a_window_before_a_forecast_is_not_moved_by_what_comes_in_it(truth: Truth, model: Boosted) -> None:
    otherwise = truth.panel.counts.copy()
    otherwise[:, -DAYS:] = 7
    known = Truth(panel=replace(truth.panel, counts=otherwise), rate=truth.rate).known
    assert known.end == ORIGIN
    assert (model.forecast(known, DAYS).middle == model.forecast(truth.known, DAYS).middle).all()


def test_the_same_history_gives_the_same_forecast(truth: Truth) -> None:
    short = truth.panel.before(ORIGIN - timedelta(days=60), at_most=150)
    one, other = (boosted.fit(short, 7, rows_max=4_000, threads=1).forecast(short, 7) for _ in range(2))
    assert (one.expected == other.expected).all()
    assert (one.high == other.high).all()


def test_too_short_a_history_is_not_fitted(truth: Truth) -> None:
    with pytest.raises(NotFitted):
        boosted.fit(truth.panel.before(truth.panel.first + timedelta(days=10), at_most=10), DAYS)


def test_the_weekday_serves_from_the_first_day_on(truth: Truth) -> None:
    for days in (1, 3, 8, 30):
        young = truth.panel.before(truth.panel.first + timedelta(days=days), at_most=days)
        outlook = weekday.forecast(young, DAYS)
        assert np.isfinite(outlook.expected).all()
        assert (outlook.low <= outlook.high).all()
