"""Synthetic records: the same for a seed, in the lake's columns, and estimators find what was put in."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from qianbao.insight.features import build
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.histories import HISTORY, histories
from qianbao.insight.models import bgnbd, gamma_gamma
from qianbao.insight.records.parquet import SCHEMA, pq
from qianbao.insight.synth import files
from qianbao.insight.synth.files import SynthOutOfRange
from qianbao.insight.synth.truth import World

VISITS = World(recurring=0.0, persuaded=0.0, anyway=0.0, refunds=0.0, r=1.2, alpha=30.0, a=1.5, b=12.0)
"""Nothing but visits, at most about one a day."""


def test_the_same_seed_gives_the_same_records_and_another_others(tmp_path: Path) -> None:
    made = [
        files.write(tmp_path / name, people=40, days=90, seed=seed)
        for name, seed in (("one", 5), ("two", 5), ("three", 6))
    ]
    one, two, three = (pq.read_table(tmp_path / name / files.RECORDS) for name in ("one", "two", "three"))
    assert one.equals(two)
    assert not one.equals(three)
    assert one.schema.equals(SCHEMA)
    assert made[0].purchases + made[0].refunds == one.num_rows
    for path in (tmp_path / "one").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_facts_come_in_the_order_of_knowing_and_refunds_after_their_purchase(tmp_path: Path) -> None:
    files.write(tmp_path, people=200, days=120, seed=2)
    with files.snapshot(tmp_path).opened() as tables:

        def count(where: str) -> int:
            return len(tables.table("fact").filter(where))

        assert count("kind = 'refunded'") > 10
        assert count("known < happened OR refunded > amount OR own > amount OR own < 0") == 0
        assert count("day <> (make_timestamp(happened // 1000) + INTERVAL 8 HOUR)::DATE") == 0
        [(wrong,)] = tables.execute(
            "SELECT count(*) FROM fact AS later JOIN fact AS first USING (record)"
            " WHERE first.kind = 'paid' AND later.kind <> 'paid' AND later.known <= first.known"
        ).fetchall()
        assert wrong == 0


def test_bg_nbd_and_gamma_gamma_are_found_again_from_features(tmp_path: Path) -> None:
    people, days = 6_000, 400
    files.write(tmp_path, people=people, days=days, seed=3, world=VISITS)
    day = files.BEGAN + timedelta(days=days - 1)
    with files.snapshot(tmp_path).opened() as tables:
        found = build.table(tables, day, [FEATURES[name] for name in HISTORY])
    assert found.num_rows == people
    seen = histories(found)
    fitted = bgnbd.fit(seen)
    rate, truth = fitted.r / fitted.alpha, VISITS.r / VISITS.alpha
    assert rate == pytest.approx(truth, rel=0.08)
    leaves, true_leaves = fitted.a / (fitted.a + fitted.b), VISITS.a / (VISITS.a + VISITS.b)
    assert leaves == pytest.approx(true_leaves, rel=0.15)
    assert fitted.r == pytest.approx(VISITS.r, rel=0.15)
    worth = gamma_gamma.fit(seen)
    mean, true_mean = (w.p * w.gamma / (w.q - 1) for w in (worth, VISITS))
    assert mean == pytest.approx(true_mean, rel=0.08)


def test_a_coupon_brings_those_whom_it_persuades_and_no_more(tmp_path: Path) -> None:
    people, days = 4_000, 200
    world = World(persuaded=0.25, anyway=0.1, refunds=0.0)
    files.write(tmp_path, people=people, days=days, seed=4, world=world)
    with files.snapshot(tmp_path).opened() as tables:
        bought = tables.execute(
            "SELECT DISTINCT person FROM fact"
            " WHERE merchant = (SELECT any_value(merchant) FROM fact WHERE own < amount)"
        ).fetchnumpy()["person"]
        assert tables.execute(
            "SELECT min(amount - own), max(amount - own) FROM fact WHERE own < amount"
        ).fetchall() == [(world.coupon, world.coupon)]
    truth: Any = pq.read_table(tmp_path / files.TRUTH)
    persons = np.array([person.hex for person in truth["person"].to_pylist()])
    came = np.isin(persons, [person.hex for person in bought])
    treated = np.asarray(truth["treated"])
    persuaded, anyway = np.asarray(truth["persuaded"]), np.asarray(truth["anyway"])
    assert (came == (anyway | (persuaded & treated))).all()
    uplift = came[treated].mean() - came[~treated].mean()
    assert uplift == pytest.approx(world.persuaded, abs=0.05)


@pytest.mark.parametrize(
    ("people", "days", "field"), [(0, 10, "people"), (10, 0, "days"), (10**7, 10, "people")]
)
def test_a_size_that_makes_no_sense_is_refused(tmp_path: Path, people: int, days: int, field: str) -> None:
    with pytest.raises(SynthOutOfRange) as refused:
        files.write(tmp_path, people=people, days=days, seed=1)
    assert refused.value.field == field
