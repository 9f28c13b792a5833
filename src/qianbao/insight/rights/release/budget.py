"""How much a release may tell of one person, and how much noise that takes. Pure.

Zero-concentrated differential privacy (Bun, Steinke 2016): the days of a year add up in ρ, and ρ is (ε, δ) by
ε = ρ + 2 √(ρ ln 1/δ), proposition 1.3. The unit is a person with all their payments of a day (add or remove).
"""

from __future__ import annotations

import math
from typing import Final

import msgspec

from qianbao.insight.rights.rules import Rules
from qianbao.insight.scores.models import GROUP_MIN

DAYS: Final = 366
"""Releases that a year's budget is for."""
MEASURES: Final = 2
"""What a day tells, half of its ρ each: how many people, and what they spent."""
SURE_SD: Final = 3
"""A cell is shown where so many standard deviations of noise would not have made it of a small group."""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What one day's release is made by. `sd`: standard deviations of the noise."""

    rho: float
    """Of the day, all measures together."""
    people_bound: float
    """The most that one person changes the counts, in the L2 norm over all cells."""
    spent_bound: float
    """The same of the sums, minor units."""
    people_sd: float
    spent_sd: float
    people_min: int


def epsilon(rho: float, delta: float) -> float:
    """ε of ρ at δ."""
    return rho + 2 * math.sqrt(rho * math.log(1 / delta))


def rho(epsilon: float, delta: float) -> float:
    """ρ of ε at δ: the other way."""
    log = math.log(1 / delta)
    return (math.sqrt(log + epsilon) - math.sqrt(log)) ** 2


def rho_year(rules: Rules) -> float:
    """The budget of a year, of one person."""
    return rho(rules.epsilon_year, rules.delta)


def terms(rules: Rules) -> Terms:
    """How a day's release is made under the house's rules."""
    day = rho_year(rules) / DAYS
    people, spent = math.sqrt(rules.cells_max), rules.spent_max * math.sqrt(rules.cells_max)
    people_sd, spent_sd = (sd(bound, day / MEASURES) for bound in (people, spent))
    return Terms(
        rho=day,
        people_bound=people,
        spent_bound=spent,
        people_sd=people_sd,
        spent_sd=spent_sd,
        people_min=GROUP_MIN + math.ceil(SURE_SD * people_sd),
    )


def sd(bound: float, rho: float) -> float:
    """The noise that a measure with this bound takes for ρ: bound / √(2ρ), proposition 1.6."""
    return bound / math.sqrt(2 * rho)
