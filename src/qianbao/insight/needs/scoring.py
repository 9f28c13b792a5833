"""A batch: fit on rounds of the past, score everybody as of a day. It computes and blocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.ids import Id, of_bytes
from qianbao.insight.credit import logistic
from qianbao.insight.features import build
from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.needs import cards, computing, fitting, signs
from qianbao.insight.needs.fitting import Fitted
from qianbao.insight.needs.models import GROUPS, KINDS, PRODUCTS
from qianbao.insight.needs.signs import ASKED, PERSON, People
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.scores.models import Card

CHUNK: Final = 50_000
"""People whose signs are in memory at once."""
_STARTS: Final = np.array([signs.GROUPS.index(group) for group in GROUPS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """People as of the batch's day, and which products they have paid for."""

    persons: tuple[Id, ...]
    people: People
    used: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """People with what is kept of each, 350 bytes a person: rows of the table are made when they are laid."""

    some: Some
    chance: NDArray[np.float32]
    effect: NDArray[np.float32]
    propensity: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.chance)

    def rows(self, since: int, until: int) -> list[tuple[Any, ...]]:
        """As the table has them: person, chance, effect, purchases, recency, lately, propensity, used."""
        part, people = slice(since, until), self.some.people
        recency = people.recency[part]
        return list(
            zip(
                self.some.persons[part],
                self.chance[part].tolist(),
                self.effect[part].tolist(),
                people.purchases[part].astype(np.int64).tolist(),
                np.where(np.isnan(recency), -1, recency).astype(np.int64).tolist(),
                people.whole[part, PERSON.index("purchases_30d")].astype(np.int64).tolist(),
                self.propensity[part].tolist(),
                self.some.used[part].tolist(),
                strict=True,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a batch has computed; `fitted` None: too little was known, as `refused` says."""

    fitted: Fitted | None
    refused: str
    scored: tuple[Scored, ...]
    card: Card | None

    @property
    def usual(self) -> list[float]:
        """The mean chance of all who let theirs be used for statistics, kinds then products."""
        if not self.scored:
            return []
        one = self.scored[0]
        return [*one.chance.mean(axis=0).tolist(), *one.propensity.mean(axis=0).tolist()]


def batch(everybody: Snapshot, asking: Snapshot, *, day: date, made: int) -> Done:
    """Fit on `everybody` (statistics); score them, and those who ask for their own picture (`asking`).

    As was known at the end of the day.
    """
    rounds = list(computing.rounds(everybody, day))
    try:
        fitted = fitting.fit(rounds)
    except NotFitted as few:
        return Done(fitted=None, refused=str(few), scored=(), card=None)
    of_all = people(everybody, day)
    known = set(of_all.persons)
    own = people(asking, day)
    beside = np.array([at for at, one in enumerate(own.persons) if one not in known], np.intp)
    return Done(
        fitted=fitted,
        refused="",
        scored=(scored(fitted, of_all), scored(fitted, _at(own, beside))),
        card=cards.card(fitted, rounds, made=made),
    )


def people(snapshot: Snapshot, day: date) -> Some:
    """Everybody in a snapshot as of a day."""
    with build.as_known(snapshot, day).opened() as tables:
        table = build.table(tables, day, ASKED)
        return Some(
            persons=tuple(
                of_bytes(person) for person in table["person"].combine_chunks().storage.to_pylist()
            ),
            people=signs.read(table),
            used=computing.used(tables, table, day),
        )


def scored(fitted: Fitted, some: Some) -> Scored:
    """Everybody scored."""
    size = len(some.persons)
    chance = np.empty((size, len(KINDS)), np.float32)
    effect = np.empty((size, len(KINDS) * len(GROUPS)), np.float32)
    propensity = np.empty((size, len(PRODUCTS)), np.float32)
    for at in range(0, size, CHUNK):
        part = slice(at, at + CHUNK)
        here = some.people.at(part)
        chance[part], effects = _chances(fitted, here)
        effect[part] = effects.reshape(len(here), -1)
        propensity[part] = fitted.propensity(here)
    return Scored(some=some, chance=chance, effect=effect, propensity=propensity)


def _at(some: Some, places: NDArray[np.intp]) -> Some:
    return Some(
        persons=tuple(some.persons[at] for at in places),
        people=some.people.at(places),
        used=some.used[places],
    )


def _chances(fitted: Fitted, here: People) -> tuple[Floats, NDArray[np.float64]]:
    whole = signs.shared(here)
    chance = np.full((len(here), len(KINDS)), np.nan)
    effect = np.zeros((len(here), len(KINDS), len(GROUPS)))
    for kind, model in enumerate(fitted.kinds):
        if model is not None:
            effect[:, kind] = np.add.reduceat(fitted.effects(here, whole, kind), _STARTS, axis=1)
            chance[:, kind] = logistic.expit(model.intercept + effect[:, kind].sum(axis=1))
    return chance, effect
