"""`qianbao insight features` and `synth`, and a notebook beside a network that runs."""

from __future__ import annotations

import contextlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import qianbao.insight as insight
from qianbao.cli.commands import app
from qianbao.errors import QianbaoError
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.records.parquet import pq
from tests.api.test_paying import pay, trade
from tests.live import started


def asked(*words: str) -> Any:
    """What a command says, as JSON; a refusal is raised."""
    result = CliRunner().invoke(app, ["insight", *words, "--json"])
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)


async def test_features_of_a_running_network_are_built_and_read_in_a_notebook() -> None:
    with started() as live:
        async with live.signed_in("person") as person:
            assert (await pay(live, person, await trade(live), "once")).status_code == 201
        live.command("insight", "build")
        built = json.loads(live.command("insight", "features", "--json").stdout)
        assert (built["facts"], built["people"], len(built["features"])) == (1, 1, len(FEATURES))
        [path] = map(Path, built["files"])
        assert path.parent == live.home / "features" / f"day={built['day']}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        [file] = pq.read_table(path).to_pylist()
        [row] = insight.open(home=live.home).features(built["day"]).to_pylist()
        assert {name: file[name] for name in FEATURES} == {name: row[name] for name in FEATURES}
        assert (row["purchases_1d"], row["days"]) == (1, 1)
        before = json.loads(live.command("insight", "features", "--as-of", "2020-01-01", "--json").stdout)
        assert before["people"] == 0
        refused = live.command("insight", "features", "--engine", "abacus", check=False)
        assert (refused.returncode, "insight_engine_unknown" in refused.stderr) == (1, True)


def test_the_registry_is_listed_for_programs() -> None:
    told = asked("features", "--list")
    assert [one["name"] for one in told] == list(FEATURES)
    assert {"name", "version", "kind", "unit", "en", "zh", "purposes", "grain"} == told[0].keys()
    [one] = asked("features", "--list", "--feature", "spent_30d")
    assert one["purposes"] == ["picture", "statistics"]


def test_synthetic_records_are_written_by_a_command(tmp_path: Path) -> None:
    made = asked("synth", "--people", "30", "--days", "60", "--seed", "7", "--to", str(tmp_path / "made"))
    assert (
        pq.read_metadata(tmp_path / "made" / "records.parquet").num_rows
        == made["purchases"] + made["refunds"]
    )
    world = json.loads((tmp_path / "made" / "world.json").read_text())
    assert (world["seed"], world["days"], world["r"]) == (7, 60, 0.8)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["synth", "--people", "0", "--days", "9", "--to", "made"], "insight_synth_out_of_range"),
        (["features", "--list", "--feature", "no_such"], "insight_feature_unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(words: list[str], code: str, tmp_path: Path) -> None:
    with contextlib.chdir(tmp_path), pytest.raises(QianbaoError) as refused:
        asked(*words)
    assert refused.value.code == code
    assert not list(tmp_path.iterdir())
