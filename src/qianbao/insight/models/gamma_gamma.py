"""Gamma-Gamma: how much a purchase of somebody is worth.

P. Fader, B. Hardie, K. L. Lee, "RFM and CLV", Journal of Marketing Research 42(4), 2005. Purchases of one
person vary by Gamma(p, nu), people differ by nu from Gamma(q, gamma).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qianbao.insight.models.arrays import Floats, NotFitted, maximum, special
from qianbao.insight.models.history import Histories


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """The three parameters, in the amounts' own unit."""

    p: float
    q: float
    gamma: float

    def log_likelihood(self, histories: Histories) -> float:
        """Of the mean amounts of those with a repeat purchase."""
        return -_negative(np.log([self.p, self.q, self.gamma]), *_repeaters(histories))[0]

    def expected(self, histories: Histories) -> Floats:
        """The mean amount that each one's purchases tend to; of nobody known, everybody's mean."""
        h = histories
        return self.p * (self.gamma + h.x * h.mean) / (self.p * h.x + self.q - 1)

    def drawn(self, histories: Histories, purchases: Floats, random: np.random.Generator) -> Floats:
        """What so many purchases (customers, draws) come to, drawn from what is left uncertain."""
        h = histories
        shape = np.broadcast_to((self.q + self.p * h.x)[:, None], purchases.shape)
        nu = random.gamma(shape) / (self.gamma + h.x * h.mean)[:, None]
        return np.where(purchases > 0, random.gamma(np.maximum(self.p * purchases, 1e-9)) / nu, 0.0)


def fit(histories: Histories) -> GammaGamma:
    """The parameters of the highest likelihood. Raises `NotFitted`."""
    x, mean = _repeaters(histories)
    if len(x) < 3:
        raise NotFitted("fewer than three people with a repeat purchase")
    start = np.log([1.0, 2.0, float(mean.mean())])

    def negative(logs: Floats) -> tuple[float, Floats]:
        return _negative(logs, x, mean)

    return GammaGamma(*np.exp(maximum(negative, start)).tolist())


def _repeaters(h: Histories) -> tuple[Floats, Floats]:
    again = (h.x > 0) & (h.mean > 0)
    return h.x[again], h.mean[again]


def _negative(logs: Floats, x: Floats, mean: Floats) -> tuple[float, Floats]:
    p, q, gamma = np.exp(logs)
    px, worth = p * x, gamma + x * mean
    value = (
        special.gammaln(px + q) - special.gammaln(px) - special.gammaln(q) + q * np.log(gamma)
        + (px - 1) * np.log(mean) + px * np.log(x) - (px + q) * np.log(worth)
    )  # fmt: skip
    whole = special.digamma(px + q)
    by_p = x * (whole - special.digamma(px) + np.log(mean) + np.log(x) - np.log(worth))
    by_q = whole - special.digamma(q) + np.log(gamma) - np.log(worth)
    by_gamma = q / gamma - (px + q) / worth
    gradient = np.array([by_p.sum(), by_q.sum(), by_gamma.sum()])
    return -float(value.sum()), -gradient * np.exp(logs)
