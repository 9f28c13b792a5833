"""Two logistic regressions: one for each arm, and one for both whose effect differs between people.

In the second a person's log-odds are a + b·x + (t - 1/2)·(c + d·x). What differs between people, d, is drawn
towards nothing by a normal prior; how strongly is learnt from the same people by the marginal likelihood
(D. MacKay, "Bayesian Interpolation", Neural Computation 1992, with a Laplace approximation). Where all are
moved alike, d vanishes by itself, and no penalty has to be chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from qianbao.insight.models.arrays import Floats, special
from qianbao.insight.response.models import Trial

RIDGE: Final = 10.0
"""The penalty of each coefficient that is not an effect: inverse C of 0.1, as in the baseline measured."""
DEPARTURE_FIRST: Final = 200.0
DEPARTURE_MAX: Final = 1e5
ROUNDS: Final = 15
STEPS: Final = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoModels:
    """The baseline: one regression of the treated, one of the others."""

    treated: Floats
    untreated: Floats

    def effect(self, x: Floats) -> Floats:
        """By how much the chance of the outcome rises for each person."""
        return _chance(x, self.treated) - _chance(x, self.untreated)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One regression of both arms."""

    level: Floats
    """a, b."""
    moved: Floats
    """c, d."""
    departure: float
    """The precision of d's prior: the higher, the more alike are all."""

    def odds(self, x: Floats) -> Floats:
        """By how much treatment raises each person's log-odds."""
        return _linear(x, self.moved)

    def effect(self, x: Floats) -> Floats:
        """By how much the chance of the outcome rises for each person."""
        level, moved = _linear(x, self.level), self.odds(x) / 2
        return _expit(level + moved) - _expit(level - moved)


def two_models(trial: Trial) -> TwoModels:
    """Fit the baseline."""
    fits: list[Floats] = []
    for arm in (1.0, 0.0):
        here = trial.treated == arm
        a = np.column_stack([np.ones(int(here.sum())), trial.x[here]])
        penalty = np.r_[0.0, np.full(trial.x.shape[1], RIDGE)]
        fits.append(newton(a, trial.outcome[here], penalty, np.zeros(a.shape[1]))[0])
    return TwoModels(treated=fits[0], untreated=fits[1])


def shared(trial: Trial, *, departure: float | None = None, near: float = DEPARTURE_FIRST) -> Shared:
    """Fit both arms in one; the prior's precision is learnt, from one that is near, unless it is given."""
    k = trial.x.shape[1]
    half = trial.treated - 0.5
    a = np.column_stack([np.ones(len(trial)), trial.x, half, half[:, None] * trial.x])
    found = np.zeros(a.shape[1])
    precision = near if departure is None else departure
    for _ in range(ROUNDS):
        penalty = np.r_[0.0, np.full(k, RIDGE), 0.0, np.full(k, precision)]
        found, hessian = newton(a, trial.outcome, penalty, found, within=1e-3)
        if departure is not None:
            break
        moved = found[k + 2 :]
        spread = np.linalg.inv(hessian)[k + 2 :, k + 2 :].trace()
        # Effective numbers of parameters over their square: MacKay's fixed point.
        told = max(k - precision * spread, 1e-3) / max(float(moved @ moved), 1e-9)
        told = min(told, DEPARTURE_MAX)
        settled = abs(np.log(told / precision)) < 0.05
        precision = told
        if settled:
            break
    return Shared(level=found[: k + 1], moved=found[k + 1 :], departure=precision)


def newton(
    a: Floats, y: Floats, penalty: Floats, start: Floats, *, within: float = 1e-4
) -> tuple[Floats, Floats]:
    """Newton's method from `start`, to `within` each coefficient: those, and the Hessian there."""
    found = start
    hessian = np.eye(a.shape[1])
    for _ in range(STEPS):
        chance = _expit(a @ found)
        slope = a.T @ (chance - y) + penalty * found
        hessian = (a * (chance * (1 - chance))[:, None]).T @ a + np.diag(penalty + 1e-9)
        step = np.linalg.solve(hessian, slope)
        # A step too far, as where an arm has hardly an outcome, is cut: Newton's own ends in nothing.
        found = found - step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < within:
            break
    return found, hessian


def _linear(x: Floats, coefficients: Floats) -> Floats:
    return coefficients[0] + x @ coefficients[1:]


def _chance(x: Floats, coefficients: Floats) -> Floats:
    return _expit(_linear(x, coefficients))


def _expit(values: Floats) -> Floats:
    return np.asarray(special.expit(values), np.float64)
