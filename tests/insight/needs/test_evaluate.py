"""Needs on real baskets: better than the person's own pace, in a month that was not seen."""

from __future__ import annotations

from datetime import date

import pytest

from qianbao.insight.evaluate import needs
from qianbao.insight.evaluate.figures import Asked, DataMissing, WindowEmpty


def test_the_departments_that_households_need_next_are_told_beyond_their_own_pace() -> None:
    found = {figure.metric: figure for figure in needs.evaluate(Asked())}
    assert found["auc"].value == pytest.approx(0.838, abs=0.004)
    beyond = found["auc.beyond_own_pace"]
    assert beyond.low is not None
    assert beyond.low > 0.015
    less = found["log_loss.beyond_own_pace"]
    assert less.high is not None
    assert less.high < -0.02
    assert found["calibration_slope"].value == pytest.approx(1, abs=0.08)
    each = [figure for name, figure in found.items() if name.startswith("auc.") and "_pace" not in name]
    assert len([figure for figure in each if figure.baseline is not None]) == len(needs.DEPARTMENTS)
    assert all(figure.value > figure.baseline for figure in each if figure.baseline is not None)


@pytest.mark.parametrize(
    ("since", "until"),
    [(date(2017, 1, 15), None), (date(2018, 1, 1), None), (date(2017, 12, 1), date(2017, 12, 14))],
)
def test_a_window_without_a_past_or_an_end_is_refused(since: date, until: date | None) -> None:
    with pytest.raises(WindowEmpty):
        needs.evaluate(Asked(since=since, until=until))


def test_a_folder_without_the_set_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(DataMissing):
        needs.evaluate(Asked(data=tmp_path_factory.mktemp("empty")))
