"""People drawn from a known truth: what the models must find again, and what they must not."""

from __future__ import annotations

import numpy as np

from qianbao.insight.credit.inputs import People, found
from qianbao.insight.credit.table import Column, Table
from qianbao.insight.models.arrays import Floats

BRANCHES = ("north", "south", "east", "west")


def borrowers(people: int, *, seed: int) -> tuple[Table, Floats]:
    """The yes comes with what is owed and with missed payments, less with income, more in the south.

    Noise, a name that is unique, a constant and a number of the row tell nothing.
    """
    random = np.random.default_rng(seed)
    income = random.lognormal(8, 0.5, people)
    owed = random.gamma(2, 800, people)
    missed = random.poisson(0.5, people).astype(np.float64)
    branch = random.choice(BRANCHES, people)
    odds = -2.6 + 0.9 * missed + 0.0005 * owed - 0.8 * (np.log(income) - 8) + 1.0 * (branch == "south")
    yes = (random.random(people) < 1 / (1 + np.exp(-odds))).astype(np.float64)
    hidden = random.random(people) < 0.1
    columns: dict[str, Column] = {
        "row_id": np.arange(people, dtype=np.float64),
        "income": np.where(hidden, np.nan, income),
        "owed": owed,
        "missed_payments": missed,
        "branch": branch.astype(object),
        "noise": random.normal(size=people),
        "name": np.array([f"person {one}" for one in range(people)], dtype=object),
        "currency": np.full(people, "CNY", dtype=object),
        "sex": random.choice(("f", "m"), people).astype(object),
    }
    return Table(columns=columns, rows=people), yes


def noise(people: int, *, columns: int, seed: int) -> tuple[Table, Floats]:
    """Columns that tell nothing."""
    random = np.random.default_rng(seed)
    yes = (random.random(people) < 0.3).astype(np.float64)
    values = {f"noise {chr(97 + one)}": random.normal(size=people) for one in range(columns)}
    return Table(columns=values, rows=people), yes


def crossing(people: int, *, seed: int) -> tuple[Table, Floats]:
    """The yes comes where exactly one of two columns is high: no column tells anything alone."""
    random = np.random.default_rng(seed)
    one, other = random.normal(size=people), random.normal(size=people)
    yes = (random.random(people) < np.where((one > 0) != (other > 0), 0.7, 0.1)).astype(np.float64)
    return Table(columns={"one": one, "other": other}, rows=people), yes


def read(table: Table) -> People:
    """Their inputs."""
    return found(table).read(table)
