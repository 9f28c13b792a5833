"""Why a score is as it is: the parts add up to it, the words say so, and it leads to records and books."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qianbao.insight.models import capacity
from qianbao.insight.picture.service import ConsentMissing
from qianbao.insight.purposes import Purpose
from qianbao.insight.rights.correction.service import RecordUnknown
from qianbao.insight.rights.reads.store import Reads
from qianbao.insight.rights.reasons import telling
from qianbao.insight.rights.reasons.service import Reasons
from qianbao.insight.scores.models import Score
from qianbao.insight.scores.service import NotScoredYet, Scores
from tests.insight.conftest import House
from tests.insight.rights.test_reads import pictures
from tests.insight.test_picture import buyer
from tests.insight.test_scores import filled

WEIGHTS = {"lately": 0.4, "longer": 0.5, "last_month": -0.1, "fixed_fen": 30_00.0}
SPENT = st.lists(st.integers(0, 10**7), min_size=1, max_size=24).filter(any)


@settings(deadline=None)  # the first example loads NumPy's own
@given(SPENT)
def test_the_parts_of_a_forecast_add_up_to_what_the_model_says(spent: list[int]) -> None:
    first = next(at for at, one in enumerate(spent) if one)
    model = capacity.Capacity(
        weights=np.array(list(WEIGHTS.values())),
        edges=np.zeros(4),
        low=np.zeros(5),
        high=np.zeros(5),
        people=1,
        months=len(spent),
    )
    [point] = model.points(np.array([spent], np.float64))
    assert max(sum(telling.parts(spent[first:], WEIGHTS)), 0.0) == pytest.approx(point, rel=1e-9, abs=1e-6)


@given(SPENT)
def test_what_would_change_is_what_the_model_would_say_then(spent: list[int]) -> None:
    more = sum(telling.parts([*spent[:-1], spent[-1] + telling.MORE], WEIGHTS))
    assert telling.more(spent, WEIGHTS) == pytest.approx(more - sum(telling.parts(spent, WEIGHTS)))


def score(**told: object) -> Score:
    """A score of November."""
    known = {"month": date(2026, 11, 1), "recency_days": 3, "visits": 40, "spent": 1_234_00, "made": 0}
    return Score(person=None, **(known | told))  # type: ignore[arg-type]


def test_each_number_of_a_score_has_its_words_in_both_languages() -> None:
    months = {date(2026, 9, 1): 300_00, date(2026, 10, 1): 500_00}
    found = telling.reasons(
        score(recency=5, frequency=4, monetary=2, alive=0.93, low=1, point=400_00, high=900_00),
        months,
        WEIGHTS,
        scored=date(2026, 11, 19),
    )
    by_name = {one.name: one for one in found}
    assert list(by_name) == ["capacity", "recency", "frequency", "monetary", "still_comes"]
    for one in found:
        assert one.because
        assert one.change
        for words in (*one.because, *one.change):
            assert words.zh
            assert words.en
            assert words.zh != words.en
    last = by_name["capacity"].because[2]
    assert last.en == "Last month you spent ¥500.00: that takes off ¥50.00."
    assert last.zh == "上个月花了 ¥500.00：这一项减 ¥50.00。"
    assert (by_name["capacity"].since, by_name["capacity"].until) == (date(2026, 9, 1), date(2026, 10, 31))
    assert "mark 5 of 5" in by_name["recency"].because[0].en


def test_what_was_not_fitted_is_not_explained() -> None:
    assert telling.reasons(score(), {date(2026, 10, 1): 5}, None, scored=date(2026, 11, 19)) == ()


def reasons(house: House) -> Reasons:
    """Reasons, in the town."""
    scores = Scores(house.town.db, archive=house.archive, clock=house.town.clock)
    reads = Reads(house.town.db, clock=house.town.clock)
    return Reasons(house.town.db, pictures=pictures(house), scores=scores, reads=reads)


async def test_from_a_score_to_its_record_of_ones_own_alone(house: House) -> None:
    person, _, [noodles] = await buyer(house, 12_00)
    other, _, [theirs] = await buyer(house, 30_00)
    await filled(house.town.db, people=60, months=8, seed=51)
    room = reasons(house)
    with pytest.raises(ConsentMissing):
        await room.of(person)
    await pictures(house).say(person, Purpose.PICTURE, granted=True)
    await house.town.db.write("DELETE FROM insight_batch")
    with pytest.raises(NotScoredYet):
        await room.of(person)
    scores = Scores(house.town.db, archive=house.archive, clock=house.town.clock)
    await scores.batch(date(2026, 11, 20))
    found = {one.name: one for one in await room.of(person)}
    assert {"recency", "frequency", "monetary"} <= set(found)
    assert found["recency"].since <= date(2026, 11, 19) <= found["recency"].until
    record = await room.record(person, noodles)
    assert (record.trade, record.own, record.told_category) == (noodles, 12_00, None)
    with pytest.raises(RecordUnknown):
        await room.record(person, theirs)
    with pytest.raises(ConsentMissing):
        await room.record(other, theirs)
