"""Published results are found again, by the command that anybody may run."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from qianbao.insight.evaluate import bitcoinotc, capacity, cdnow, hillstrom
from qianbao.insight.evaluate.figures import (
    Asked,
    DataMissing,
    DataUnreadable,
    Figure,
    WindowEmpty,
)
from qianbao.insight.evaluate.trials import NOTHING
from tests.insight.synthetic import customers, purchases
from tests.insight.test_models import TRUTH, WORTH
from tests.tidy.source import ROOT

CDNOW = ROOT.parent / "shared" / "data" / "cdnow"
"""Where the set may lie: in a folder of data beside the checkout."""


def found(figures: list[Figure], metric: str, split: str = "") -> Figure:
    """The one figure of that name."""
    [one] = [figure for figure in figures if figure.metric == metric and figure.split.startswith(split)]
    return one


@pytest.fixture(scope="module")
def figures() -> list[Figure]:
    """Every figure of the CDNOW set."""
    if not CDNOW.is_dir():
        pytest.skip("the CDNOW set is not beside the checkout (../shared/data/cdnow)")
    return cdnow.evaluate(Asked(data=CDNOW))


@pytest.mark.parametrize(
    ("metric", "printed", "digits"),
    [
        ("bgnbd.r", 0.243, 3),
        ("bgnbd.alpha", 4.414, 3),
        ("bgnbd.a", 0.793, 3),
        ("bgnbd.b", 2.426, 3),
        ("bgnbd.log_likelihood", -9582.4, 1),
        ("pareto_nbd.r", 0.553, 3),
        ("pareto_nbd.alpha", 10.578, 3),
        ("pareto_nbd.s", 0.606, 3),
        ("pareto_nbd.log_likelihood", -9595.0, 1),
        ("gamma_gamma.p", 6.25, 2),
        ("gamma_gamma.q", 3.74, 2),
    ],
)
def test_every_printed_digit_of_cdnow_is_found_again(
    figures: list[Figure], metric: str, printed: float, digits: int
) -> None:
    figure = found(figures, metric)
    assert round(figure.value, digits) == printed
    assert figure.baseline == printed


def test_the_last_printed_digits_of_flat_parameters_are_the_authors_optimisers(figures: list[Figure]) -> None:
    # Both likelihoods are flat here: the printed beta and gamma have a lower one than ours, not a higher one.
    assert found(figures, "pareto_nbd.beta").value == pytest.approx(11.669, abs=0.002)
    assert found(figures, "gamma_gamma.gamma").value == pytest.approx(15.44, abs=0.01)


def test_the_median_forecast_misses_less_than_the_mean_of_bgnbd(figures: list[Figure]) -> None:
    assert found(figures, "bgnbd.mae", "sample").value == pytest.approx(0.7855, abs=5e-5)
    assert found(figures, "bgnbd.rmse", "sample").value == pytest.approx(1.6080, abs=5e-5)
    median = found(figures, "bgnbd_median.mae", "sample")
    assert median.high is not None
    assert median.high < 0.7855


def as_cdnow(folder: Path, *, people: int) -> Path:
    """A set in the form of CDNOW's, drawn from a known truth."""
    histories, _ = customers(TRUTH, WORTH, people=people, weeks=39, ahead=0, seed=8)
    rows = zip(histories.x, histories.t_x, histories.t, histories.mean, strict=True)
    lines = [f"{id},{x:.0f},{t_x:.2f},{t:.2f},{mean:.2f}" for id, (x, t_x, t, mean) in enumerate(rows, 1)]
    (folder / cdnow.SUMMARY).write_text("ID,x,t_x,T,zbar\n" + "\n".join(lines))
    start = date(1997, 1, 1).toordinal()
    bought = purchases(TRUTH, people=people, days=540, seed=9)
    days = [f"{one},{date.fromordinal(start + day)},1,{5 + (one + day) % 50}.00" for one, day in bought]
    days.insert(0, "customer_id,date,cds,dollars")
    for name in cdnow.SETS.values():
        (folder / name).write_bytes(gzip.compress("\n".join(days).encode()))
    return folder


def test_any_folder_of_the_same_form_is_evaluated_with_a_window_of_its_own(tmp_path: Path) -> None:
    asked = Asked(data=as_cdnow(tmp_path, people=400), since=date(1997, 9, 1), until=date(1997, 12, 31))
    told = cdnow.evaluate(asked)
    assert found(told, "bgnbd.mae", "sample").split == "sample, before 1997-09-01 -> 1997-09-01 to 1997-12-31"
    later = cdnow.evaluate(Asked(data=tmp_path, since=date(1997, 9, 1), until=date(1997, 9, 30)))
    assert found(later, "bgnbd.total", "sample").value < found(told, "bgnbd.total", "sample").value


def test_what_cannot_be_evaluated_says_why(tmp_path: Path) -> None:
    with pytest.raises(DataMissing):
        cdnow.evaluate(Asked())
    with pytest.raises(DataMissing):
        cdnow.evaluate(Asked(data=tmp_path))
    as_cdnow(tmp_path, people=50)
    with pytest.raises(WindowEmpty):
        cdnow.evaluate(Asked(data=tmp_path, since=date(1990, 1, 1)))
    with pytest.raises(WindowEmpty):
        cdnow.evaluate(Asked(data=tmp_path, since=date(1998, 1, 1), until=date(1997, 12, 31)))
    (tmp_path / cdnow.SUMMARY).write_text("a,b\n1,2\n")
    with pytest.raises(DataUnreadable):
        cdnow.evaluate(Asked(data=tmp_path))


def test_capacity_holds_on_months_of_the_household_baskets_that_it_has_not_seen() -> None:
    told = capacity.evaluate(Asked())
    months = [figure for figure in told if figure.metric == "coverage_80"]
    assert [figure.split for figure in months] == [
        f"before 2017-{month} -> 2017-{month}" for month in (10, 11, 12)
    ]
    for figure in months:
        assert figure.value == pytest.approx(0.8, abs=0.035)
        mix = found(told, "mix.mae_yuan", figure.split)
        assert mix.baseline is not None
        assert mix.value < found(told, "bgnbd_gamma_gamma.mae_yuan", figure.split).value < mix.baseline


def test_capacity_of_a_window_without_a_past_is_refused() -> None:
    with pytest.raises(WindowEmpty):
        capacity.evaluate(Asked(since=date(2017, 1, 1), until=date(2017, 3, 1)))


def beside(name: str) -> Asked:
    """A set that lies in the folder of data beside the checkout."""
    folder = CDNOW.parent / name
    if not folder.is_dir():
        pytest.skip(f"the {name} set is not beside the checkout (../shared/data/{name})")
    return Asked(data=folder)


def test_the_womens_e_mail_has_an_effect_to_target_and_the_mens_has_none() -> None:
    told = hillstrom.evaluate(beside("hillstrom"))
    assert found(told, "womens.uplift_at_30").value >= 0.074
    assert found(told, "womens.qini").value >= 0.0078
    assert found(told, "womens.effect_to_target").value == 1.0
    mens = found(told, "mens.effect_to_target")
    assert (mens.value, NOTHING in mens.split) == (0.0, True)


def test_who_rates_a_newcomer_says_more_than_the_newcomer_does() -> None:
    told = bitcoinotc.evaluate(beside("bitcoinotc"))
    for source in ("+ rater", "+ neighbours"):
        adds = found(told, f"joined: {source}, adds")
        assert adds.low is not None
        assert adds.low > 0
