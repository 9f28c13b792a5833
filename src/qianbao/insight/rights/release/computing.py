"""From a snapshot to the cells of a day's release. It computes and blocks: run it in a thread."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from qianbao.db import queries
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.categories import Category
from qianbao.insight.records.parquet import pa
from qianbao.insight.rights.release.budget import MEASURES, Terms
from qianbao.insight.rights.release.models import Cell
from qianbao.insight.rights.release.noise import noised
from qianbao.insight.rights.rules import Rules

SQL: Final = queries(__package__ or "", "bounded.sql")


def bounded(
    connection: Any, day: date, cities: Sequence[str], rules: Rules
) -> dict[tuple[str, str], tuple[int, int]]:
    """People and spending by city and kind before the noise, what one person adds being bounded."""
    connection.register("place", pa.table({"city": pa.array(list(cities), pa.string())}))
    asked = {"day": [day], "cells_max": [rules.cells_max], "spent_max": [rules.spent_max]}
    connection.register("asked", pa.table(asked))
    rows = connection.execute(SQL["bounded_cells"]).fetchall()
    return {(city, category): (people, spent) for city, category, people, spent in rows}


def cells(
    snapshot: Snapshot, day: date, cities: Sequence[str], rules: Rules, terms: Terms
) -> tuple[list[Cell], int]:
    """The cells that are shown, and how many are withheld. Which there are says nothing of anybody: every
    city that has a store, by every kind. Raises `OpenDpMissing`."""
    with snapshot.opened() as tables:
        exact = bounded(tables, day, cities, rules)
    return published(exact, day, cities, terms)


def published(
    exact: dict[tuple[str, str], tuple[int, int]], day: date, cities: Sequence[str], terms: Terms
) -> tuple[list[Cell], int]:
    """The exact numbers with noise; those that may be of few people are withheld by what the noise left."""
    keys = [(city, category.value) for city in cities for category in Category]
    rho = terms.rho / MEASURES
    people = noised(
        [exact.get(key, (0, 0))[0] for key in keys], bound=terms.people_bound, sd=terms.people_sd, rho=rho
    )
    spent = noised(
        [exact.get(key, (0, 0))[1] for key in keys], bound=terms.spent_bound, sd=terms.spent_sd, rho=rho
    )
    shown = [
        Cell(day=day, city=city, category=category, people=count, spent=max(amount, 0))
        for (city, category), count, amount in zip(keys, people, spent, strict=True)
        if count >= terms.people_min
    ]
    return shown, len(keys) - len(shown)
