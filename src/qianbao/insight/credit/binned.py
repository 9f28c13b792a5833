"""A column in bins, each with its weight of evidence: ln of the odds of a yes in it over those of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.credit import bins
from qianbao.insight.credit.table import Texts
from qianbao.insight.models.arrays import Floats

DRAWN: Final = 50.0
"""People with the odds of all that are added to each bin: what few people say is believed less."""
RARE: Final = 0.005
"""Categories of a smaller share of people are pooled."""
OTHER: Final = "(other)"
MISSING: Final = "(missing)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binned:
    """One column. `woe` has a number a bin; a number's last bin is of values that are not known."""

    name: str
    cuts: bins.Cuts | None
    """None: a category."""
    levels: Mapping[str, int]
    """The bin of each known category; `OTHER` of the rare and the never seen."""
    woe: Floats
    share: Floats
    """The share of people in each bin, where it was fitted."""
    rate: Floats
    value: float
    """Information value."""

    def place(self, values: Floats | Texts) -> NDArray[np.intp]:
        """The bin of each."""
        if self.cuts is not None:
            return self.cuts.place(np.asarray(values, np.float64))
        other = self.levels[OTHER]
        places = {None: self.levels[MISSING], **self.levels}
        return np.fromiter((places.get(value, other) for value in values), np.intp, len(values))

    def evidence(self, values: Floats | Texts) -> Floats:
        """The weight of evidence of each."""
        return self.woe[self.place(values)]

    def said(self, place: int) -> str:
        """The bin as text: an interval, or its categories."""
        if self.cuts is None:
            names = [name for name, at in self.levels.items() if at == place]
            return ", ".join(names[:6]) + (" …" if len(names) > 6 else "")
        edges = self.cuts.edges
        if place > len(edges):
            return MISSING
        if not edges:
            return "any"
        if place == 0:
            return f"≤ {edges[0]:.6g}"
        if place == len(edges):
            return f"> {edges[-1]:.6g}"
        return f"{edges[place - 1]:.6g} < … ≤ {edges[place]:.6g}"


def numeric(name: str, values: Floats, yes: Floats) -> Binned:
    """Bins of a number."""
    cuts = bins.cut(values, yes)
    return _weighed(name, cuts, {}, cuts.place(values), len(cuts.edges) + 2, yes)


def categorical(name: str, values: Texts, yes: Floats) -> Binned:
    """Bins of a category: the rare pooled, those of like rates together."""
    names, place = np.unique([MISSING if value is None else value for value in values], return_inverse=True)
    people = np.bincount(place).astype(np.float64)
    came: Floats = np.bincount(place, weights=yes).astype(np.float64)
    rare = people < max(RARE * len(values), bins.PEOPLE)
    rate = (came + DRAWN * yes.mean()) / (people + DRAWN)
    order = np.array([at for at in np.argsort(rate, kind="stable") if not rare[at]], dtype=np.intp)
    levels = {str(names[at]): -1 for at in range(len(names)) if rare[at]}
    last = 0
    if len(order):
        price = bins.PRICE[len(values) >= bins.MANY]
        ends, _ = bins.best(people[order], came[order], least=bins.PEOPLE, price=price)
        start = 0
        for bin_, end in enumerate(ends):
            levels |= {str(names[at]): bin_ for at in order[start:end]}
            start, last = end, bin_ + 1
    levels = {level: last if at < 0 else at for level, at in levels.items()}
    levels.setdefault(MISSING, last)
    levels[OTHER] = last
    fitted = np.fromiter((levels[str(names[at])] for at in place), np.intp, len(place))
    return _weighed(name, None, levels, fitted, last + 1, yes)


def _weighed(
    name: str,
    cuts: bins.Cuts | None,
    levels: Mapping[str, int],
    place: NDArray[np.intp],
    count: int,
    yes: Floats,
) -> Binned:
    people = np.bincount(place, minlength=count).astype(np.float64)
    came = np.bincount(place, weights=yes, minlength=count)
    of_all = float(yes.mean())
    rate = (came + DRAWN * of_all) / (people + DRAWN)
    woe = np.log(rate / (1 - rate)) - np.log(of_all / (1 - of_all))
    apart = came / max(came.sum(), 1.0) - (people - came) / max((people - came).sum(), 1.0)
    return Binned(
        name=name,
        cuts=cuts,
        levels=levels,
        woe=woe,
        share=people / len(place),
        rate=rate,
        value=float((apart * woe).sum()),
    )
