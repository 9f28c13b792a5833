"""Lives drawn from a known truth: what comes again, and all the rest."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from qianbao.ids import Id
from qianbao.insight.recurring.models import Payment

TODAY = date(2026, 11, 15)
RENT, GYM, FEE, PHONE, CINEMA = (Id(int=number) for number in range(1, 6))
EPOCH = date(1970, 1, 1)


class Life:
    """Payments of one person, put together."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.payments: list[Payment] = []

    def pay(self, day: date, amount: float, merchant: Id, category: str, *, hour: float = 12.0) -> Payment:
        """One payment."""
        minute = int(hour * 60) % 1_440
        one = Payment(
            trade=Id(int=len(self.payments) + 1_000),
            happened=((day - EPOCH).days * 1_440 + minute) * 60 * 10**9,
            day=day,
            minute=minute,
            spent=max(int(amount), 1),
            merchant=merchant,
            category=category,
        )
        self.payments.append(one)
        return one

    def noise(self, *, days: int = 540, a_day: float = 2.0, merchants: int = 40) -> Life:
        """Groceries, meals and rides at random times, at shops some of which are visited often."""
        share = self.random.pareto(1.2, merchants) + 0.05
        kinds = ("groceries", "dining", "transport", "shopping")
        for back in range(days):
            for _ in range(int(self.random.poisson(a_day))):
                shop = int(self.random.choice(merchants, p=share / share.sum()))
                self.pay(
                    TODAY - timedelta(days=back),
                    self.random.lognormal(7.5 + shop % 5 * 0.3, 0.5),
                    Id(int=100 + shop),
                    kinds[shop % 4],
                    hour=float(self.random.normal(14, 3)) % 24,
                )
        return self

    def bills(self) -> Life:
        """Rent on the third, gym each Tuesday, a yearly fee, a phone bill that differs."""
        for back in range(16):
            number = TODAY.year * 12 + TODAY.month - 1 - back
            month = date(number // 12, number % 12 + 1, 1)
            self.pay(month + timedelta(days=2 + int(self.random.integers(0, 2))), 350_000, RENT, "home")
            when = month + timedelta(days=9 + int(self.random.integers(-1, 2)))
            if when <= TODAY:
                self.pay(when, self.random.normal(6_800, 900), PHONE, "bills")
        for back in range(0, 300, 7):
            self.pay(TODAY - timedelta(days=5 + back), 4_900, GYM, "leisure", hour=19)
        for year in (2025, 2026):
            self.pay(date(year, 3, 20), 19_800, FEE, "leisure")
        return self
