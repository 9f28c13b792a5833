"""SciPy carries no types; what the models use of it is named here once, and is `Any` to the type checker."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import scipy.optimize
import scipy.special
from numpy.typing import NDArray

optimize: Any = scipy.optimize
special: Any = scipy.special

Floats: TypeAlias = NDArray[np.float64]
"""One number a customer."""


class NotFitted(ArithmeticError):
    """The likelihood has no maximum that could be found: too few customers, or all alike."""


def maximum(negative: Any, start: Floats, *, gradient: bool = True) -> Floats:
    """Where `negative` (of the parameters' logarithms; with its gradient) is least. Raises `NotFitted`."""
    bounds = [(value - 5, value + 5) for value in start]
    found = optimize.minimize(
        negative,
        start,
        jac=gradient,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 2_000, "ftol": 1e-13, "gtol": 1e-7},
    )
    if not np.isfinite(found.fun):
        raise NotFitted(str(found.message))
    return np.asarray(found.x, np.float64)


def polished(negative: Any, near: Floats) -> Floats:
    """From near the maximum to it, without a gradient: differences that stand in for one end too early."""
    options = {"xatol": 1e-7, "fatol": 1e-9, "maxiter": 400}
    return np.asarray(optimize.minimize(negative, near, method="Nelder-Mead", options=options).x, np.float64)
