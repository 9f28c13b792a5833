"""The known sets of people with a yes or no, each beside what was published or measured on it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from qianbao.insight.credit import measures, outcome, rating, table
from qianbao.insight.credit.outcome import enough
from qianbao.insight.evaluate import carded, rejected, told
from qianbao.insight.evaluate.figures import Asked, Figure, Stopwatch, WindowEmpty, file
from qianbao.insight.evaluate.rated import MODELS, Beside, Seen, crossed, figures, repeats
from qianbao.insight.models.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One set: where its outcome stands, and what it is compared with."""

    file: str
    target: str
    positive: str
    beside: Beside
    left_out: tuple[str, ...] = ()
    """Known only afterwards, or names of the rows."""
    groups: tuple[str, ...] = ()
    """Columns by which fairness is looked at."""
    about: str
    limits: tuple[str, ...] = ()


SETS: Final[Mapping[str, Known]] = {
    "taiwan": Known(
        file="taiwan.parquet", target="has_default", positive="1", left_out=("row_id",),
        beside=Beside(auc=(0.7729, 0.7885), ks=(0.4201, 0.4425)), groups=("sex", "age"),
        about="Default of credit card holders on the next month's payment; one Taiwanese bank, 2005.",
    ),
    "givemesomecredit": Known(
        file="givemesomecredit.parquet", target="SeriousDlqin2yrs", positive="1", left_out=("id",),
        beside=Beside(auc=(0.8565, 0.8666), ks=(0.5592, 0.5810)), groups=("age",),
        about="90 days past due or worse within two years; borrowers in the United States.",
    ),
    "pakdd2009": Known(
        file="pakdd2009.parquet", target="bad", positive="1", left_out=("row_id",),
        beside=Beside(auc=(0.6729, 0.6780), ks=(0.2551, 0.2572)), groups=("SEX", "AGE"),
        about="A private-label card of a Brazilian retail chain going bad, from the application alone.",
    ),
    "german": Known(
        file="german.parquet", target="creditability", positive="bad", left_out=("row_id",),
        beside=Beside(auc=(0.7741, 0.7719), ks=(0.4744, 0.4640)), groups=("age_in_years",),
        about="German credit (Statlog), 1973 to 1975: a small, old check of a scorecard.",
        limits=("Sex cannot be told from personal_status_and_sex: the code table is wrong (Grömping 2019).",),
    ),
    "bankmarketing": Known(
        file="bankmarketing.parquet", target="y", positive="yes", left_out=("row_id", "duration"),
        beside=Beside(auc=(0.7646, 0.8010), ks=(0.4115, 0.4817)), groups=("age",),
        about="Who takes a time deposit when a Portuguese bank calls, before the call is made.",
        limits=("Folds mix months; by time it is harder. No call's duration: it is known too late.",),
    ),
    "caravan": Known(
        file="caravan.parquet", target="CARAVAN", positive="1",
        beside=Beside(auc=(0.7704, 0.7644), ks=(0.4313, 0.4237)), groups=("MGEMLEEF",),
        about="Who buys a caravan insurance policy (CoIL Challenge 2000): areas and policies.",
        limits=("Columns of the area say nothing of one household in it.",),
    ),
}  # fmt: skip
"""Name and set. The baselines are a plain scorecard's and plain boosted trees' on the shared rows."""


LEARN: Final = 5_822
"""Rows of the caravan set that its makers gave to learn from; those after them are its own test part."""
TESTED: Final = 4_000
BUYERS: Final = 238
BEST: Final = 800
"""People of the test part, buyers among them, and how many were to be named."""
BESIDE_BUYERS: Final = 118.0
"""What plain boosted trees find; the winner of 2000 found 121."""


def evaluate(
    name: str,
    asked: Asked,
    *,
    times: int | None = None,
    card: Path | None = None,
    reasons: Path | None = None,
) -> list[Figure]:
    """Every figure of a set; its model card and the reasons of each person are written where they are asked.

    Rows without an outcome are left out.

    Raises `DataMissing`, `WindowEmpty`, and the errors of `qianbao.insight.credit`.
    """
    if asked.since or asked.until:
        raise WindowEmpty(f"{name} has no dates.", field="--from", expected="no window: folds of people")
    known = SETS[name]
    people, yes = rows(known, file(asked, known.file))
    enough(yes, field="--data")
    found: list[Figure] = []
    if name == "caravan" and len(yes) > LEARN:
        found += _own_test(people, yes)
        people, yes = people.at(np.arange(LEARN)), yes[:LEARN]
    seen = crossed(people, yes, times=times or repeats(len(yes)))
    split = f"{len(yes):,} people, 5 folds, dealt {len(seen.fold)} times"
    found = [*figures(name, seen, yes, beside=known.beside, split=split), *found]
    if name == "caravan":
        found += _scaled(seen, yes, split)
    if name == "taiwan":
        found += rejected.evaluate(name, people, yes)
    fitted = None if card is None and reasons is None else rating.fit(people, yes, field="--data")
    if fitted is not None and reasons is not None:
        told.write(reasons, fitted, people)
    if fitted is not None and card is not None:
        carded.write(
            card, name, known.about, fitted, found, people=people,
            said=seen.challenger[0], yes=yes, groups=known.groups, positive=known.positive,
            limits=known.limits,
        )  # fmt: skip
    return found


def _own_test(people: table.Table, yes: Floats) -> Iterator[Figure]:
    watch = Stopwatch()
    learn, test = np.arange(LEARN), np.arange(LEARN, len(yes))
    scored = rating.fit(people.at(learn), yes[learn], field="--data").score(people.at(test), psi_max=None)
    split = f"the first {LEARN:,} -> the set's own test part of {len(test):,}"
    for model in MODELS:
        yield Figure(
            name="caravan", metric=f"{model}.buyers_in_best_{BEST}",
            value=measures.caught(getattr(scored, model), yes[test], BEST / TESTED), baseline=BESIDE_BUYERS,
            split=split, seconds=watch.seconds,
        )  # fmt: skip


def _scaled(seen: Seen, yes: Floats, split: str) -> Iterator[Figure]:
    """Buyers in the best fifth of people who had not been seen, as of 238 buyers among 4,000."""
    for model in MODELS:
        said = seen.of(model)
        each = [measures.caught(one, yes, BEST / TESTED) * BUYERS / float(yes.sum()) for one in said]
        yield Figure(
            name="caravan", metric=f"{model}.buyers_in_best_{BEST}_scaled", value=float(np.mean(each)),
            baseline=BESIDE_BUYERS, split=split, seconds=seen.seconds,
        )  # fmt: skip


def rows(known: Known, path: Path) -> tuple[table.Table, np.ndarray]:
    """The people whose outcome is known, and it."""
    read = table.read(path, field="--data")
    came = outcome.outcome(read, known.target, known.positive, field="--data")
    places = np.flatnonzero(came.known)
    return read.without(known.target, *known.left_out).at(places), came.values[places]
