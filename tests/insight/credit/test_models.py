"""The scorecard and its challenger find what was put in, are as sure as they may be, and say why."""

from __future__ import annotations

import numpy as np
import pytest

from qianbao.insight.credit import logistic, measures, rating, reasons, scorecard, stability
from qianbao.insight.credit.errors import DataDrifted, NothingToLearnFrom, OutcomeOneSided
from qianbao.insight.credit.inputs import Kind, found
from qianbao.insight.credit.rating import Rating
from qianbao.insight.credit.table import Table
from qianbao.insight.models.arrays import Floats
from tests.insight.credit.people import borrowers, crossing, noise, read


@pytest.fixture(scope="module")
def fitted() -> Rating:
    """Both models of 1,500 borrowers."""
    return rating.fit(*borrowers(1_500, seed=1))


@pytest.fixture(scope="module")
def others() -> tuple[Table, Floats]:
    """Borrowers of the same town whom no model has seen."""
    return borrowers(3_000, seed=2)


def test_names_constants_and_numbers_of_rows_are_no_inputs() -> None:
    table, _ = borrowers(500, seed=1)
    inputs = found(table)
    assert inputs.left_out == {"row_id": "counts the rows", "name": "names the rows", "currency": "constant"}
    assert inputs.kinds["branch"] is Kind.CATEGORY
    assert inputs.kinds["income"] is Kind.NUMBER


def test_both_models_come_near_to_the_truth_and_are_calibrated(
    fitted: Rating, others: tuple[Table, Floats]
) -> None:
    table, yes = others
    scored = fitted.score(table)
    for said in (scored.scorecard, scored.challenger):
        assert measures.auc(said, yes) > 0.7
        assert measures.off(said, yes) < 0.04
        # Of 1,500 people a slope is known to a tenth; and five models together know more than each by
        # which they were set right: of few people the challenger is a little less sure than it may be.
        assert measures.slope(said, yes) == pytest.approx(1, abs=0.3)
        assert said.mean() == pytest.approx(yes.mean(), abs=0.03)


def test_the_columns_that_drive_the_outcome_weigh_most_on_the_card(fitted: Rating) -> None:
    reach = {
        one.name: weight * (one.woe.max() - one.woe.min())
        for one, weight in zip(fitted.card.columns, fitted.card.weights, strict=True)
    }
    assert max(reach, key=lambda name: reach[name]) == "missed_payments"
    assert reach.get("noise", 0.0) < 0.2
    assert reach.get("sex", 0.0) < 0.2


def test_no_weight_is_negative(fitted: Rating) -> None:
    assert (fitted.card.weights >= 0).all()


def test_the_points_of_columns_add_up_and_twenty_double_the_odds(
    fitted: Rating, others: tuple[Table, Floats]
) -> None:
    people = fitted.inputs.read(others[0])
    points = fitted.card.points(people)
    assert points == pytest.approx(fitted.card.base + fitted.card.parts(people).sum(axis=1))
    assert scorecard.points(np.array([-np.log(50.0)])) == pytest.approx([600])
    assert scorecard.points(np.array([-np.log(100.0)])) == pytest.approx([620])


def test_random_columns_tell_nothing_and_the_interval_says_so() -> None:
    fit_on, others = noise(600, columns=6, seed=3), noise(600, columns=6, seed=4)
    scored = rating.fit(*fit_on).score(others[0])
    for said in (scored.scorecard, scored.challenger):
        ranked = measures.Ranked(said, others[1])
        low, high = measures.interval(600, ranked.auc)
        assert low <= 0.5 <= high
        assert ranked.auc() == pytest.approx(0.5, abs=0.06)


def test_the_challenger_finds_what_no_column_tells_alone() -> None:
    learn, others = crossing(800, seed=5), crossing(800, seed=6)
    scored = rating.fit(*learn).score(others[0])
    assert measures.auc(scored.challenger, others[1]) > measures.auc(scored.scorecard, others[1]) + 0.1


def test_a_fit_repeats_itself() -> None:
    table, yes = borrowers(300, seed=7)
    one, other = (rating.fit(table, yes).score(table) for _ in range(2))
    assert (one.challenger == other.challenger).all()
    assert (one.points == other.points).all()


def test_reasons_name_the_driver_and_what_would_change_it(fitted: Rating) -> None:
    table, _ = borrowers(400, seed=8)
    missed = np.where(np.arange(400) < 5, 4.0, 0.0)
    people = fitted.inputs.read(table.beside({"missed_payments": missed}))
    told = reasons.reasons(fitted.card, people, derived=fitted.inputs.derived)
    odds = fitted.card.odds(people)
    for person in range(5):
        first = told[person][0]
        assert first.column == "missed_payments"
        assert first.points > 5
        assert first.change is not None
        assert "missed_payments" in first.said["en"]
        assert "分" in first.said["zh"]
        assert first.probability_then is not None
        assert first.probability_then < logistic.expit(odds)[person]
    assert all(one.column != "missed_payments" for person in told[5:] for one in person)


