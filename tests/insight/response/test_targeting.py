"""Whom treatment moves is found where it was put in, and nothing is found where nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from qianbao.insight.response.logistic import shared, two_models
from qianbao.insight.response.models import Trial, dealt
from qianbao.insight.response.ranking import worth
from qianbao.insight.response.targeting import Crossed, crossed, fit
from tests.insight.response.trials import drawn


@pytest.fixture(scope="module")
def moved() -> tuple[Trial, Crossed]:
    """People of whom some are moved much more than others."""
    trial = drawn()
    return trial, crossed(trial, repeats=1)


def differ(trial: Trial, scores: Crossed) -> bool:
    """Whether there is an effect to target."""
    return worth(scores.score, trial.treated, trial.outcome).to_target()


def test_those_who_are_moved_are_ranked_first(moved: tuple[Trial, Crossed]) -> None:
    trial, scores = moved
    first = np.argsort(-scores.score)[: len(trial) * 3 // 10]
    assert trial.x[first, 0].mean() > 0.95
    found = worth(scores.score, trial.treated, trial.outcome).metrics()
    assert found["gain_at_30"].low > 0
    assert found["qini"].low > 0
    assert differ(trial, scores)


def test_the_effect_that_was_put_in_is_found_in_points_and_in_odds(moved: tuple[Trial, Crossed]) -> None:
    trial, scores = moved
    model = shared(trial)
    assert model.moved[1] == pytest.approx(1.4, abs=0.25)
    assert np.abs(model.moved[2:]).max() < 0.15
    truth = 0.5 + 1.4 * (trial.x[:, 0] - 0.4)
    plain = -1.8 + 0.7 * trial.x[:, 1]
    points = 1 / (1 + np.exp(-plain - truth)) - 1 / (1 + np.exp(-plain))
    assert scores.effect.mean() == pytest.approx(points.mean(), abs=0.015)
    assert np.corrcoef(scores.effect, points)[0, 1] > 0.95


def test_where_all_are_moved_alike_there_is_no_effect_to_target() -> None:
    # Who comes often gains some more points by the same push; nobody is hardly moved, so nobody is spared.
    for seed in range(4):
        trial = drawn(people=5_000, moved=0.0, alike=0.9, steep=0.25, seed=seed)
        assert not differ(trial, crossed(trial, repeats=1))


def test_of_people_moved_alike_in_odds_those_who_come_often_are_ranked_first() -> None:
    trial = drawn(people=5_000, moved=0.0, alike=0.9)
    model = fit(trial)
    assert not model.by_odds
    assert np.abs(model.model.moved[1:]).max() < 0.2
    assert np.corrcoef(model.score(trial.x), trial.x[:, 1])[0, 1] > 0.8


def test_a_treatment_that_does_nothing_has_no_effect_to_target() -> None:
    trial = drawn(moved=0.0, alike=0.0, seed=3)
    scores = crossed(trial, repeats=1)
    assert not differ(trial, scores)
    effect = worth(scores.score, trial.treated, trial.outcome).metrics()["average_effect"]
    assert effect.low < 0 < effect.high


def test_a_random_score_does_not_look_positive() -> None:
    trial = drawn()
    random = np.random.default_rng(4)
    drawn_up = 0
    for seed in range(40):
        score = random.random(len(trial))
        ranking = worth(score, trial.treated, trial.outcome, draws=100, seed=seed)
        assert not ranking.to_target()
        found = ranking.metrics()
        drawn_up += found["qini"].low > 0
        assert abs(found["qini"].value) < 0.02
    # One in forty may, by chance, lie above its own interval of 95 %.
    assert drawn_up <= 4


def test_signs_that_say_nothing_find_nothing_even_where_people_differ() -> None:
    found = 0
    for seed in range(6):
        trial = drawn(people=3_000, seed=seed)
        blind = Trial(x=trial.x[:, 2:], treated=trial.treated, outcome=trial.outcome)
        scores = crossed(blind, folds=3, repeats=1)
        found += differ(trial, scores)
    assert found <= 1


def test_a_score_of_one_value_ranks_nobody() -> None:
    trial = drawn(people=4_000)
    found = worth(np.ones(len(trial)), trial.treated, trial.outcome).metrics()
    assert found["qini"].low < 0 < found["qini"].high
    assert found["auuc"].value == pytest.approx(found["average_effect"].value / 2, abs=0.02)


def test_qini_and_uplift_are_those_of_the_definitions() -> None:
    # Ten people, ranked; by hand: treated 1 and control 0 in the first four, the rest alike.
    treated = np.array([1, 0, 1, 0, 1, 0, 1, 0, 1, 0], np.float64)
    outcome = np.array([1, 0, 1, 0, 0, 0, 0, 0, 0, 0], np.float64)
    score = np.arange(10, 0, -1.0)
    found = worth(score, treated, outcome, draws=2).metrics()
    assert found["average_effect"].value == pytest.approx(2 / 5)
    assert found["uplift_at_30"].value == pytest.approx(1.0)
    assert found["gain_at_30"].value == pytest.approx(3 / 5)
    added = np.array([1, 1, 2, 2, 2, 2, 2, 2, 2, 2]) / 5
    line = np.arange(1, 11) / 10 * 2 / 5
    assert found["qini"].value == pytest.approx(float((added - line).mean()))


def test_everybody_is_left_aside_once_and_each_part_has_its_share_of_each_arm() -> None:
    trial = drawn(people=1_000)
    parts = dealt(trial, 5, seed=0)
    assert sorted(np.concatenate(parts).tolist()) == list(range(1_000))
    assert {len(part) for part in parts} == {200}
    rates = [float(trial.treated[part].mean()) for part in parts]
    assert max(rates) - min(rates) < 0.02


def test_two_models_are_a_regression_of_each_arm() -> None:
    trial = drawn(people=6_000, moved=0.0, alike=0.0, seed=5)
    model = two_models(trial)
    assert model.treated[2] == pytest.approx(0.7, abs=0.12)
    assert np.abs(model.effect(trial.x)).mean() < 0.04
