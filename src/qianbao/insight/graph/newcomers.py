"""A newcomer at the moment of the first rating: what they have done, and who it is that rates them.

One walk through the ratings in the order of time. Signs are taken before a rating is entered, so nothing that
came later is in them; what came of a newcomer is asked of the time after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from qianbao.insight.models.arrays import Floats

DAY: Final = 86_400.0


class Source(StrEnum):
    """Where a sign comes from; each is joined to those before it."""

    ALONE = "alone"
    """What the newcomer has done, and the first rating itself."""
    RATER = "rater"
    """Who gave it: how they are rated, and how they rate."""
    NEIGHBOURS = "neighbours"
    """What has come of others whom the rater rated, and who stands behind the rater."""


NAMES: Final[Mapping[Source, tuple[str, ...]]] = {
    Source.ALONE: (
        "rating", "negative", "given", "given_mean", "days_before", "market_negative", "market_pace",
    ),
    Source.RATER: (
        "received", "received_mean", "received_negative", "rater_given", "rater_given_mean",
        "rater_given_negative", "rater_days", "answered", "answer",
    ),
    Source.NEIGHBOURS: ("spoilt", "spoilt_share", "backed_by", "backed_mean", "in_common"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratings:
    """Who rated whom how, in the order of time (seconds). Negative: distrust."""

    rater: Floats
    ratee: Floats
    rating: Floats
    time: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomers:
    """A row a newcomer, in the order of their first ratings."""

    time: Floats
    member: Floats
    rater: Floats
    signs: Mapping[Source, Floats]
    distrusted: Floats
    """1 where another than the first rater has given a negative rating within the days after; else 0."""


@dataclass(slots=True)
class _Member:
    since: float
    given: int = 0
    given_sum: float = 0.0
    given_negative: int = 0
    received: int = 0
    received_sum: float = 0.0
    received_negative: int = 0
    rates: dict[int, float] = field(default_factory=dict[int, float])
    rated_by: dict[int, float] = field(default_factory=dict[int, float])
    spoilt: int = 0
    """People this member had rated who have been given a negative rating by others."""


def walk(ratings: Ratings, *, days: float) -> Newcomers:
    """The newcomers of these ratings. `days`: how long after the first rating distrust is looked for."""
    members: dict[int, _Member] = {}
    found: dict[Source, list[tuple[float, ...]]] = {source: [] for source in Source}
    firsts: list[tuple[float, int, int]] = []
    negative: dict[int, list[tuple[float, int]]] = {}
    bad = 0
    began = float(ratings.time[0]) if len(ratings.time) else 0.0
    rows = zip(
        ratings.rater.astype(int).tolist(), ratings.ratee.astype(int).tolist(), ratings.rating.tolist(),
        ratings.time.tolist(), strict=True,
    )  # fmt: skip
    for seen, (rater, ratee, rating, time) in enumerate(rows):
        giver = members.setdefault(rater, _Member(since=time))
        taker = members.setdefault(ratee, _Member(since=time))
        if not taker.received:
            firsts.append((time, ratee, rater))
            pace = seen / max((time - began) / DAY, 1.0)
            found[Source.ALONE].append(
                (
                    rating, float(rating < 0), np.log1p(taker.given), _mean(taker.given_sum, taker.given),
                    np.log1p((time - taker.since) / DAY), bad / max(seen, 1), np.log1p(pace),
                )
            )  # fmt: skip
            found[Source.RATER].append(_of_rater(giver, taker, rater, time))
            found[Source.NEIGHBOURS].append(_of_neighbours(giver, taker, members))
        _enter(members, giver, taker, rater, ratee, rating)
        if rating < 0:
            bad += 1
            negative.setdefault(ratee, []).append((time, rater))
    distrusted = [
        float(
            any(first < time <= first + days * DAY and by != rater for time, by in negative.get(member, ()))
        )
        for first, member, rater in firsts
    ]
    columns = np.array(firsts, np.float64).reshape(-1, 3)
    return Newcomers(
        time=columns[:, 0],
        member=columns[:, 1],
        rater=columns[:, 2],
        signs={
            source: np.array(rows, np.float64).reshape(-1, len(NAMES[source]))
            for source, rows in found.items()
        },
        distrusted=np.array(distrusted, np.float64),
    )


def _of_rater(giver: _Member, taker: _Member, rater: int, time: float) -> tuple[float, ...]:
    return (
        np.log1p(giver.received), _mean(giver.received_sum, giver.received),
        giver.received_negative / (giver.received + 2.0), np.log1p(giver.given),
        _mean(giver.given_sum, giver.given), giver.given_negative / (giver.given + 2.0),
        np.log1p((time - giver.since) / DAY), float(rater in taker.rates), taker.rates.get(rater, 0.0),
    )  # fmt: skip


def _of_neighbours(giver: _Member, taker: _Member, members: Mapping[int, _Member]) -> tuple[float, ...]:
    behind = [members[one] for one, rating in giver.rated_by.items() if rating > 0]
    standing = [_mean(one.received_sum, one.received) for one in behind]
    common = sum(one in giver.rates or one in giver.rated_by for one in taker.rates)
    return (
        np.log1p(giver.spoilt), giver.spoilt / (len(giver.rates) + 2.0), np.log1p(len(behind)),
        float(np.mean(standing)) if standing else 0.0, np.log1p(common),
    )  # fmt: skip


def _enter(
    members: Mapping[int, _Member], giver: _Member, taker: _Member, rater: int, ratee: int, rating: float
) -> None:
    if rating < 0:
        # Whoever had rated them, and well, has rated somebody who is now distrusted.
        for one, given in taker.rated_by.items():
            if given > 0 and one != rater and not any(by < 0 for by in taker.rated_by.values()):
                members[one].spoilt += 1
    giver.given += 1
    giver.given_sum += rating
    giver.given_negative += rating < 0
    taker.received += 1
    taker.received_sum += rating
    taker.received_negative += rating < 0
    giver.rates[ratee] = rating
    taker.rated_by[rater] = rating


def _mean(total: float, count: int) -> float:
    """Drawn to nothing where there is little."""
    return total / (count + 2.0)
