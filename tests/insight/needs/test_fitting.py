"""What the model of needs finds in lives with a known truth, and that nothing of what came is read before."""

from __future__ import annotations

from dataclasses import astuple
from datetime import timedelta

import numpy as np
import pytest

from qianbao.insight.credit import measures
from qianbao.insight.models.arrays import NotFitted
from qianbao.insight.needs import cards, computing, fitting, scoring, signs
from qianbao.insight.needs.models import AHEAD_DAYS, GROUPS, KINDS, OUTCOMES_MIN, PRODUCTS
from tests.insight.needs.lives import TODAY, drawn, fact, kind, person, refunded, snapshot

PEOPLE = 500
ROWS = drawn(PEOPLE, insured=True)
ROUNDS = list(computing.rounds(snapshot(ROWS), TODAY))
FITTED = fitting.fit(ROUNDS[1:])


def test_each_round_is_of_thirty_days_and_the_latest_is_over_today() -> None:
    assert len(ROUNDS) == computing.ROUNDS
    paid = {
        (row["person"], row["category"])
        for row in ROWS
        if TODAY - timedelta(days=AHEAD_DAYS) < row["day"] <= TODAY and row["category"] in KINDS
    }
    known = {row["person"] for row in ROWS if row["day"] <= TODAY - timedelta(days=AHEAD_DAYS)}
    assert ROUNDS[0].came.sum() == len({(one, name) for one, name in paid if one in known})


def test_a_month_not_seen_is_told_as_well_as_the_truth_allows_and_the_chances_are_right() -> None:
    said, came = FITTED.chance(ROUNDS[0].people), ROUNDS[0].came.astype(np.float64)
    for name in ("groceries", "dining", "travel"):
        at = kind(name)
        assert measures.auc(said[:, at], came[:, at]) > 0.85
        assert said[:, at].mean() == pytest.approx(came[:, at].mean(), abs=0.05)
    there = [kind(name) for name in ("groceries", "dining", "travel")]
    assert measures.slope(said[:, there].ravel(), came[:, there].ravel()) == pytest.approx(1, abs=0.2)


def test_a_kind_that_nobody_pays_for_has_no_model() -> None:
    assert FITTED.kinds[kind("education")] is None
    assert np.isnan(FITTED.chance(ROUNDS[0].people)[:, kind("education")]).all()


def test_who_takes_up_a_product_is_told_of_those_who_have_it_not() -> None:
    at = PRODUCTS.index("insurance")
    fitted = fitting.fit(ROUNDS)
    assert [model is None for model in fitted.products] == [name != "insurance" for name in PRODUCTS]
    fresh = ~ROUNDS[0].used[:, at]
    said = fitted.propensity(ROUNDS[0].people)[fresh, at]
    came = ROUNDS[0].adopted[fresh, at].astype(np.float64)
    assert came.sum() >= OUTCOMES_MIN / 2
    assert measures.auc(said, came) > 0.65


def test_of_too_few_people_or_payments_nothing_is_fitted_and_it_says_so() -> None:
    few = list(computing.rounds(snapshot(drawn(40)), TODAY))
    assert few == []
    with pytest.raises(NotFitted, match="0 people with a past; at least 100 are needed"):
        fitting.fit(few)
    everybody = [
        fact(number, person(number), TODAY - timedelta(days=100), category="dining") for number in range(150)
    ]
    with pytest.raises(NotFitted, match="no kind for which 30 people paid, and 30 did not"):
        fitting.fit(list(computing.rounds(snapshot(everybody), TODAY)))


def test_what_is_learnt_after_a_rounds_day_changes_nothing_of_what_is_read_of_it() -> None:
    day = TODAY - timedelta(days=AHEAD_DAYS)
    before = [row for row in ROWS if row["day"] <= day]
    late = [fact(10**6, person(3), day - timedelta(days=9), category="travel") | {"known": ROWS[-1]["known"]}]
    back = [refunded(row, number=10**7 + at, day=TODAY) for at, row in enumerate(before[:50])]
    one = next(computing.rounds(snapshot([*ROWS, *late, *back]), TODAY))
    for was, now in zip(astuple(ROUNDS[0].people), astuple(one.people), strict=True):
        np.testing.assert_array_equal(was, now)


def test_a_payment_that_was_given_back_whole_is_no_outcome() -> None:
    day = TODAY - timedelta(days=3)
    paid = fact(10**6, person(3), day, category="education")
    with_it = next(computing.rounds(snapshot([*ROWS, paid]), TODAY))
    assert with_it.came[:, kind("education")].sum() == 1
    back = refunded(paid, number=10**7, day=TODAY)
    without = next(computing.rounds(snapshot([*ROWS, paid, back]), TODAY))
    assert without.came[:, kind("education")].sum() == 0


def test_effects_of_groups_add_up_to_the_chance() -> None:
    some = scoring.people(snapshot(ROWS), TODAY)
    scored = scoring.scored(FITTED, some)
    rows = scored.rows(0, len(scored))
    assert len(rows) == len(some.persons)
    chance = FITTED.chance(some.people)
    for at, (_, told, effects, *_) in enumerate(rows):
        for place, model in enumerate(FITTED.kinds):
            if model is None:
                assert np.isnan(told[place])
                continue
            odds = model.intercept + sum(effects[place * len(GROUPS) : (place + 1) * len(GROUPS)])
            assert told[place] == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-5)
            assert told[place] == pytest.approx(chance[at, place], abs=1e-6)
    usual = scoring.Done(fitted=FITTED, refused="", scored=(scored,), card=None).usual
    assert usual[kind("dining")] == pytest.approx(np.nanmean(chance[:, kind("dining")]))


def test_the_card_says_what_a_month_not_seen_says_beside_the_own_pace_and_by_group() -> None:
    born = {person(number): 1980 + number % 20 for number in range(PEOPLE)}
    rounds = list(computing.rounds(snapshot(ROWS, born=born), TODAY))
    card = cards.card(fitting.fit(rounds), rounds, made=1)
    found = {measure.metric: measure.value for measure in card.measures}
    assert found["auc"] > 0.8
    assert found["log_loss"] < found["log_loss.own_pace"]
    assert {"forecast.tier.new1", "came.tier.2", "forecast.born.1980s", "came.born.1990s"} <= found.keys()
    assert any("education" in limit for limit in card.limits)
    assert any("fund" in limit for limit in card.limits)


def test_with_one_round_alone_the_card_says_that_it_is_not_measured() -> None:
    card = cards.card(fitting.fit(ROUNDS[:1]), ROUNDS[:1], made=1)
    assert card.measures == ()
    assert any(limit.startswith("Not measured yet") for limit in card.limits)


def test_the_own_pace_is_a_chance_between_none_and_certain() -> None:
    pace = signs.rate(ROUNDS[0].people, kind("dining"))
    assert ((pace > 0) & (pace < 1)).all()
