"""How far the people who are scored have moved from those whom the model was fitted on: PSI.

The population stability index is the symmetric Kullback-Leibler divergence of two distributions over bins.
By custom under 0.1 is stable, over 0.25 is moved; of few people it is large by chance alone, by about
(bins - 1) (1/n + 1/m), which the bound allows for (B. Yurdakul 2018, "Statistical properties of population
stability index").
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.credit.errors import DataDrifted
from qianbao.insight.credit.inputs import People
from qianbao.insight.credit.scorecard import Scorecard
from qianbao.insight.models.arrays import Floats

BOUND: Final = 0.25
TENTHS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """How the people of a fit are spread: over tenths of their score, and over the bins of each column."""

    edges: Floats
    share: Floats
    people: int

    def moved(self, odds: Floats) -> float:
        """The PSI of the score."""
        return psi(self.share, spread(odds, self.edges))

    def allowed(self, people: int, *, bound: float = BOUND) -> float:
        """The bound for so many people: `bound`, and twice what chance adds."""
        return bound + 2 * (len(self.share) - 1) * (1 / people + 1 / self.people)

    def admit(self, odds: Floats, card: Scorecard, people: People, *, bound: float = BOUND) -> None:
        """Raises `DataDrifted` where the score's PSI is beyond the bound; it names what moved most."""
        found, allowed = self.moved(odds), self.allowed(len(odds), bound=bound)
        if found > allowed:
            column, most = max(columns(card, people).items(), key=lambda one: one[1])
            raise DataDrifted(
                f"The score's PSI is {found:.2f}; {column!r} moved most ({most:.2f}).",
                field="--test",
                expected=f"people alike to those of the card: a PSI up to {allowed:.2f}",
            )


def portrait(odds: Floats) -> Portrait:
    """Of the people of a fit, by scores of models that had not seen them."""
    edges = np.unique(np.quantile(odds, np.arange(1, TENTHS) / TENTHS))
    return Portrait(edges=edges, share=spread(odds, edges), people=len(odds))


def spread(odds: Floats, edges: Floats) -> Floats:
    """Shares of people between the edges."""
    place = np.searchsorted(edges, odds, side="left")
    return np.bincount(place, minlength=len(edges) + 1) / max(len(odds), 1)


def psi(before: Floats, after: Floats) -> float:
    """The index; an empty bin counts as one person in ten thousand."""
    b, a = np.maximum(before, 1e-4), np.maximum(after, 1e-4)
    return float(((a - b) * np.log(a / b)).sum())


def columns(card: Scorecard, people: People) -> dict[str, float]:
    """The PSI of each column of a card."""
    found: dict[str, float] = {}
    for one in card.columns:
        values = people.numbers[one.name] if one.cuts is not None else people.categories[one.name]
        share = np.bincount(one.place(values), minlength=len(one.share)) / max(people.rows, 1)
        found[one.name] = psi(one.share, share)
    return found
