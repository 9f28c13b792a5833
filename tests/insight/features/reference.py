"""The features again, person by person in plain Python: what the engines must agree with."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from qianbao.insight.features.catalogue.kinds import CATEGORIES, SCENES, TIERS
from qianbao.insight.features.catalogue.months import MONTHS
from tests.insight.features.facts import DAY, Told, at

PARTS = {"night": (0, 6), "morning": (6, 11), "noon": (11, 14), "afternoon": (14, 18), "evening": (18, 24)}
GRAINS = {"merchant": "merchants", "cell": "cells", "city": "cities"}


@dataclass(frozen=True)
class Bought:
    """A purchase as it was known."""

    told: Told
    refunded: int

    @property
    def spent(self) -> int:
        """What it cost the person."""
        own = self.told.amount if self.told.own is None else self.told.own
        return max(own - self.refunded, 0)

    @property
    def subsidy(self) -> int:
        """What it did not."""
        return self.told.amount - (self.told.amount if self.told.own is None else self.told.own)

    @property
    def date(self) -> date:
        """Its business day."""
        return DAY - timedelta(days=self.told.ago)


def features(told: Iterable[Told]) -> dict[int, dict[str, Any]]:
    """Of each person, as of `DAY`."""
    known = [
        one for one in told if at(one.ago if one.known is None else one.known, one.known_hour) < at(-1, 0)
    ]
    back: Counter[int] = Counter()
    for one in known:
        if one.refunded is not None:
            back[one.record] = max(back[one.record], one.refunded)
    people: dict[int, list[Bought]] = {}
    for one in known:
        if one.refunded is None and one.currency == "CNY" and one.ago >= 0:
            people.setdefault(one.person, []).append(Bought(one, back[one.record]))
    return {
        person: _of(some)
        for person, some in people.items()
        if any(one.refunded < one.told.amount for one in some)
    }


def _of(every: list[Bought]) -> dict[str, Any]:
    kept = [one for one in every if one.refunded < one.told.amount]
    year = [one for one in kept if one.told.ago < 365]
    found: dict[str, Any] = _rhythm(kept, year) | _months(kept) | _kinds(year) | _hours(year)
    for grain, many in GRAINS.items():
        found |= _places(grain, many, year)
    visits = Counter(one.told.merchant for one in year)
    found["merchants_once_365d"] = sum(count == 1 for count in visits.values())
    cities = Counter(one.told.city for one in year if one.told.city)
    found["away_share_365d"] = _share(cities.total() - max(cities.values(), default=0), cities.total())
    given = [one for one in every if one.refunded and one.told.ago < 365]
    whole = sum(one.refunded == one.told.amount for one in given)
    return found | {
        "refunds_365d": len(given),
        "refunds_whole_365d": whole,
        "refunded_365d": sum(one.refunded for one in given),
        "refund_share_365d": _share(len(given), len(year) + whole),
    }


def _rhythm(kept: list[Bought], year: list[Bought]) -> dict[str, Any]:
    days = sorted({one.told.ago for one in kept}, reverse=True)
    gaps = [before - after for before, after in itertools.pairwise(days)]
    found: dict[str, Any] = {
        "purchases": len(kept), "spent": sum(one.spent for one in kept), "days": len(days),
        "recency_days": days[-1], "tenure_days": days[0],
        "spent_first_day": sum(one.spent for one in kept if one.told.ago == days[0]),
        "spent_max_365d": max((one.spent for one in year), default=0),
        "small_365d": sum(one.spent < 20_00 for one in year),
        "large_365d": sum(one.spent >= 500_00 for one in year),
        "gap_mean_days": _share(sum(gaps), len(gaps)),
        "gap_max_days": max(gaps, default=0),
        "overdue": _share(days[-1] * len(gaps), sum(gaps)),
    }  # fmt: skip
    for window in (1, 7, 30, 90, 180, 365):
        some = [one for one in kept if one.told.ago < window]
        found[f"purchases_{window}d"] = len(some)
        found[f"spent_{window}d"] = sum(one.spent for one in some)
        if window >= 30:
            found[f"days_{window}d"] = sum(ago < window for ago in days)
    found["gap_cv"] = None
    if gaps:
        mean = sum(gaps) / len(gaps)
        found["gap_cv"] = math.sqrt(sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) / mean
    for window in (365, 90):
        found[f"spent_mean_{window}d"] = _share(found[f"spent_{window}d"], found[f"purchases_{window}d"])
    for window, longer in ((30, 90), (90, 180), (180, 365)):
        found[f"spent_trend_{window}d"] = _share(found[f"spent_{window}d"], found[f"spent_{longer}d"])
        if window < 180:
            counts = found[f"purchases_{window}d"], found[f"purchases_{longer}d"]
            found[f"purchases_trend_{window}d"] = _share(*counts)
    return found


def _months(kept: list[Bought]) -> dict[str, Any]:
    def back(day: date) -> int:
        return (DAY.year - day.year) * 12 + DAY.month - day.month

    return {
        f"spent_month_{month}": sum(one.spent for one in kept if back(one.date) == month)
        for month in range(1, MONTHS + 1)
    }


def _kinds(year: list[Bought]) -> dict[str, Any]:
    spent = sum(one.spent for one in year)
    by = {str(kind): sum(one.spent for one in year if one.told.category == kind) for kind in CATEGORIES}
    ago = {str(kind): [one.told.ago for one in year if one.told.category == kind] for kind in CATEGORIES}
    brands = Counter(one.told.brand for one in year)
    subsidy = sum(one.subsidy for one in year)
    needs = sum(by[kind] for kind in ("groceries", "bills", "health", "transport"))
    return {
        **{f"spent_{kind}_365d": amount for kind, amount in by.items()},
        **{f"purchases_{scene}_365d": sum(one.told.scene == scene for one in year) for scene in SCENES},
        **{
            f"spent_tier_{tier}_365d": sum(one.spent for one in year if one.told.tier == tier)
            for tier in TIERS
        },
        "categories_365d": sum(amount > 0 for amount in by.values()),
        "category_entropy_365d": _entropy(by.values()),
        "category_top_share_365d": _share(max(by.values()), spent),
        "needs_share_365d": _share(needs, spent),
        "brands_365d": len(brands),
        "brand_top_share_365d": _share(max(brands.values(), default=0), brands.total()),
        "subsidised_365d": sum(one.subsidy > 0 for one in year),
        "subsidy_365d": subsidy,
        "subsidy_share_365d": _share(subsidy, subsidy + spent),
        **{f"purchases_{kind}_365d": len(some) for kind, some in ago.items()},
        **{f"recency_{kind}_365d": min(some, default=None) for kind, some in ago.items()},
        **{f"first_{kind}_365d": max(some, default=None) for kind, some in ago.items()},
    }


def _hours(year: list[Bought]) -> dict[str, Any]:
    by = {name: sum(low <= one.told.hour < high for one in year) for name, (low, high) in PARTS.items()}
    weekend = [one for one in year if one.date.weekday() >= 5]
    return {
        **{f"{name}_365d": count for name, count in by.items()},
        **{f"{name}_share_365d": _share(count, len(year)) for name, count in by.items()},
        "hours_entropy_365d": _entropy(by.values()),
        "weekend_365d": len(weekend),
        "weekend_share_365d": _share(len(weekend), len(year)),
        "weekend_spent_365d": sum(one.spent for one in weekend),
    }


def _places(grain: str, many: str, year: list[Bought]) -> dict[str, Any]:
    seen: dict[Any, list[int]] = {}
    for one in year:
        where = getattr(one.told, grain)
        if where not in (None, ""):
            seen.setdefault(where, []).append(one.told.ago)
    counts = [len(some) for some in seen.values()]
    return {
        f"{many}_365d": len(seen),
        f"{many}_30d": sum(min(some) < 30 for some in seen.values()),
        f"{many}_new_30d": sum(max(some) < 30 for some in seen.values()),
        f"{grain}_top_share_365d": _share(max(counts, default=0), sum(counts)),
        f"{grain}_entropy_365d": _entropy(counts),
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _entropy(parts: Iterable[int]) -> float | None:
    some = [part for part in parts if part]
    total = sum(some)
    return -sum(part / total * math.log(part / total) for part in some) if some else None
