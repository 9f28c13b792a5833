"""A feature as of a day reads nothing that was learnt after it: not late records, nor back-dated refunds."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qianbao.insight.features.catalogue import FEATURES
from tests.insight.features.facts import DAY, Told, features

BOUGHT = Told(record=1, ago=10, amount=50_00)


def test_a_record_that_comes_late_is_not_read_as_of_a_day_before_it_came() -> None:
    late = Told(record=2, ago=5, known=-1, amount=7_00)  # of five days ago, learnt tomorrow
    [before] = features([BOUGHT, late]).values()
    assert (before["purchases"], before["spent"], before["recency_days"]) == (1, 50_00, 10)
    [learnt] = features([BOUGHT, replace(late, known=0)]).values()
    assert (learnt["purchases"], learnt["spent"], learnt["recency_days"]) == (2, 57_00, 5)


def test_a_refund_of_an_old_purchase_is_not_read_as_of_a_day_before_the_refund() -> None:
    # A refund bears the date of its purchase: only when it became known tells that it came later.
    back = Told(record=1, ago=10, known=-1, amount=50_00, refunded=20_00)
    [before] = features([BOUGHT, back]).values()
    assert (before["spent"], before["refunds_365d"], before["refunded_365d"]) == (50_00, 0, 0)
    [learnt] = features([BOUGHT, replace(back, known=0)]).values()
    assert (learnt["spent"], learnt["refunds_365d"], learnt["refunded_365d"]) == (30_00, 1, 20_00)


def test_of_two_refunds_the_one_that_was_known_counts() -> None:
    first = Told(record=1, ago=10, known=3, amount=50_00, refunded=20_00)
    second = Told(record=1, ago=10, known=-2, amount=50_00, refunded=50_00)
    [before] = features([BOUGHT, first, second]).values()
    assert (before["spent"], before["refunds_whole_365d"]) == (30_00, 0)


def test_a_purchase_given_back_whole_counts_until_that_is_known() -> None:
    other = Told(record=2, ago=40, amount=1_00)
    back = Told(record=1, ago=10, known=-1, amount=50_00, refunded=50_00)
    [before] = features([BOUGHT, other, back]).values()
    [after] = features([BOUGHT, other, replace(back, known=0)]).values()
    assert (before["purchases"], after["purchases"]) == (2, 1)
    assert (after["refunds_whole_365d"], after["recency_days"]) == (1, 40)


def test_what_a_person_says_of_a_purchase_is_not_read_as_of_a_day_before_they_said_it() -> None:
    said = Told(record=1, ago=10, known=-1, amount=50_00, says="travel")
    kinds = ("spent_dining_365d", "spent_travel_365d")
    assert features([BOUGHT, said], *kinds) == {1: dict(zip(kinds, (50_00, 0), strict=True))}
    assert features([BOUGHT, replace(said, known=0)], *kinds) == {
        1: dict(zip(kinds, (0, 50_00), strict=True))
    }


@pytest.mark.parametrize(("hour", "read"), [(23.9999, True), (24, False)])
def test_a_day_ends_at_midnight_of_the_business_zone(hour: float, read: bool) -> None:
    late = Told(record=2, ago=5, known=0, known_hour=hour)
    [found] = features([BOUGHT, late]).values()
    assert (found["purchases"] == 2) is read


def test_a_purchase_dated_after_the_day_is_not_read() -> None:
    [found] = features([BOUGHT, Told(record=2, ago=-1, known=0)]).values()
    assert found["purchases"] == 1


TOLD = st.lists(
    st.builds(
        Told,
        person=st.integers(1, 2),
        record=st.integers(1, 6),
        ago=st.integers(-2, 400),
        hour=st.floats(0, 23.9),
        known=st.integers(-5, 5),
        amount=st.just(10_00),
        refunded=st.none() | st.integers(1, 10_00),
        merchant=st.integers(1, 3),
        category=st.sampled_from(["dining", "travel"]),
        city=st.sampled_from(["", "Hangzhou", "Suzhou"]),
        cell=st.none() | st.integers(1, 3),
    ),
    max_size=12,
    unique_by=lambda one: (one.record, one.refunded is None or one.refunded),
)


@settings(max_examples=12, deadline=None)
@given(TOLD)
def test_every_feature_is_what_it_was_before_anything_more_was_learnt(told: list[Told]) -> None:
    # Ids of records are each of one person, as they are in the lake.
    told = [replace(one, record=one.record * 10 + one.person) for one in told]
    known = [one for one in told if one.known is not None and one.known >= 0]
    assert features(told) == features(known)


def test_every_registered_feature_is_asked_for_above() -> None:
    [found] = features([BOUGHT]).values()
    assert list(found) == list(FEATURES)
    assert DAY.weekday() == 6
