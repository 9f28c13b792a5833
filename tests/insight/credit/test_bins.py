"""Optimal bins find the steps that were put in, and keep to what the data can say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qianbao.insight.credit import binned, bins
from qianbao.insight.credit.binned import MISSING, OTHER


def drawn(rate: np.ndarray, seed: int = 1) -> np.ndarray:
    return (np.random.default_rng(seed).random(len(rate)) < rate).astype(np.float64)


def test_a_step_in_the_rate_is_cut_where_it_is() -> None:
    x = np.random.default_rng(0).uniform(0, 1, 20_000)
    cuts = bins.cut(x, drawn(np.where(x > 0.4, 0.4, 0.1)))
    assert min(abs(edge - 0.4) for edge in cuts.edges) < 0.02
    assert cuts.trend == 1


def test_a_rate_that_rises_has_bins_that_rise() -> None:
    x = np.random.default_rng(0).normal(size=5_000)
    one = binned.numeric("x", x, drawn(1 / (1 + np.exp(1.5 - x))))
    known = one.woe[:-1]
    assert len(known) >= 4
    assert (np.diff(known) > 0).all()


def test_a_rate_that_turns_is_not_forced_to_be_monotone() -> None:
    x = np.random.default_rng(0).normal(size=8_000)
    one = binned.numeric("x", x, drawn(1 / (1 + np.exp(2.5 - 1.5 * np.abs(x)))))
    assert one.cuts is not None
    assert one.cuts.trend == 0
    middle = one.woe[one.place(np.array([0.0]))[0]]
    assert middle < one.woe[0]
    assert middle < one.woe[len(one.cuts.edges)]


def test_noise_gets_hardly_any_bins_and_hardly_any_value() -> None:
    x = np.random.default_rng(0).normal(size=5_000)
    one = binned.numeric("x", x, drawn(np.full(5_000, 0.2)))
    assert one.value < 0.01


def test_what_is_not_known_has_a_bin_of_its_own() -> None:
    x = np.random.default_rng(0).normal(size=4_000)
    x[:1_000] = np.nan
    one = binned.numeric("x", x, drawn(np.where(np.isnan(x), 0.5, 0.1)))
    place = one.place(np.array([np.nan]))[0]
    assert one.said(int(place)) == MISSING
    assert one.share[place] == pytest.approx(0.25)
    assert one.woe[place] == one.woe.max()


def test_rare_categories_are_pooled_and_the_unseen_goes_with_them() -> None:
    names = np.array(["common"] * 2_000 + ["bad"] * 2_000 + [f"rare {n}" for n in range(20)], dtype=object)
    yes = drawn(np.where(names == "bad", 0.5, 0.1))
    one = binned.categorical("name", names, yes)
    asked = np.array(["rare 3", "never seen", "bad", "common"], dtype=object)
    rare, unseen, bad, common = one.place(asked)
    assert rare == unseen == one.levels[OTHER]
    assert one.woe[bad] > 0 > one.woe[common]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-1e9, 1e9) | st.none(), st.booleans()), min_size=5, max_size=300).filter(
        lambda rows: 0 < sum(yes for _, yes in rows) < len(rows)
    )
)
def test_every_value_has_a_bin_and_every_bin_a_finite_weight(rows: list[tuple[float | None, bool]]) -> None:
    x = np.array([np.nan if value is None else value for value, _ in rows])
    yes = np.array([float(came) for _, came in rows])
    one = binned.numeric("x", x, yes)
    assert np.isfinite(one.woe).all()
    assert one.share.sum() == pytest.approx(1.0)
    anything = one.place(np.array([-np.inf, np.inf, np.nan, 0.0]))
    assert ((anything >= 0) & (anything < len(one.woe))).all()
    assert one.cuts is not None
    assert list(one.cuts.edges) == sorted(set(one.cuts.edges))
