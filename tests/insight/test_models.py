"""The models find what was put in, and keep what they promise."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.special import betaln, gammaln

from qianbao.insight.models import bgnbd, capacity, gamma_gamma, pareto_nbd
from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.models.bgnbd import BgNbd
from qianbao.insight.models.gamma_gamma import GammaGamma
from qianbao.insight.models.history import Histories, gathered
from qianbao.insight.models.level import LEVEL
from qianbao.insight.models.rfm import fifths, segment
from qianbao.insight.scores.segments import Segment
from tests.insight.synthetic import customers, households

TRUTH, WORTH = BgNbd(0.6, 5.0, 0.8, 2.5), GammaGamma(6.0, 4.0, 15.0)
WEEKS, AHEAD = 40.0, 20.0


@pytest.fixture(scope="module")
def drawn() -> tuple[Histories, Floats]:
    """Six thousand customers of a known truth."""
    return customers(TRUTH, WORTH, people=6_000, weeks=WEEKS, ahead=AHEAD, seed=1)


def test_bgnbd_finds_the_parameters_that_were_put_in(drawn: tuple[Histories, Floats]) -> None:
    found = bgnbd.fit(drawn[0])
    assert (found.r, found.alpha) == pytest.approx((TRUTH.r, TRUTH.alpha), rel=0.12)
    assert found.a / (found.a + found.b) == pytest.approx(TRUTH.a / (TRUTH.a + TRUTH.b), rel=0.12)
    assert found.log_likelihood(drawn[0]) >= TRUTH.log_likelihood(drawn[0])


def test_gamma_gamma_finds_the_parameters_that_were_put_in(drawn: tuple[Histories, Floats]) -> None:
    found = gamma_gamma.fit(drawn[0])
    assert (found.p, found.q, found.gamma) == pytest.approx((WORTH.p, WORTH.q, WORTH.gamma), rel=0.2)
    assert found.log_likelihood(drawn[0]) >= WORTH.log_likelihood(drawn[0])


def test_bgnbd_expects_in_all_what_came(drawn: tuple[Histories, Floats]) -> None:
    histories, came = drawn
    expected = TRUTH.expected(histories, AHEAD)
    assert expected.sum() == pytest.approx(came.sum(), rel=0.05)
    for low, high in itertools.pairwise((0, 1, 3, 8, 1_000)):
        some = (histories.x >= low) & (histories.x < high)
        assert expected[some].mean() == pytest.approx(came[some].mean(), rel=0.15)


def test_bgnbds_quantiles_hold_the_share_they_promise(drawn: tuple[Histories, Floats]) -> None:
    histories, came = drawn
    low, middle, high = TRUTH.quantiles(histories, AHEAD, (0.05, 0.5, 0.95), np.random.default_rng(2))
    assert ((came >= low) & (came <= high)).mean() >= 0.9
    mean = TRUTH.expected(histories, AHEAD)
    assert np.abs(middle - came).mean() < np.abs(mean - came).mean()


def one_by_one(model: BgNbd, h: Histories) -> float:
    """The log-likelihood as the paper writes it, customer by customer, in plain numbers."""
    total = 0.0
    for x, t_x, t in zip(h.x, h.t_x, h.t, strict=True):
        stays = (
            betaln(model.a, model.b + x) - betaln(model.a, model.b) - (model.r + x) * np.log(model.alpha + t)
        )
        parts = [stays]
        if x > 0:
            left = betaln(model.a + 1, model.b + x - 1) - betaln(model.a, model.b)
            parts.append(left - (model.r + x) * np.log(model.alpha + t_x))
        whole = gammaln(model.r + x) - gammaln(model.r) + model.r * np.log(model.alpha)
        total += whole + np.logaddexp.reduce(parts)
    return float(total)


def test_customers_gathered_give_the_likelihood_of_customers_one_by_one(
    drawn: tuple[Histories, Floats],
) -> None:
    some = drawn[0].of(np.arange(300))
    rounded = Histories(x=some.x, t_x=some.t_x.round(), t=some.t, mean=some.mean)
    assert len(gathered(rounded)[0]) < 300
    assert TRUTH.log_likelihood(rounded) == pytest.approx(one_by_one(TRUTH, rounded), rel=1e-12)


@pytest.mark.parametrize("logs", [[-1.0, 1.5, -0.3, 0.9], [0.3, 0.2, 1.2, 2.0]])
def test_the_gradients_are_those_of_the_likelihoods(
    drawn: tuple[Histories, Floats], logs: list[float]
) -> None:
    some = drawn[0].of(np.arange(500))
    at = np.array(logs)
    rows, known = bgnbd._Rows(*gathered(some)), gamma_gamma._repeaters(some)

    def of_purchases(p: Floats) -> float:
        return rows.negative(p)[0]

    def of_worth(p: Floats) -> float:
        return gamma_gamma._negative(p, *known)[0]

    assert rows.negative(at)[1] == pytest.approx(approx_fprime(at, of_purchases, 1e-7), rel=1e-3, abs=1e-2)
    assert gamma_gamma._negative(at[:3], *known)[1] == pytest.approx(
        approx_fprime(at[:3], of_worth, 1e-7), rel=1e-3, abs=1e-2
    )


def test_pareto_nbd_forecasts_as_well_as_bgnbd(drawn: tuple[Histories, Floats]) -> None:
    histories, came = drawn
    model = pareto_nbd.fit(histories)
    expected = model.expected(histories, AHEAD)
    assert expected.sum() == pytest.approx(came.sum(), rel=0.15)  # the truth is not of its kind
    assert ((model.alive(histories) >= 0) & (model.alive(histories) <= 1)).all()


@pytest.mark.parametrize("model", [TRUTH, BgNbd(1.4, 1.37, 0.028, 27.6), BgNbd(0.2, 4.4, 0.8, 2.4)])
def test_forecasts_are_finite_for_those_who_come_daily_and_those_who_came_once(model: BgNbd) -> None:
    odd = Histories(
        x=np.array([0.0, 0.0, 1.0, 700.0, 3_000.0]),
        t_x=np.array([0.0, 0.0, 0.1, 104.0, 520.0]),
        t=np.array([0.0, 520.0, 520.0, 104.0, 520.0]),
        mean=np.zeros(5),
    )
    expected, alive = model.expected(odd, 4.0), model.alive(odd)
    assert np.isfinite(expected).all()
    assert (expected >= 0).all()
    assert ((alive >= 0) & (alive <= 1)).all()
    assert expected[3] == pytest.approx(700 / 104 * 4, rel=0.3)


def test_a_million_customers_are_fitted_within_twenty_seconds() -> None:
    histories, _ = customers(TRUTH, WORTH, people=2_000, weeks=WEEKS, ahead=0, seed=4)
    days = Histories(x=histories.x, t_x=np.round(histories.t_x * 7) / 7, t=histories.t, mean=histories.mean)
    many = days.of(np.random.default_rng(5).integers(0, 2_000, 1_000_000))
    began = time.perf_counter()
    bgnbd.fit(many)
    assert time.perf_counter() - began < 20


def test_capacitys_intervals_hold_the_share_of_months_they_promise() -> None:
    spent = households(people=1_500, months=13, seed=3)
    low, point, high = capacity.fit(spent[:, :12]).interval(spent[:, :12])
    came = spent[:, 12]
    assert ((came >= low) & (came <= high)).mean() == pytest.approx(LEVEL, abs=0.05)
    assert np.abs(point - came).mean() < np.abs(spent[:, 11] - came).mean()
    assert (low <= point).all()
    assert (point <= high).all()
    assert (low >= 0).all()


def test_capacity_learns_nothing_from_the_month_it_forecasts() -> None:
    spent = households(people=300, months=10, seed=6)
    before = capacity.fit(spent[:, :9]).points(spent[:, :9])
    changed = spent.copy()
    changed[:, 9] = 1e9
    assert (capacity.fit(changed[:, :9]).points(changed[:, :9]) == before).all()


@pytest.mark.parametrize(("people", "months"), [(500, 5), (20, 12), (0, 12)])
def test_capacity_says_when_there_is_too_little_to_learn_from(people: int, months: int) -> None:
    with pytest.raises(NotFitted):
        capacity.fit(households(people=people, months=months, seed=7))


def test_a_model_says_when_there_is_nobody_to_learn_from() -> None:
    nobody = Histories(x=np.zeros(0), t_x=np.zeros(0), t=np.zeros(0), mean=np.zeros(0))
    with pytest.raises(NotFitted):
        gamma_gamma.fit(nobody)
    with pytest.raises(NotFitted):
        bgnbd.fit(nobody)


@given(st.lists(st.floats(0, 1e9), min_size=1, max_size=60))
def test_marks_rise_with_what_is_marked_and_equals_are_marked_alike(values: list[float]) -> None:
    numbers = np.array(values)
    good, bad = fifths(numbers), fifths(numbers, high_is_good=False)
    assert set(good) | set(bad) <= {1, 2, 3, 4, 5}
    assert good.max() == 5
    for (one, mark), (other, mark_of_other) in itertools.combinations(zip(values, good, strict=True), 2):
        assert (
            mark == mark_of_other
            if one == other
            else (one < other) == (mark < mark_of_other) or (mark == mark_of_other)
        )


def test_every_pair_of_marks_has_a_word() -> None:
    words = {(r, f): segment(r, f) for r in range(1, 6) for f in range(1, 6)}
    assert set(words.values()) == set(Segment)
    assert words[5, 5] is Segment.REGULAR
    assert words[5, 1] is Segment.COMING
    assert words[1, 5] is Segment.SLIPPING
    assert words[1, 1] is Segment.ASLEEP
