"""`qianbao insight evaluate credit` and the known sets, from the command line."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from qianbao.cli.commands import app
from qianbao.errors import QianbaoError
from qianbao.insight.credit import measures, rating
from qianbao.insight.credit.folds import folds
from qianbao.insight.credit.table import Table
from qianbao.insight.evaluate import berka, ratings, rejected
from qianbao.insight.evaluate.figures import Asked, DataMissing, WindowEmpty
from qianbao.insight.models.arrays import Floats
from tests.insight.credit.people import borrowers
from tests.tidy.source import ROOT

DATA = ROOT.parent / "shared" / "data"
"""Where the sets may lie: in a folder of data beside the checkout."""


def kept(path: Path, table: Table, yes: Floats | list[str | None], target: str = "default") -> Path:
    """The people as a file, with their outcome."""
    columns: dict[str, Any] = {name: pyarrow.array(values.tolist()) for name, values in table.columns.items()}
    columns[target] = yes if isinstance(yes, list) else ["yes" if one else "no" for one in yes]
    made = pyarrow.table(columns)
    if path.suffix == ".csv":
        rows = made.to_pylist()
        with path.open("w", encoding="utf-8", newline="") as out:
            lines = csv.DictWriter(out, list(columns))
            lines.writeheader()
            lines.writerows(
                {name: "" if value is None or value != value else value for name, value in row.items()}
                for row in rows
            )
    else:
        parquet.write_table(made, path)
    return path


def evaluated(*arguments: object) -> list[dict[str, Any]]:
    """The figures that the command prints."""
    done = CliRunner().invoke(app, ["insight", "evaluate", *map(str, arguments), "--json"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def value(figures: list[dict[str, Any]], metric: str) -> float:
    [one] = [figure["value"] for figure in figures if figure["metric"] == metric]
    return float(one)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_any_table_is_rated_and_each_row_scored_in_order(tmp_path: Path, ending: str) -> None:
    table, yes = borrowers(600, seed=1)
    others, truth = borrowers(700, seed=2)
    train = kept(tmp_path / f"train.{ending}", table, yes)
    test = kept(tmp_path / f"test.{ending}", others.without("noise"), truth)
    scores, card, reasons = tmp_path / f"scores.{ending}", tmp_path / "card.md", tmp_path / "reasons.jsonl"
    figures = evaluated(
        "credit", "--train", train, "--test", test, "--target", "default", "--scores", scores,
        "--card", card, "--reasons", reasons,
    )  # fmt: skip
    assert {"name", "metric", "value", "low", "high", "baseline", "split", "seconds"} <= set(figures[0])
    rows = (
        parquet.read_table(scores).to_pylist()
        if ending == "parquet"
        else list(csv.DictReader(scores.open(encoding="utf-8")))
    )
    assert len(rows) == 700
    for model in ("scorecard", "challenger"):
        said = np.array([float(row[model]) for row in rows])
        assert ((said > 0) & (said < 1)).all()
        assert measures.auc(said, truth) == pytest.approx(value(figures, f"{model}.auc"))
        assert value(figures, f"{model}.auc") > 0.7
    told = [json.loads(line) for line in reasons.read_text(encoding="utf-8").splitlines()]
    assert [one["row"] for one in told] == list(range(1, 701))
    assert [one["points"] for one in told] == [round(float(row["points"])) for row in rows]
    assert all(set(reason["said"]) == {"en", "zh"} for one in told for reason in one["reasons"])
    text = card.read_text(encoding="utf-8")
    for words in ("600 people", "sex: f", "missed_payments", "Limits", "challenger.auc"):
        assert words in text


def test_rows_without_an_outcome_are_scored_and_not_learnt_from(tmp_path: Path) -> None:
    table, yes = borrowers(400, seed=3)
    words: list[str | None] = ["bad" if one else "good" for one in yes]
    train = kept(tmp_path / "train.parquet", table, [None, *words[1:]])
    test = kept(tmp_path / "test.parquet", table.at(np.arange(100)), [*words[:60], *[None] * 40])
    scores = tmp_path / "scores.csv"
    figures = evaluated("credit", "--train", train, "--test", test, "--target", "default", "--scores", scores)
    assert figures[0]["split"] == "399 people -> 60 others; yes is 'bad'"
    assert len(scores.read_text().splitlines()) == 101


@pytest.mark.parametrize("outcomes", ["none", "unknown"])
def test_people_without_any_outcome_are_scored_and_nothing_is_measured(tmp_path: Path, outcomes: str) -> None:
    table, yes = borrowers(400, seed=9)
    train, scores = kept(tmp_path / "train.parquet", table, yes), tmp_path / "scores.parquet"
    few, gaps = table.at(np.arange(50)), list[str | None]([None] * 50)
    test = kept(tmp_path / "test.csv", few, gaps, target="default" if outcomes == "unknown" else "x")
    given = ("credit", "--train", train, "--test", test, "--target", "default", "--scores", scores)
    assert evaluated(*given) == []
    assert parquet.read_table(scores).num_rows == 50
    with pytest.raises(QianbaoError) as refused:  # a card is of what was measured
        evaluated(*given, "--card", tmp_path / "card.md")
    assert refused.value.field == ("--test" if outcomes == "unknown" else "--target")


def test_a_column_that_is_left_out_is_no_input(tmp_path: Path) -> None:
    table, yes = borrowers(500, seed=4)
    path = kept(tmp_path / "people.csv", table.beside({"leak": yes}), yes)
    figures = evaluated(
        "credit", "--train", path, "--test", path, "--target", "default", "--leave-out", "leak"
    )
    assert value(figures, "scorecard.auc") < 0.95


def test_people_who_drifted_are_refused_where_a_bound_is_named(tmp_path: Path) -> None:
    table, yes = borrowers(500, seed=5)
    train = kept(tmp_path / "train.csv", table, yes)
    missed = np.asarray(table.columns["missed_payments"], np.float64)
    test = kept(tmp_path / "test.csv", table.beside({"missed_payments": missed + 4}), yes)
    given = ("credit", "--train", train, "--test", test, "--target", "default")
    with pytest.raises(QianbaoError) as refused:
        evaluated(*given, "--psi-max", "0.25")
    assert refused.value.code == "insight_data_drifted"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--target", "nothing"), "insight_column_missing"),
        (("--target", "branch"), "insight_outcome_unclear"),
        (("--target", "currency"), "insight_outcome_one_sided"),
        (("--target", "default", "--positive", "maybe"), "insight_outcome_unclear"),
        (("--target", "default", "--test", "nowhere.csv"), "insight_table_missing"),
        (("--target", "default", "--leave-out", "nothing"), "insight_column_missing"),
        (("--target", "default", "--scores", "/no/such/folder/scores.csv"), "insight_file_unwritable"),
    ],
)
def test_bad_input_is_refused_with_a_code(tmp_path: Path, arguments: tuple[str, ...], code: str) -> None:
    path = kept(tmp_path / "people.csv", *borrowers(120, seed=6))
    with pytest.raises(QianbaoError) as refused:
        evaluated("credit", "--train", path, "--test", path, *arguments)
    assert refused.value.code == code


def as_german(folder: Path) -> Path:
    """A set in the form of a known one, its outcome partly held out."""
    table, yes = borrowers(260, seed=7)
    words: list[str | None] = ["bad" if one else "good" for one in yes]
    kept(folder / "german.parquet", table, [*words[:250], *[None] * 10], target="creditability")
    return folder


def test_a_known_set_of_the_same_form_is_evaluated_without_its_held_out_rows(tmp_path: Path) -> None:
    figures = evaluated("german", "--data", as_german(tmp_path), "--repeats", 1)
    assert figures[0]["split"].startswith("250 people, 5 folds, dealt 1 times")
    assert value(figures, "challenger.auc") > 0.6
    [auc] = [one for one in figures if one["metric"] == "scorecard.auc"]
    assert auc["low"] <= auc["value"] <= auc["high"]


def test_a_set_that_is_absent_or_has_no_dates_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataMissing):
        ratings.evaluate("taiwan", Asked(data=tmp_path))
    with pytest.raises(QianbaoError) as refused:
        evaluated("german", "--data", as_german(tmp_path), "--from", "2020-01-01")
    assert refused.value.code == WindowEmpty.code


def test_a_card_of_the_accepted_alone_is_worse_than_one_that_saw_everybody() -> None:
    table, yes = borrowers(2_000, seed=8)
    found = {one.metric: one for one in rejected.evaluate("simulated", table, yes)}
    whole = found["rejects_simulated.all_outcomes_known.auc"]
    alone = found["rejects_simulated.accepted_only.auc"]
    assert alone.value <= whole.value + 0.01
    assert "SIMULATED" in alone.split
    told = found["rejects_simulated.accepted_only.mean_probability"]
    inferred = found["rejects_simulated.augmented.mean_probability"]
    assert told.baseline is not None
    assert abs(inferred.value - told.baseline) < abs(told.value - told.baseline) + 0.02


def test_nothing_of_a_berka_loan_is_learnt_from_the_day_on_which_it_was_granted() -> None:
    if not (DATA / "berka").is_dir():
        pytest.skip("the Berka set is not beside the checkout (../shared/data/berka)")
    people, granted, yes = berka.loans(Asked(data=DATA / "berka"))
    assert people.rows == len(granted) == 682
    assert np.isnan(yes).sum() > 0
    ago = np.asarray(people.columns["days_since_income"], np.float64)
    assert np.nanmin(ago) >= 1
    bare = berka.transactions(people)
    assert not [name for name in bare.columns if name.startswith(("loan_", "terms")) or "per_loan" in name]


def test_a_fifth_of_the_published_german_set_is_rated_by_a_model_of_the_others() -> None:
    if not (DATA / "german").is_dir():
        pytest.skip("the German set is not beside the checkout (../shared/data/german)")
    known = ratings.SETS["german"]
    people, yes = ratings.rows(known, DATA / "german" / known.file)
    inside, outside = next(iter(folds(yes, 5, seed=0)))
    scored = rating.fit(people.at(inside), yes[inside]).score(people.at(outside))
    for said in (scored.scorecard, scored.challenger):
        assert measures.auc(said, yes[outside]) > 0.7
