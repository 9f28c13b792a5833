"""The card of a rating, written where it is measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from qianbao.insight.credit import cards, fairness
from qianbao.insight.credit.errors import FileUnwritable
from qianbao.insight.credit.rating import Rating
from qianbao.insight.credit.table import Table
from qianbao.insight.evaluate.figures import Figure
from qianbao.insight.models.arrays import Floats


def write(
    path: Path,
    name: str,
    about: str,
    fitted: Rating,
    figures: Sequence[Figure],
    *,
    people: Table,
    said: Floats,
    yes: Floats,
    groups: Iterable[str],
    positive: str,
    limits: Sequence[str] = (),
) -> None:
    """Write it: `said` is what the challenger said of these people, whom it had not seen.

    Raises `FileUnwritable`.
    """
    found = [
        group
        for column in groups
        if column in people.columns
        for group in fairness.by_group(column, people.columns[column], said, yes)
    ]
    text = cards.card(
        name,
        about,
        fitted,
        split=figures[0].split,
        positive=positive,
        measures=[
            cards.Measure(metric=one.metric, value=one.value, low=one.low, high=one.high) for one in figures
        ],
        groups=found,
        limits=limits,
    )
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as broken:
        raise FileUnwritable(str(broken), field="--card", expected="a path that can be written") from None
