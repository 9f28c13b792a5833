"""Pareto/NBD: purchases as in BG/NBD, and a lifetime that may end at any moment.

D. Schmittlein, D. Morrison, R. Colombo, Management Science 33(1), 1987; the likelihood as P. Fader and
B. Hardie write it. Rates differ by Gamma(r, alpha), lifetimes' rates by Gamma(s, beta).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qianbao.insight.models.arrays import Floats, maximum, polished, special
from qianbao.insight.models.history import Histories, gathered


@dataclass(frozen=True, slots=True)
class ParetoNbd:
    """The four parameters, in the histories' unit of time."""

    r: float
    alpha: float
    s: float
    beta: float

    def log_likelihood(self, histories: Histories) -> float:
        """Of these customers' histories."""
        return -_negative(np.log([self.r, self.alpha, self.s, self.beta]), *gathered(histories))

    def alive(self, histories: Histories) -> Floats:
        """The chance that each is still a customer at the end of the time observed."""
        h = histories
        stays, leaves = _parts(self.r, self.alpha, self.s, self.beta, h.x, h.t_x, h.t)
        return np.exp(stays - np.logaddexp(stays, leaves))

    def expected(self, histories: Histories, ahead: float) -> Floats:
        """How many purchases each is expected to make in the `ahead` units of time that follow."""
        h, s = histories, self.s
        life = (self.beta + h.t) / (s - 1) * (1 - ((self.beta + h.t) / (self.beta + h.t + ahead)) ** (s - 1))
        return (self.r + h.x) / (self.alpha + h.t) * life * self.alive(h)


def fit(histories: Histories) -> ParetoNbd:
    """The parameters of the highest likelihood. Raises `NotFitted`."""
    rows = gathered(histories)
    unit = float(np.mean(histories.t)) or 1.0
    start = np.log([0.5, 0.5 * unit, 0.5, 0.5 * unit])

    def negative(logs: Floats) -> float:
        return _negative(logs, *rows)

    found = polished(negative, maximum(negative, start, gradient=False))
    return ParetoNbd(*np.exp(found).tolist())


def _parts(
    r: float, alpha: float, s: float, beta: float, x: Floats, t_x: Floats, t: Floats
) -> tuple[Floats, Floats]:
    """Log-weights of being alive at the end, and of having left between the last purchase and the end."""
    stays = -(r + x) * np.log(alpha + t) - s * np.log(beta + t)
    power, wide = r + s + x, max(alpha, beta)
    other = s + 1 if alpha >= beta else r + x
    gap = abs(alpha - beta)

    def term(at: Floats) -> Floats:
        # Euler's other form of the hypergeometric function stays finite as its argument nears one.
        z = gap / (wide + at)
        shape = special.hyp2f1(1.0, power + 1 - other, power + 1, z)
        return np.log(shape) + (1 - other) * np.log1p(-z) - power * np.log(wide + at)

    early, late = term(t_x), term(t)
    apart = np.minimum(late - early, -1e-300)
    with np.errstate(divide="ignore"):
        leaves = np.log(s / power) + early + np.log(-np.expm1(apart))
    return stays, leaves


def _negative(logs: Floats, x: Floats, t_x: Floats, t: Floats, count: Floats) -> float:
    r, alpha, s, beta = np.exp(logs)
    stays, leaves = _parts(r, alpha, s, beta, x, t_x, t)
    whole = special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    return -float(count @ (whole + np.logaddexp(stays, leaves)))
