"""From records to scores and figures of groups. It computes and blocks: run it in a thread."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

import numpy as np

from qianbao.db import queries
from qianbao.ids import Id, of_bytes
from qianbao.insight.features import build
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.histories import BY_MONTH, HISTORY, histories, months, numbers
from qianbao.insight.models import bgnbd, capacity, rfm
from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.models.bgnbd import BgNbd
from qianbao.insight.models.capacity import Capacity
from qianbao.insight.models.history import Histories
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import pa
from qianbao.insight.scores.cards import bgnbd_card, capacity_card
from qianbao.insight.scores.models import COMPARED_MIN, Card, Group, Score

SQL: Final = queries(__package__ or "", "groups.sql")
BANDS: Final = (200_00, 500_00, 1_000_00, 2_000_00, 5_000_00)
"""Bounds of the capacity bands, minor units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What is known of each person as of a day, in one order of persons."""

    persons: tuple[Id, ...]
    histories: Histories
    """In days."""
    recency_days: Floats
    visits: Floats
    spent: Floats
    months: Floats
    """(people, months that are over): spending in minor units, the last month last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """The models, fitted on everybody who lets their records be used for it; None: too little was known."""

    capacity: Capacity | None
    bgnbd: BgNbd | None
    population: Features
    cards: tuple[Card, ...]


ASKED: Final = tuple(FEATURES[name] for name in (*HISTORY, "purchases_365d", "spent_365d", *BY_MONTH))
"""The registered features that scores are made of."""


def features(connection: Any, day: date) -> Features:
    """The features of everybody in a snapshot's connection, as of a business day."""
    table = build.table(connection, day, ASKED)
    return Features(
        persons=tuple(of_bytes(person) for person in table["person"].combine_chunks().storage.to_pylist()),
        histories=histories(table),
        recency_days=numbers(table, "recency_days"),
        visits=numbers(table, "purchases_365d"),
        spent=numbers(table, "spent_365d"),
        months=months(table),
    )


def fit(population: Features, *, made: int) -> Fitted:
    """Fit the models on a population."""
    cards: list[Card] = []
    try:
        mix = capacity.fit(population.months)
        cards.append(capacity_card(mix, population.months, made=made))
    except NotFitted:
        mix = None
    try:
        if len(population.persons) < COMPARED_MIN:
            raise NotFitted("too few people")
        purchases = bgnbd.fit(population.histories)
        parameters = {field.name: getattr(purchases, field.name) for field in fields(purchases)}
        cards.append(bgnbd_card(parameters, len(population.persons), population.months.shape[1], made=made))
    except NotFitted:
        purchases = None
    return Fitted(capacity=mix, bgnbd=purchases, population=population, cards=tuple(cards))


def scores(fitted: Fitted, people: Features, *, day: date, made: int) -> list[Score]:
    """The scores of some people by models that were fitted on all."""
    size = len(people.persons)
    if not size:
        return []
    population = fitted.population
    compared = len(population.persons) >= COMPARED_MIN
    marks = [
        rfm.marked(own, of_all, high_is_good=good) if compared else None
        for own, of_all, good in (
            (people.recency_days, population.recency_days, False),
            (people.visits, population.visits, True),
            (people.spent, population.spent, True),
        )
    ]
    alive = expected = low = point = high = None
    if fitted.bgnbd is not None:
        alive = fitted.bgnbd.alive(people.histories)
        expected = fitted.bgnbd.expected(people.histories, 30.0)
    if fitted.capacity is not None and people.months.shape[1]:
        low, point, high = fitted.capacity.interval(people.months)
    known = np.any(people.months > 0, axis=1)
    month = day.replace(day=1)
    found: list[Score] = []
    for at, person in enumerate(people.persons):
        mark = [None if one is None else int(one[at]) for one in marks]
        bounds: tuple[int, int, int] | tuple[None, None, None] = (None, None, None)
        if low is not None and point is not None and high is not None and known[at]:
            bounds = (int(low[at]), round(float(point[at])), int(np.ceil(high[at])))
        found.append(
            Score(
                person=person, month=month, recency_days=int(people.recency_days[at]),
                visits=int(people.visits[at]), spent=int(people.spent[at]),
                recency=mark[0], frequency=mark[1], monetary=mark[2],
                segment=rfm.segment(mark[0], mark[1]).value if mark[0] and mark[1] else None,
                alive=None if alive is None else float(alive[at]),
                expected=None if expected is None else float(expected[at]),
                low=bounds[0], point=bounds[1], high=bounds[2], made=made,
            )
        )  # fmt: skip
    return found


def groups(connection: Any, found: list[Score], day: date) -> list[Group]:
    """Figures by trait of the last month, by month, by segment and by band of capacity; none withheld yet."""
    connection.register("asked", pa.table({"this_month": [day.replace(day=1)]}))
    rows = connection.execute(SQL["groups_of"]).fetchall()
    told = [
        Group(kind=kind, key=key, people=people, records=records, spent=spent)
        for kind, key, people, records, spent in rows
    ]
    for kind, key_of in (("segment", _segment), ("capacity", _band)):
        by_key: dict[str, list[Score]] = {}
        for score in found:
            if (key := key_of(score)) is not None:
                by_key.setdefault(key, []).append(score)
        told += [
            Group(
                kind=kind,
                key=key,
                people=len(some),
                records=sum(score.visits for score in some),
                spent=sum(score.spent for score in some),
            )
            for key, some in sorted(by_key.items())
        ]
    return told


def _segment(score: Score) -> str | None:
    return score.segment


def _band(score: Score) -> str | None:
    """The lower bound of the band, in minor units."""
    if score.point is None:
        return None
    point = score.point
    return str(max((bound for bound in (0, *BANDS) if bound <= point), default=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a batch has computed."""

    scores: list[Score]
    groups: list[Group]
    records: int
    people: int
    cards: tuple[Card, ...]


def batch(everybody: Snapshot, asking: Snapshot, *, day: date, made: int) -> Done:
    """Fit on `everybody` (statistics); score them, and those who ask for their own picture (`asking`).

    As was known at the end of the day: of a day that is past, nothing learnt later is read.
    """
    with build.as_known(everybody, day).opened() as tables:
        population = features(tables, day)
        fitted = fit(population, made=made)
        found = scores(fitted, population, day=day, made=made)
        told = groups(tables, found, day)
        [(records,)] = tables.execute("SELECT count(*) FROM record").fetchall()
    with build.as_known(asking, day).opened() as tables:
        own = features(tables, day)
    known = set(population.persons)
    found += [score for score in scores(fitted, own, day=day, made=made) if score.person not in known]
    return Done(
        scores=found, groups=told, records=records, people=len(population.persons), cards=fitted.cards
    )
