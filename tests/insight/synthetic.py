"""Customers drawn from a known truth: what an estimator must find again."""

from __future__ import annotations

import numpy as np

from qianbao.insight.models.arrays import Floats
from qianbao.insight.models.bgnbd import BgNbd
from qianbao.insight.models.gamma_gamma import GammaGamma
from qianbao.insight.models.history import Histories


def customers(
    truth: BgNbd, worth: GammaGamma, *, people: int, weeks: float, ahead: float, seed: int
) -> tuple[Histories, Floats]:
    """Histories of `weeks`, and how often each came in the `ahead` weeks after: purchase by purchase."""
    random = np.random.default_rng(seed)
    rate = random.gamma(truth.r, 1 / truth.alpha, people)
    leaves = random.beta(truth.a, truth.b, people)
    nu = random.gamma(worth.q, 1 / worth.gamma, people)
    x, t_x, mean, came = np.zeros(people), np.zeros(people), np.zeros(people), np.zeros(people)
    for one in range(people):
        now, alive, sums = 0.0, True, 0.0
        while alive:
            now += random.exponential(1 / rate[one])
            if now > weeks + ahead:
                break
            if now <= weeks:
                x[one] += 1
                t_x[one] = now
                sums += random.gamma(worth.p) / nu[one]
            else:
                came[one] += 1
            alive = random.random() > leaves[one]
        mean[one] = sums / x[one] if x[one] else 0.0
    return Histories(x=x, t_x=t_x, t=np.full(people, float(weeks)), mean=mean), came


def purchases(truth: BgNbd, *, people: int, days: int, seed: int) -> list[tuple[int, int]]:
    """(customer, day) of every purchase, the first within the first 60 days."""
    random = np.random.default_rng(seed)
    found: set[tuple[int, int]] = set()
    for one in range(people):
        now, rate = random.uniform(0, 60), random.gamma(truth.r, 1 / truth.alpha)
        leaves = random.beta(truth.a, truth.b)
        found.add((one, int(now)))
        while (now := now + 7 * random.exponential(1 / rate)) < days:
            found.add((one, int(now)))
            if random.random() < leaves:
                break
    return sorted(found)


def households(*, people: int, months: int, seed: int) -> Floats:
    """Spending by month, minor units: levels of their own, with trend, noise and months of nothing."""
    random = np.random.default_rng(seed)
    level = random.lognormal(10.0, 0.9, people)[:, None]
    drift = np.cumsum(random.normal(0, 0.15, (people, months)), axis=1)
    noise = random.lognormal(0, 0.35, (people, months))
    away = random.random((people, months)) < 0.06
    return np.where(away, 0.0, level * np.exp(drift) * noise).round()
