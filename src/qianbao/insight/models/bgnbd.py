"""BG/NBD: how often people come again, and whether they still do.

P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers the Easy Way", Marketing Science 24(2), 2005. While
alive a customer buys at a rate that differs between customers by Gamma(r, alpha); after each purchase they
leave with a chance that differs by Beta(a, b).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qianbao.insight.models.arrays import Floats, NotFitted, maximum, special
from qianbao.insight.models.history import Histories, gathered

AT_ONCE: Final = 2_000
"""Customers drawn for at once: it bounds the memory."""


@dataclass(frozen=True, slots=True)
class BgNbd:
    """The four parameters, in the histories' unit of time."""

    r: float
    alpha: float
    a: float
    b: float

    def log_likelihood(self, histories: Histories) -> float:
        """Of these customers' histories."""
        rows = _Rows(*gathered(histories))
        return -rows.negative(np.log([self.r, self.alpha, self.a, self.b]))[0]

    def alive(self, histories: Histories) -> Floats:
        """The chance that each is still a customer at the end of the time observed."""
        return 1 / (1 + self._gone(histories))

    def _gone(self, h: Histories) -> Floats:
        # The odds of having left after the last purchase; who has no repeat purchase cannot have left.
        back = np.maximum(self.b + h.x - 1, 1e-12)
        quiet = (self.r + h.x) * (np.log(self.alpha + h.t) - np.log(self.alpha + h.t_x))
        return np.where(h.x > 0, self.a / back * np.exp(np.minimum(quiet, 700)), 0.0)

    def expected(self, histories: Histories, ahead: float) -> Floats:
        """How many purchases each is expected to make in the `ahead` units of time that follow.

        The hypergeometric function is taken in Euler's other form, which converges for many purchases too.
        """
        h, a, b = histories, self.a, self.b
        z = ahead / (self.alpha + h.t + ahead)
        tail = np.exp((a - 1) * np.log1p(-z)) * special.hyp2f1(a + b - 1 - self.r, a - 1, a + b + h.x - 1, z)
        return (a + b + h.x - 1) / (a - 1) * (1 - tail) / (1 + self._gone(h))

    def drawn(self, histories: Histories, ahead: float, draws: int, random: np.random.Generator) -> Floats:
        """Purchases in the time that follows, drawn from what is left uncertain: (customers, draws)."""
        shape = (len(histories), draws)
        h = histories
        rate = random.gamma(np.broadcast_to((self.r + h.x)[:, None], shape)) / (self.alpha + h.t)[:, None]
        leaves = random.beta(self.a, np.broadcast_to((self.b + h.x)[:, None], shape))
        last = random.geometric(np.clip(leaves, 1e-9, 1.0))
        bought = np.minimum(random.poisson(rate * ahead), last)
        return np.where(random.random(shape) < self.alive(h)[:, None], bought, 0).astype(np.float64)

    def quantiles(
        self,
        histories: Histories,
        ahead: float,
        levels: Sequence[float],
        random: np.random.Generator,
        draws: int = 400,
    ) -> Floats:
        """Quantiles of the purchases in the time that follows: (levels, customers)."""
        parts = [
            np.quantile(
                self.drawn(
                    histories.of(np.arange(at, min(at + AT_ONCE, len(histories)))), ahead, draws, random
                ),
                levels,
                axis=1,
            )
            for at in range(0, len(histories), AT_ONCE)
        ]
        return np.concatenate(parts, axis=1)


def fit(histories: Histories) -> BgNbd:
    """The parameters of the highest likelihood. Raises `NotFitted`."""
    if not len(histories):
        raise NotFitted("nobody to learn from")
    rows = _Rows(*gathered(histories))
    unit = float(np.mean(histories.t)) or 1.0
    start = np.log([0.5, 0.5 * unit, 0.5, 1.5])
    return BgNbd(*np.exp(maximum(rows.negative, start)).tolist())


class _Rows:
    """Customers gathered, with what of them does not change while parameters are tried."""

    def __init__(self, x: Floats, t_x: Floats, t: Floats, count: Floats) -> None:
        self.x, self.t_x, self.t, self.count = x, t_x, t, count
        self.often, self.which = np.unique(x, return_inverse=True)
        self.total = count.sum()

    def negative(self, logs: Floats) -> tuple[float, Floats]:
        """Minus the log-likelihood, and its gradient by the parameters' logarithms."""
        r, alpha, a, b = np.exp(logs)
        n, log_t, log_tx = self.often, np.log(alpha + self.t), np.log(alpha + self.t_x)
        # What depends on the number of purchases alone is computed once a number.
        of_x = special.gammaln(r + n) - special.gammaln(r) + r * np.log(alpha)
        of_x = of_x + special.gammaln(a + b) + special.gammaln(b + n)
        of_x = of_x - special.gammaln(b) - special.gammaln(a + b + n)
        power = r + self.x
        here = -power * log_t
        left = np.where(
            self.x > 0, np.log(a) - np.log(np.maximum(b + self.x - 1, 1e-12)) - power * log_tx, -np.inf
        )
        both = np.logaddexp(here, left)
        w, v = np.exp(here - both), np.exp(left - both)
        by_r = (special.digamma(r + n) - special.digamma(r) + np.log(alpha))[self.which]
        by_ab = special.digamma(a + b) - special.digamma(a + b + n)
        by_b = (by_ab + special.digamma(b + n) - special.digamma(b))[self.which]
        terms: list[Any] = [
            by_r - w * log_t - v * log_tx,
            r / alpha - power * (w / (alpha + self.t) + v / (alpha + self.t_x)),
            by_ab[self.which] + v / a,
            by_b - v / np.maximum(b + self.x - 1, 1e-12),
        ]
        value = -float(self.count @ (of_x[self.which] + both))
        return value, -np.array([self.count @ term for term in terms]) * np.exp(logs)