def test_what_a_change_promises_is_what_the_card_then_says(fitted: Rating) -> None:
    table, _ = borrowers(50, seed=9)
    table = table.beside({"missed_payments": np.full(50, 4.0)})
    before = fitted.inputs.read(table)
    first = reasons.reasons(fitted.card, before)[0][0]
    assert first.column == "missed_payments"
    better = {
        value: fitted.card.points(fitted.inputs.read(table.beside({"missed_payments": np.full(50, value)})))
        for value in (0.0, 1.0, 2.0, 3.0)
    }
    gains = [points[0] - fitted.card.points(before)[0] for points in better.values()]
    # Columns made of this one move with it: the promise is of this one alone.
    assert 0 < first.gain <= max(gains) + 1


def test_nobody_is_advised_to_change_their_sex() -> None:
    table, yes = borrowers(800, seed=10)
    sex = np.where(yes == 1, "f", "m").astype(object)
    sex[::5] = "m"
    fit = rating.fit(table.beside({"sex": sex}), yes)
    told = reasons.reasons(fit.card, fit.inputs.read(table.beside({"sex": sex})))
    of_sex = [one for person in told for one in person if one.column == "sex"]
    assert of_sex
    assert all(one.change is None for one in of_sex)


def test_people_alike_are_scored_and_people_who_drifted_are_refused(
    fitted: Rating, others: tuple[Table, Floats]
) -> None:
    table, _ = others
    assert fitted.portrait.moved(fitted.card.odds(fitted.inputs.read(table))) < 0.02
    fitted.score(table.at(np.arange(60)))
    moved = table.beside({"missed_payments": np.asarray(table.columns["missed_payments"], np.float64) + 3})
    with pytest.raises(DataDrifted, match="missed_payments"):
        fitted.score(moved)
    assert len(fitted.score(moved, psi_max=None).points) == table.rows


def test_columns_that_are_missing_and_values_never_seen_are_scored(
    fitted: Rating, others: tuple[Table, Floats]
) -> None:
    table, yes = others
    table = table.without("income", "noise").beside(
        {"branch": np.full(table.rows, "overseas", dtype=object), "new": np.ones(table.rows)}
    )
    scored = fitted.score(table, psi_max=None)
    assert np.isfinite(scored.challenger).all()
    assert measures.auc(scored.challenger, yes) > 0.65


def test_psi_is_nothing_for_the_same_and_grows_with_distance() -> None:
    same = np.full(10, 0.1)
    moved = np.array([0.3] + [0.7 / 9] * 9)
    further = np.array([0.6] + [0.4 / 9] * 9)
    assert stability.psi(same, same) == 0
    assert 0 < stability.psi(same, moved) < stability.psi(same, further)
    assert stability.psi(same, moved) == pytest.approx(stability.psi(moved, same))


def test_too_few_of_one_outcome_and_too_little_to_learn_from_are_refused() -> None:
    table, yes = borrowers(100, seed=11)
    with pytest.raises(OutcomeOneSided):
        rating.fit(table, np.zeros(100))
    with pytest.raises(NothingToLearnFrom):
        rating.fit(Table(columns={"same": np.ones(100)}, rows=100), yes)


def test_a_tiny_table_is_rated() -> None:
    table, yes = borrowers(60, seed=12)
    yes[:8], yes[-8:] = 1.0, 0.0
    assert np.isfinite(rating.fit(table, yes).score(table, psi_max=None).challenger).all()


def test_repeated_months_make_columns_of_their_own() -> None:
    random = np.random.default_rng(13)
    months = {f"bill_{month}": random.gamma(2, 3_000, 800) for month in range(1, 6)}
    people = read(Table(columns={**months, "credit_limit": random.gamma(3, 9_000, 800)}, rows=800))
    mean = np.mean(list(months.values()), axis=0)
    assert people.numbers["bill mean"] == pytest.approx(mean)
    ratio = people.numbers["bill mean_to credit_limit"] * people.numbers["credit_limit"]
    assert ratio == pytest.approx(mean)


@pytest.mark.parametrize("seed", range(3))
def test_auc_and_ks_are_those_of_their_definition(seed: int) -> None:
    random = np.random.default_rng(seed)
    score, yes = random.integers(0, 20, 200).astype(np.float64), (random.random(200) < 0.4).astype(np.float64)
    pairs = score[yes == 1][:, None] - score[yes == 0][None, :]
    assert measures.auc(score, yes) == pytest.approx((pairs > 0).mean() + (pairs == 0).mean() / 2)
    apart = [abs((score[yes == 1] <= cut).mean() - (score[yes == 0] <= cut).mean()) for cut in range(20)]
    assert measures.ks(score, yes) == pytest.approx(max(apart))
