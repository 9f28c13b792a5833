"""`evaluate uplift` on any table: what is read, what is left out, what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from qianbao.cli.commands import app
from qianbao.errors import QianbaoError
from qianbao.insight.evaluate.figures import Figure
from qianbao.insight.evaluate.trials import NOTHING
from qianbao.insight.evaluate.uplift import Files, evaluate
from qianbao.insight.response.arms import Columns
from tests.insight.response.trials import drawn, written

NAMES = Columns(treatment="coupon", outcome="used")


def silent(_: str) -> None:
    """Whoever does not listen."""


def value(figures: list[Figure], metric: str) -> float:
    """Of the one figure of that name."""
    [one] = [figure for figure in figures if figure.metric == metric]
    return one.value


def test_one_file_is_cross_fitted_and_each_row_scored_in_order(tmp_path: Path) -> None:
    trial = drawn(people=4_000)
    data = written(tmp_path / "trial.csv", trial)
    scores = tmp_path / "scores.csv"
    done = CliRunner().invoke(
        app,
        [
            "insight", "evaluate", "uplift", "--data", str(data), "--treatment", "coupon",
            "--outcome", "used", "--scores", str(scores), "--card", str(tmp_path / "card.md"), "--json",
        ],
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert set(told[0]) == {"name", "metric", "value", "low", "high", "baseline", "split", "seconds"}
    [verdict] = [figure for figure in told if figure["metric"] == "effect_to_target"]
    assert verdict["value"] == 1.0
    card = (tmp_path / "card.md").read_text()
    assert all(f"| {figure['metric']} |" in card for figure in told)
    assert "dealt at random" in card
    rows = duckdb.read_csv(str(scores)).fetchnumpy()
    assert len(rows["score"]) == len(trial)
    moved = trial.x[:, 0] > 0.5
    assert rows["effect"][moved].mean() > rows["effect"][~moved].mean() + 0.1


def test_another_file_is_measured_by_a_model_that_never_saw_its_outcomes(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", drawn(people=4_000, seed=1))
    people = drawn(people=3_000, seed=9)
    test = written(tmp_path / "test.csv", people)
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    figures = evaluate(Files(train=train, test=test), NAMES, scores=first, say=silent)
    assert value(figures, "qini") > 0
    assert value(figures, "average_effect") == pytest.approx(
        people.outcome[people.treated == 1].mean() - people.outcome[people.treated == 0].mean()
    )
    # The same people with their outcomes turned round are scored the same.
    people.outcome[:] = 1 - people.outcome
    evaluate(Files(train=train, test=written(test, people)), NAMES, scores=second, say=silent)
    one, other = (duckdb.read_parquet(str(path)).fetchnumpy() for path in (first, second))
    assert np.array_equal(one["score"], other["score"])


def test_rows_without_an_outcome_are_scored_and_not_measured(tmp_path: Path) -> None:
    train = written(tmp_path / "train.csv", drawn(people=3_000))
    test = tmp_path / "test.csv"
    lines = written(tmp_path / "full.csv", drawn(people=500, seed=7)).read_text().splitlines()
    test.write_text("\n".join([lines[0].replace(",used", ""), *(_without(line, 2) for line in lines[1:])]))
    said: list[str] = []
    scores = tmp_path / "scores.csv"
    assert evaluate(Files(train=train, test=test), NAMES, scores=scores, say=said.append) == []
    assert len(duckdb.read_csv(str(scores)).fetchall()) == 500
    assert "nothing to measure" in said[0]


def _without(line: str, place: int) -> str:
    parts = line.split(",")
    return ",".join(parts[:place] + parts[place + 1 :])


def test_a_column_that_settles_the_outcome_is_left_out_and_named(tmp_path: Path) -> None:
    trial = drawn(people=3_000)
    spent = trial.outcome * np.arange(1, len(trial) + 1) * (np.arange(len(trial)) % 2)
    said: list[str] = []
    data = written(tmp_path / "trial.csv", trial, extra={"spent": spent})
    evaluate(Files(data=data), NAMES, scores=None, say=said.append)
    assert [line.split()[0] for line in said] == ["spent"]


def test_where_all_are_moved_alike_the_words_say_so(tmp_path: Path) -> None:
    data = written(tmp_path / "trial.csv", drawn(people=4_000, moved=0.0, alike=0.8, steep=0.25, seed=2))
    figures = evaluate(Files(data=data), NAMES, scores=None, say=silent)
    assert value(figures, "effect_to_target") == 0.0
    assert all(NOTHING in figure.split for figure in figures)


def _lines(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


REFUSED: dict[str, tuple[Callable[[Path], tuple[Files, Columns]], str]] = {
    "no file": (lambda _: (Files(), NAMES), "insight_files_unclear"),
    "both ways": (lambda at: (Files(data=at, train=at, test=at), NAMES), "insight_files_unclear"),
    "a file that is not there": (lambda at: (Files(data=at / "none.csv"), NAMES), "insight_table_missing"),
    "an empty file": (
        lambda at: (Files(data=_lines(at / "empty.csv", "coupon,used")), NAMES),
        "insight_table_empty",
    ),
    "no such treatment": (
        lambda at: (
            Files(data=written(at / "a.csv", drawn(people=200))),
            Columns(treatment="arm", outcome="used"),
        ),
        "insight_column_missing",
    ),
    "no such column to ignore": (
        lambda at: (
            Files(data=written(at / "b.csv", drawn(people=200))),
            Columns(treatment="coupon", outcome="used", ignored=("spend",)),
        ),
        "insight_column_missing",
    ),
    "three arms and none named": (
        lambda at: (
            Files(data=_lines(at / "c.csv", "coupon,used,x", *(f"{k % 3},{k % 2},{k}" for k in range(99)))),
            NAMES,
        ),
        "insight_treatment_unclear",
    ),
    "a treated value that is not there": (
        lambda at: (
            Files(data=written(at / "d.csv", drawn(people=200))),
            Columns(treatment="coupon", outcome="used", treated="blue"),
        ),
        "insight_treatment_unclear",
    ),
    "a control that is not there": (
        lambda at: (
            Files(data=written(at / "e.csv", drawn(people=200))),
            Columns(treatment="coupon", outcome="used", control="blue"),
        ),
        "insight_treatment_unclear",
    ),
    "an outcome of many values": (
        lambda at: (
            Files(data=_lines(at / "f.csv", "coupon,used,x", *(f"{k % 2},{k % 5},{k}" for k in range(99)))),
            NAMES,
        ),
        "insight_outcome_unclear",
    ),
    "one outcome only": (
        lambda at: (
            Files(data=_lines(at / "g.csv", "coupon,used,x", *(f"{k % 2},0,{k}" for k in range(99)))),
            NAMES,
        ),
        "insight_outcome_one_sided",
    ),
    "an arm of nobody": (
        lambda at: (
            Files(
                data=_lines(
                    at / "h.csv", "coupon,used,x", *(f"{int(k < 9)},{k % 2},{k % 7}" for k in range(99))
                )
            ),
            NAMES,
        ),
        "insight_arms_too_small",
    ),
    "nothing known before": (
        lambda at: (
            Files(data=_lines(at / "i.csv", "coupon,used", *(f"{k % 2},{(k // 2) % 2}" for k in range(400)))),
            NAMES,
        ),
        "insight_nothing_to_learn_from",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_evaluated_is_refused_with_a_code(tmp_path: Path, case: str) -> None:
    given, code = REFUSED[case]
    files, names = given(tmp_path)
    with pytest.raises(QianbaoError) as refused:
        evaluate(files, names, scores=None, say=silent)
    assert refused.value.code == code


def test_an_arm_is_set_beside_the_one_that_is_named(tmp_path: Path) -> None:
    trial = drawn(people=3_000)
    rows = written(tmp_path / "trial.csv", trial).read_text().splitlines()
    third = [line.replace(",no,", ",mail,", 1) if at % 4 == 0 else line for at, line in enumerate(rows)]
    data = _lines(tmp_path / "arms.csv", *third)
    names = Columns(treatment="coupon", outcome="used", treated="yes", control="no")
    scores = tmp_path / "scores.parquet"
    figures = evaluate(Files(data=data), names, scores=scores, say=silent)
    mailed = sum(",mail," in line for line in third)
    assert figures[0].split.startswith(f"{3_000 - mailed:,} people")
    found = duckdb.read_parquet(str(scores)).fetchnumpy()["score"]
    assert int(np.isnan(np.ma.filled(found, np.nan)).sum()) == mailed


def test_a_folder_that_is_not_there_is_refused_before_the_fit(tmp_path: Path) -> None:
    with pytest.raises(QianbaoError) as refused:
        evaluate(Files(data=tmp_path / "a.csv"), NAMES, scores=tmp_path / "no" / "b.csv", say=silent)
    assert (refused.value.code, refused.value.field) == ("insight_file_unwritable", "--scores")
