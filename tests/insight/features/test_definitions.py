"""What each feature says, against plain Python; and that none says something else under an old version."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.catalogue.kinds import CATEGORIES, SCENES, TIERS
from qianbao.insight.features.definitions import digests
from qianbao.insight.features.models import Grain, Kind, registry
from tests.insight.features import reference
from tests.insight.features.facts import Told, features

PINNED = Path(__file__).with_name("definitions.json")

PAID = st.builds(
    Told,
    person=st.integers(1, 3),
    record=st.just(0),
    ago=st.integers(-1, 40) | st.integers(0, 800),
    hour=st.integers(0, 23).map(float),
    known=st.integers(-1, 3),
    amount=st.integers(1, 1_000_00),
    own=st.none(),
    merchant=st.integers(1, 4),
    currency=st.sampled_from(["CNY"] * 9 + ["USD"]),
    category=st.sampled_from([str(kind) for kind in CATEGORIES]),
    scene=st.sampled_from([*SCENES]),
    brand=st.sampled_from(["lanhua", "zhuque"]),
    city=st.sampled_from(["", "Hangzhou", "Suzhou", "Wuxi"]),
    tier=st.sampled_from(["", *(str(tier) for tier in TIERS)]),
    cell=st.none() | st.integers(1, 3),
)
SHARES = st.tuples(st.sampled_from([0, 0, 0.3, 1]), st.sampled_from([0, 0, 0, 0.01, 0.6, 1]))


@st.composite
def histories(draw: st.DrawFn) -> list[Told]:
    """Payments of some people, parts of some paid by subsidy, parts of some given back."""
    told: list[Told] = []
    for number, paid in enumerate(draw(st.lists(PAID, max_size=30)), 1):
        subsidised, given_back = draw(SHARES)
        one = replace(paid, record=number, own=paid.amount - int(paid.amount * subsidised))
        told.append(one)
        if refunded := -int(-paid.amount * given_back):
            told.append(replace(one, refunded=refunded, known=draw(st.integers(-2, 2))))
    return told


@settings(max_examples=15, deadline=None)
@given(histories())
def test_every_feature_says_what_plain_python_says(told: list[Told]) -> None:
    found, expected = features(told), reference.features(told)
    assert found.keys() == expected.keys()
    for person, row in expected.items():
        assert row.keys() == set(FEATURES)
        for name, value in row.items():
            if value is None or FEATURES[name].kind is Kind.INTEGER:
                assert found[person][name] == value, name
            else:
                assert found[person][name] == pytest.approx(value, rel=1e-9, abs=1e-12), name


def test_at_least_forty_features_are_registered_each_told_in_two_languages() -> None:
    assert len(FEATURES) >= 40
    for feature in FEATURES.values():
        assert feature.en.endswith(".")
        assert feature.zh.endswith("。")
        assert feature.purposes


def test_a_feature_that_says_something_else_has_a_new_version() -> None:
    """A new digest here is a changed definition: raise the feature's version, then pin it again."""
    pinned: dict[str, str] = json.loads(PINNED.read_text())
    now = digests()
    changed = {key for key, value in pinned.items() if key in now and now[key] != value}
    assert not changed, "changed without a new version"
    assert now.keys() == pinned.keys()


def test_a_name_stands_once() -> None:
    one = FEATURES["spent_30d"]
    with pytest.raises(AssertionError, match="twice"):
        registry((one,), (one,))


def test_some_features_are_asked_for_without_the_others() -> None:
    told = [Told(record=1, ago=3, amount=5_00), Told(record=2, ago=1, amount=6_00)]
    assert features(told, "spent_30d", "spent_mean_365d", "merchants_365d") == {
        1: {"spent_30d": 11_00, "spent_mean_365d": 5_50.0, "merchants_365d": 1}
    }
    grains = {feature.grain for feature in FEATURES.values()}
    assert grains == set(Grain)
