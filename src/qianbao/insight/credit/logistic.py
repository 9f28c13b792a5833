"""Logistic regression with a ridge and without negative weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qianbao.insight.models.arrays import Floats, optimize, special

NEAR: float = 1e-6
"""No probability is nearer to 0 or 1."""


def logit(probability: Floats) -> Floats:
    """ln of the odds."""
    inside = np.clip(probability, NEAR, 1 - NEAR)
    return np.log(inside) - np.log1p(-inside)


def expit(odds: Floats) -> Floats:
    """The probability of ln odds."""
    return np.asarray(special.expit(odds), np.float64)


def fit(
    x: NDArray[np.float64], yes: Floats, *, ridge: float, free: bool = False, given: Floats | None = None
) -> tuple[float, Floats]:
    """Intercept and weights. `ridge` is in people: so many of them speak for a weight of 0. `given`: ln odds
    that are known of each already; what is fitted comes on top of them.

    Weights are not negative unless `free`: where each column is evidence for the yes, a negative weight would
    only say that two columns overlap, and could not be explained to anybody.
    """
    people, columns = x.shape
    level = 0.0 if given is not None else float(logit(np.array([yes.mean()]))[0])
    start = np.concatenate(([level], np.full(columns, 0.0 if free else 0.1)))
    known = 0.0 if given is None else given

    def negative(weights: Floats) -> tuple[float, Floats]:
        odds = known + weights[0] + x @ weights[1:]
        missed = expit(odds) - yes
        loss = np.logaddexp(0.0, odds).sum() - yes @ odds + ridge / 2 * (weights[1:] @ weights[1:])
        slope = np.concatenate(([missed.sum()], x.T @ missed + ridge * weights[1:]))
        return float(loss) / people, slope / people

    bounds = [(None, None)] + [(None if free else 0.0, None)] * columns
    found = optimize.minimize(
        negative, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500, "ftol": 1e-10}
    )
    return float(found.x[0]), np.asarray(found.x[1:], np.float64)


def loss(odds: Floats, yes: Floats) -> float:
    """The mean of -ln of the probability given to what came."""
    return float((np.logaddexp(0.0, odds) - yes * odds).mean())
