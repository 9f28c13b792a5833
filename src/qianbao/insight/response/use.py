"""Will this household use a coupon of this campaign: a logistic regression, and how much time is observed.

The level of a campaign follows from its kind and the share of its days that are over: of those who use a
coupon at all, what part has used it by then is learnt from campaigns that have ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.models.arrays import Floats, special
from qianbao.insight.response.campaigns import Pairs, Source
from qianbao.insight.response.logistic import newton

RIDGE: Final = 60.0
"""The penalty of a sign; signs are scaled."""
KIND_RIDGE: Final = 5.0
FAR: Final = 4.0
"""Standard deviations beyond which no sign counts for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A fitted model."""

    sources: tuple[Source, ...]
    kinds: tuple[str, ...]
    centre: Floats
    scale: Floats
    coefficients: Floats
    elapsed: Floats
    """When, in parts of a campaign's days, those who used a coupon did so first; sorted."""

    def chance(self, people: Pairs, *, seen: float | None = None) -> Floats:
        """Of using one by the campaign's end; with `seen` (a day), by then."""
        found = self._logit(people)
        if seen is not None:
            found = found + np.log(self._by(people, seen))
        return np.asarray(special.expit(found), np.float64)

    def _logit(self, people: Pairs) -> Floats:
        x = np.clip((_signs(people, self.sources) - self.centre) / self.scale, -FAR, FAR)
        a = np.column_stack([np.ones(len(people.kind)), _kinds(people, self.kinds), x])
        return a @ self.coefficients

    def _by(self, people: Pairs, seen: float) -> Floats:
        over = (np.minimum(people.ends, seen) - people.start + 1) / (people.ends - people.start + 1)
        used = np.searchsorted(self.elapsed, np.clip(over, 0.0, 1.0), side="right")
        return (used + 1) / (len(self.elapsed) + 1)


def fit(people: Pairs, chosen: NDArray[np.bool_], sources: tuple[Source, ...]) -> Use:
    """Fit on the chosen pairs, by signs of these sources."""
    kinds = tuple(str(kind) for kind in np.unique(people.kind[chosen]))[1:]
    x = _signs(people, sources)[chosen]
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    a = np.column_stack(
        [
            np.ones(len(x)),
            _kinds(people, kinds)[chosen],
            np.clip((x - centre) / scale, -FAR, FAR),
        ]
    )
    penalty = np.r_[0.0, np.full(len(kinds), KIND_RIDGE), np.full(x.shape[1], RIDGE)]
    coefficients, _ = newton(a, people.used[chosen], penalty, np.zeros(a.shape[1]))
    took = (people.first - people.start + 1) / (people.ends - people.start + 1)
    came = chosen & ~np.isnan(people.first)
    return Use(
        sources=sources, kinds=kinds, centre=centre, scale=scale, coefficients=coefficients,
        elapsed=np.sort(took[came]),
    )  # fmt: skip


def _signs(people: Pairs, sources: tuple[Source, ...]) -> Floats:
    return np.column_stack([people.signs[source] for source in sources])


def _kinds(people: Pairs, kinds: tuple[str, ...]) -> Floats:
    return np.column_stack([np.zeros((len(people.kind), 0)), *(people.kind == kind for kind in kinds)])
