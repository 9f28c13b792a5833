"""Which kind is somebody going to pay for within 30 days? The model that serves, on grocery households.

Of the Complete Journey, baskets alone: its twelve largest departments stand for the twelve kinds, and its
baskets become facts that the house's own features are made of. Split by time: fitted on outcomes that were
known before the test window, measured on whoever has a past by then. The set's publishers disagree whether
its figures are altered: this measures the method, and says nothing of real people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from qianbao.db import queries
from qianbao.insight.credit import logistic, measures
from qianbao.insight.credit.measures import Ranked
from qianbao.insight.evaluate import completejourney
from qianbao.insight.evaluate.figures import Asked, DataUnreadable, Figure, Stopwatch, WindowEmpty
from qianbao.insight.evaluate.measured import About
from qianbao.insight.models.arrays import Floats, NotFitted
from qianbao.insight.needs import computing, fitting, signs
from qianbao.insight.needs.fitting import Round
from qianbao.insight.needs.models import AHEAD_DAYS, KINDS
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import SCHEMA, pa, uuids

NAME: Final = "needs"
SQL: Final = queries(__package__ or "", "needs.sql")
DEPARTMENTS: Final = (
    "GROCERY", "DRUG GM", "PRODUCE", "MEAT-PCKGD", "MEAT", "DELI", "PASTRY", "FUEL", "NUTRITION",
    "SEAFOOD-PCKGD", "SALAD BAR", "MISCELLANEOUS",
)  # fmt: skip
"""Each stands for a kind, in their order."""
ABOUT: Final = About(
    model="A logistic regression of all kinds together, and of each what is its own: how often and how lately"
    " somebody paid for it, for how much, how much they pay at all and for what else.",
    purpose="to tell in which kinds somebody will pay within 30 days",
    data="grocery baskets of 2,469 households by department; whether they are altered its publishers say"
    " both ways",
    limits=(
        "Departments of one grocer stand for kinds of spending: how well kinds of a whole network can be told"
        " is measured by each batch, and stands on its card.",
        "Households are frequent shoppers, so there are hardly any newcomers.",
        "A season that the year before did not have is not modelled.",
    ),
)
FIRST_TEST: Final = date(2017, 12, 1)

Statistic = Callable[[Floats, Floats, Floats], float]
"""Of the chance, what came, and how often each household was drawn."""


def evaluate(asked: Asked) -> list[Figure]:
    """Of all kinds, then of each; beside it what the person's own pace says.

    Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`.
    """
    watch = Stopwatch()
    day, rounds, test = _split(asked)
    try:
        model = fitting.fit(rounds)
    except NotFitted as few:
        raise WindowEmpty(str(few), field="--from", expected="a window with months before it") from None
    said = model.chance(test.people)
    seconds = watch.seconds
    split = (
        f"fitted on what {len(rounds)} times 30 days to {day} brought {model.people:,} households -> "
        f"{len(test.people):,} households, {day + timedelta(days=1)} to {day + timedelta(days=AHEAD_DAYS)}"
    )
    figures = _figures(rounds, test, said)
    return [
        Figure(name=NAME, metric=metric, value=value, low=low, high=high, baseline=beside, split=split,
               seconds=seconds)
        for metric, value, low, high, beside in figures
    ]  # fmt: skip


def _figures(
    rounds: list[Round], test: Round, said: Floats
) -> Iterator[tuple[str, float, float | None, float | None, float | None]]:
    pace = np.column_stack([signs.rate(test.people, kind) for kind in range(len(KINDS))])
    lately = _recency_rule(rounds, test)
    came = test.came.astype(np.float64)
    there = [at for at in range(len(KINDS)) if not np.isnan(said[:, at]).any() and 0 < came[:, at].mean() < 1]
    for name, one in (("auc", _auc), ("log_loss", _loss)):

        def mean(of: Floats, weight: Floats, one: Statistic = one) -> float:
            return float(np.mean([one(of[:, at], came[:, at], weight) for at in there]))

        even = np.ones(len(came))
        low, high = measures.interval(len(came), lambda weight, mean=mean: mean(said, weight))
        yield name, mean(said, even), low, high, mean(pace, even)
        yield f"{name}.recency_rule", mean(lately, even), None, None, None
        better = measures.interval(
            len(came), lambda weight, mean=mean: mean(said, weight) - mean(pace, weight)
        )
        yield f"{name}.beyond_own_pace", mean(said, even) - mean(pace, even), *better, 0.0
    for at in there:
        for name, one in (("auc", _auc), ("log_loss", _loss)):
            value = one(said[:, at], came[:, at], np.ones(len(came)))
            low, high = measures.interval(
                len(came), lambda weight, at=at, one=one: one(said[:, at], came[:, at], weight)
            )
            beside = one(pace[:, at], came[:, at], np.ones(len(came)))
            yield f"{name}.{DEPARTMENTS[at].lower().replace(' ', '_')}", value, low, high, beside
    flat, yes = said[:, there].ravel(), came[:, there].ravel()
    yield "calibration_slope", measures.slope(flat, yes), None, None, 1.0
    yield "calibration_off", measures.off(flat, yes), None, None, measures.off(pace[:, there].ravel(), yes)


def _auc(chance: Floats, came: Floats, weight: Floats) -> float:
    return Ranked(chance, came).auc(weight)


def _loss(chance: Floats, came: Floats, weight: Floats) -> float:
    inside = np.clip(chance, logistic.NEAR, 1 - logistic.NEAR)
    lost = -np.where(came > 0, np.log(inside), np.log1p(-inside))
    return float(np.average(lost, weights=weight))


def _recency_rule(rounds: list[Round], test: Round) -> Floats:
    """Who has paid for it in the last 30 days, and who has not: how often it then came, in the rounds."""
    found = np.zeros(test.came.shape)
    for kind in range(len(KINDS)):
        past = np.concatenate([one.people.recency[:, kind] < AHEAD_DAYS for one in rounds])
        came = np.concatenate([one.came[:, kind] for one in rounds])
        here = test.people.recency[:, kind] < AHEAD_DAYS
        for lately in (True, False):
            some = came[past == lately]
            found[here == lately, kind] = (some.sum() + 1) / (len(some) + 2)
    return found


def _split(asked: Asked) -> tuple[date, list[Round], Round]:
    folder = completejourney.folder_of(asked)
    since = asked.since or FIRST_TEST
    day = since - timedelta(days=1)
    end = day + timedelta(days=AHEAD_DAYS)
    if asked.until is not None and asked.until != end:
        raise WindowEmpty(field="--to", expected=f"{end}: what comes within {AHEAD_DAYS} days is forecast")
    try:
        snapshot, first, last = _snapshot(folder)
    except (duckdb.Error, ValueError, TypeError, KeyError) as broken:
        raise DataUnreadable(str(broken).splitlines()[0]) from None
    if end > last or day - timedelta(days=AHEAD_DAYS) <= first:
        earliest, latest = first + timedelta(days=2 * AHEAD_DAYS), last - timedelta(days=AHEAD_DAYS - 1)
        raise WindowEmpty(field="--from", expected=f"{earliest} to {latest}")
    # The model is fitted on what was known before the window; the window is a round of its own.
    rounds = list(computing.rounds(snapshot, day))
    test = next(computing.rounds(snapshot, end), None)
    if test is None:
        raise WindowEmpty(field="--from", expected="a window with people before it")
    return day, rounds, test


def _snapshot(folder: Path) -> tuple[Snapshot, date, date]:
    files = {name: str(folder / f"{name}.parquet") for name in ("transactions", "products")}
    with duckdb.connect() as plain:
        connection: Any = plain
        connection.execute("SET timezone = 'UTC'; SET arrow_lossless_conversion = true")
        names = {"name": list(DEPARTMENTS), "kind": list(KINDS)}
        connection.register("department", pa.table(names))
        [(first, last)] = connection.execute(
            SQL["needs_days"], {"transactions": files["transactions"]}
        ).fetchall()
        facts = connection.sql(SQL["needs_facts"], params=files).to_arrow_table()
    columns = [facts[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names]
    snapshot = Snapshot(
        files=(),
        fresh=pa.Table.from_arrays(columns, schema=SCHEMA),
        born=pa.table({"person": uuids([]), "year": pa.array([], pa.int64())}),
        said=(),
        rule=REGISTER[Purpose.STATISTICS],
        since=0,
        until=2**62,
    )
    return snapshot, first, last
