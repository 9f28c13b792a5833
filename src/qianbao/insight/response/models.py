"""People of a randomised trial as the models take them: what is known of each, whether treated, what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.models.arrays import Floats
from qianbao.insight.response.errors import ArmsTooSmall

LEAST: Final = 20
"""People of either outcome in either arm, at least, before an effect is learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One row a person."""

    x: Floats
    """(people, columns): what was known before."""
    treated: Floats
    """1 or 0, dealt at random."""
    outcome: Floats
    """1 where it came, else 0."""

    def __len__(self) -> int:
        return len(self.outcome)

    def at(self, chosen: NDArray[np.intp]) -> Trial:
        """Some of the people, by place."""
        return Trial(x=self.x[chosen], treated=self.treated[chosen], outcome=self.outcome[chosen])


def enough(trial: Trial, *, field: str) -> None:
    """Raises `ArmsTooSmall` where an arm has too few people of either outcome."""
    for arm in (1.0, 0.0):
        for came in (1.0, 0.0):
            people = int(((trial.treated == arm) & (trial.outcome == came)).sum())
            if people < LEAST:
                which = f"{'treated' if arm else 'not treated'}, outcome {'yes' if came else 'no'}"
                raise ArmsTooSmall(
                    f"{people} people: {which}.", field=field, expected=f"{LEAST} in each arm of each outcome"
                )


def dealt(trial: Trial, parts: int, *, seed: int) -> list[NDArray[np.intp]]:
    """The people in `parts` parts, at random, each with like shares of arms and outcomes."""
    random = np.random.default_rng(seed)
    part = np.empty(len(trial), dtype=np.intp)
    taken = 0
    for kind in (0.0, 1.0, 2.0, 3.0):
        places = random.permutation(np.flatnonzero(trial.treated * 2 + trial.outcome == kind))
        part[places] = (np.arange(len(places)) + taken) % parts
        taken += len(places)
    return [np.flatnonzero(part == one) for one in range(parts)]
