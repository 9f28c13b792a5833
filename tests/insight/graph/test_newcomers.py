"""What a graph of ratings says of a newcomer: found where it was put in, and never read ahead."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from qianbao.insight.evaluate import bitcoinotc, joined
from qianbao.insight.evaluate.figures import Asked, DataMissing, DataUnreadable, Figure, WindowEmpty
from qianbao.insight.graph.newcomers import DAY, NAMES, Ratings, Source, walk

BEGAN = 1_293_840_000.0
"""2011-01-01, in seconds."""


def market(*, seed: int, sponsors: int = 30, newcomers: int = 2_400, days: float = 900.0) -> Ratings:
    """Newcomers come by sponsors; those of a bad sponsor are distrusted by somebody else soon after."""
    random = np.random.default_rng(seed)
    bad = np.arange(sponsors) % 3 == 0
    rows: list[tuple[float, float, float, float]] = []
    for one in range(sponsors):
        # Sponsors know one another; of a bad one, some say so.
        rows += [
            (float(other), float(one), -2.0 if bad[one] and random.random() < 0.4 else 2.0, BEGAN + other)
            for other in range(sponsors)
            if other != one and random.random() < 0.4
        ]
    for number in range(newcomers):
        when = BEGAN + DAY * (1 + days * number / newcomers)
        sponsor = int(random.integers(sponsors))
        who = float(sponsors + number)
        rows.append((float(sponsor), who, float(random.integers(1, 4)), when))
        if random.random() < (0.45 if bad[sponsor] else 0.05):
            rows.append((float(random.integers(sponsors)), who, -10.0, when + DAY * random.uniform(1, 60)))
    table = np.array(sorted(rows, key=lambda row: row[3]))
    return Ratings(rater=table[:, 0], ratee=table[:, 1], rating=table[:, 2], time=table[:, 3])


def written(folder: Path, ratings: Ratings) -> Path:
    """As the set's file."""
    rows = pa.table(
        {
            "rater": ratings.rater.astype(np.int64),
            "ratee": ratings.ratee.astype(np.int64),
            "rating": ratings.rating.astype(np.int64),
            "time": ratings.time,
        }
    )
    with duckdb.connect() as plain:
        connection: Any = plain
        connection.from_arrow(rows).write_parquet(str(folder / bitcoinotc.FILE))
    return folder


def metric(figures: list[Figure], name: str) -> Figure:
    """The one figure of that name."""
    [one] = [figure for figure in figures if figure.metric == name]
    return one


def test_who_stands_behind_a_newcomer_tells_what_they_do_not_tell_themselves(tmp_path: Path) -> None:
    asked = Asked(data=written(tmp_path, market(seed=1)), since=date(2012, 1, 1))
    figures = bitcoinotc.evaluate(asked)
    alone = metric(figures, "joined: alone")
    assert alone.value == pytest.approx(0.5, abs=0.07)
    rater = metric(figures, "joined: + rater, adds")
    assert rater.low is not None
    assert rater.low > 0.1


def test_nothing_that_came_later_is_in_the_signs() -> None:
    ratings = market(seed=2, newcomers=600)
    half = len(ratings.time) // 2
    before = Ratings(
        rater=ratings.rater[:half], ratee=ratings.ratee[:half], rating=ratings.rating[:half],
        time=ratings.time[:half],
    )  # fmt: skip
    whole, part = walk(ratings, days=90), walk(before, days=90)
    count = len(part.time)
    for source, signs in part.signs.items():
        assert signs.shape[1] == len(NAMES[source])
        assert np.array_equal(whole.signs[source][:count], signs)


def test_distrust_is_that_of_others_within_the_days() -> None:
    def first(*rows: tuple[float, float, float, float]) -> float:
        table = np.array(rows)
        found = walk(
            Ratings(rater=table[:, 0], ratee=table[:, 1], rating=table[:, 2], time=table[:, 3] * DAY), days=90
        )
        return float(found.distrusted[0])

    assert first((1, 2, 1, 0), (3, 2, -1, 80)) == 1.0
    assert first((1, 2, 1, 0), (3, 2, -1, 91)) == 0.0
    assert first((1, 2, 1, 0), (1, 2, -1, 80)) == 0.0
    assert first((1, 2, -1, 0), (3, 2, 1, 80)) == 0.0


def test_somebody_who_vouched_for_one_now_distrusted_bears_it() -> None:
    table = np.array([(1, 2, 3, 0), (3, 2, -5, 1), (4, 2, -5, 2), (1, 5, 2, 3)], np.float64)
    found = walk(
        Ratings(rater=table[:, 0], ratee=table[:, 1], rating=table[:, 2], time=table[:, 3] * DAY), days=90
    )
    names = NAMES[Source.NEIGHBOURS]
    assert found.signs[Source.NEIGHBOURS][1, names.index("spoilt")] == pytest.approx(np.log1p(1))


def test_what_cannot_be_evaluated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataMissing):
        bitcoinotc.evaluate(Asked(data=tmp_path))
    written(tmp_path, market(seed=3, newcomers=500))
    with pytest.raises(WindowEmpty):
        bitcoinotc.evaluate(Asked(data=tmp_path, since=date(2010, 1, 1), until=date(2011, 1, 2)))
    (tmp_path / bitcoinotc.FILE).write_text("no table")
    with pytest.raises(DataUnreadable):
        bitcoinotc.evaluate(Asked(data=tmp_path))


def test_joined_prints_the_tables_of_the_sets_that_are_there(tmp_path: Path) -> None:
    place = tmp_path / "bitcoinotc"
    place.mkdir()
    written(place, market(seed=1))
    told = joined.evaluate(Asked(data=tmp_path))
    assert list(dict.fromkeys(figure.name for figure in told)) == [
        "completejourney",
        "bitcoinotc",
    ]
    assert all(figure.metric.startswith("joined: ") for figure in told)
