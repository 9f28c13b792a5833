"""What the model of needs reads of a person, from registered features: signs of a kind, and of the whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit.logistic import logit
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.features.histories import numbers
from qianbao.insight.models.arrays import Floats
from qianbao.insight.needs.models import AHEAD_DAYS, KINDS, Group

PERSON: Final = (
    "purchases_30d", "purchases_90d", "purchases_365d", "spent_30d", "spent_365d", "recency_days",
    "tenure_days", "categories_365d",
)  # fmt: skip
TIERS: Final = tuple(name for name in FEATURES if name.startswith("spent_tier_"))
ASKED: Final = tuple(
    FEATURES[name]
    for name in (
        *PERSON,
        *(f"{what}_{kind}_365d" for what in ("purchases", "recency", "first", "spent") for kind in KINDS),
        *TIERS,
    )
)
"""The registered features that it reads; tiers only for the card."""
YEAR_DAYS: Final = 365.0
LEVEL_PURCHASES: Final = 0.5
"""Purchases by which a rate is held up towards that of all people."""


OWN: Final = (
    ("rate", Group.OFTEN), ("purchases", Group.OFTEN), ("share", Group.OFTEN),
    ("never", Group.LATELY), ("recency", Group.LATELY), ("overdue", Group.LATELY), ("first", Group.LATELY),
    ("mean", Group.AMOUNT), ("spent_share", Group.AMOUNT),
)  # fmt: skip
WHOLE: Final = tuple((name, Group.ACTIVE) for name in (*PERSON, "lately", "steady"))
ELSE: Final = tuple((f"purchases_{kind}", Group.OTHERS) for kind in KINDS)
GROUPS: Final = tuple(group for _, group in (*OWN, *WHOLE, *ELSE))
"""The group of each sign of a kind, the signs of a group beside one another."""
SHARED: Final = len(OWN)
"""Where the signs begin that are the same for every kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Features of people as of a day, in one order. (people, kinds); a day is NaN where there is none."""

    purchases: Floats
    recency: Floats
    first: Floats
    spent: Floats
    whole: Floats
    """(people, `PERSON`)."""
    tier: NDArray[np.intp]
    """Where most was spent, a place in `TIERS`; -1: nowhere."""

    def __len__(self) -> int:
        return len(self.whole)

    def at(self, rows: NDArray[Any] | slice) -> People:
        """Some of them."""
        return People(
            purchases=self.purchases[rows], recency=self.recency[rows], first=self.first[rows],
            spent=self.spent[rows], whole=self.whole[rows], tier=self.tier[rows],
        )  # fmt: skip


def read(table: Any) -> People:
    """From a table of the features `ASKED`. Raises `FeatureMissing`."""

    def of(what: str) -> Floats:
        return np.column_stack([numbers(table, f"{what}_{kind}_365d") for kind in KINDS])

    tiers = np.column_stack([numbers(table, name) for name in TIERS])
    return People(
        purchases=of("purchases"),
        recency=of("recency"),
        first=of("first"),
        spent=of("spent"),
        whole=np.column_stack([numbers(table, name) for name in PERSON]),
        tier=np.where(tiers.max(axis=1) > 0, tiers.argmax(axis=1), -1),
    )


def rate(people: People, kind: int) -> Floats:
    """The chance of a payment ahead at the person's own pace: a Poisson process, held up where little is
    known. It is a sign, and the baseline beside the model."""
    known = np.clip(people.whole[:, PERSON.index("tenure_days")] + 1, AHEAD_DAYS, YEAR_DAYS)
    count = people.purchases[:, kind]
    level = count.sum() / known.sum()
    pace = (count + LEVEL_PURCHASES) / (known + LEVEL_PURCHASES / max(level, 1e-9))
    return -np.expm1(-pace * AHEAD_DAYS)


def shared(people: People) -> NDArray[np.float64]:
    """The signs that are the same for every kind, `WHOLE` and `ELSE`."""
    whole = dict(zip(PERSON, people.whole.T, strict=True))
    lately = np.log1p(whole["purchases_30d"]) - np.log1p(whole["purchases_90d"] / 3)
    steady = np.log1p(whole["purchases_90d"]) - np.log1p(whole["purchases_365d"] / 4)
    signs = [*np.log1p(np.maximum(people.whole, 0)).T, lately, steady]
    return np.column_stack([*signs, *np.log1p(people.purchases).T])


def own(people: People, kind: int) -> NDArray[np.float64]:
    """The signs of one kind, `OWN`."""
    count, spent = people.purchases[:, kind], people.spent[:, kind]
    never = np.isnan(people.recency[:, kind])
    recency = np.where(never, YEAR_DAYS, people.recency[:, kind])
    first = np.where(never, 0.0, people.first[:, kind])
    gap = (first - np.where(never, 0.0, recency)) / np.maximum(count - 1, 1)
    overdue = np.where((count > 1) & (gap > 0), recency / np.maximum(gap, 1.0), 1.0)
    everything = dict(zip(PERSON, people.whole.T, strict=True))
    return np.column_stack(
        [
            logit(rate(people, kind)),
            np.log1p(count),
            count / np.maximum(everything["purchases_365d"], 1),
            never.astype(np.float64),
            np.log1p(recency),
            np.log1p(np.minimum(overdue, 50.0)),
            np.log1p(first),
            np.log1p(spent / np.maximum(count, 1)),
            spent / np.maximum(everything["spent_365d"], 1),
        ]
    )
