"""How fast records become figures of groups and scores: DuckDB over Parquet, BG/NBD, everybody scored.

`insight.groups.records`: records a second from the lake's files to the figures of groups; features have a
benchmark of their own. `insight.bgnbd.fit_s`: one fit on a million customers.
`insight.score.people_per_min`: capacity with its interval, BG/NBD and marks for a million people.
`insight.needs.people_per_min`: twelve kinds with the signs behind each, as rows, for a million people.

    python benchmarks/insight.py        # prints figures as JSON
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from qianbao.ids import of_int
from qianbao.insight.models import bgnbd
from qianbao.insight.models.arrays import Floats
from qianbao.insight.models.history import Histories
from qianbao.insight.needs import fitting
from qianbao.insight.needs import scoring as needs_scoring
from qianbao.insight.needs.fitting import Round
from qianbao.insight.needs.models import KINDS, PRODUCTS
from qianbao.insight.needs.scoring import Some
from qianbao.insight.needs.signs import PERSON, People
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import SCHEMA, pa, uuids
from qianbao.insight.scores import scoring
from qianbao.insight.scores.scoring import Features

RECORDS = 10_000_000
CUSTOMERS = 100_000
PEOPLE = 1_000_000
TODAY = date(2026, 11, 26)

DRAWN = """
COPY (
    SELECT n AS seq, uuid() AS record, md5((n * 7919 % $people)::VARCHAR)::UUID AS person, 'paid' AS kind,
           1790000000000000000 AS happened, 1790000000000000000 AS known,
           DATE '2025-10-01' + (n * 104729 % 420)::INTEGER AS day,
           (100 + hash(n) % 20000)::BIGINT AS amount, (100 + hash(n) % 20000)::BIGINT AS own,
           0::BIGINT AS refunded,
           md5((n % 5000)::VARCHAR)::UUID AS merchant, md5((n % 9000)::VARCHAR)::UUID AS store,
           'CNY' AS currency, '5411' AS mcc,
           ['groceries', 'dining', 'transport', 'bills'][1 + n % 4] AS category,
           'offline_code' AS scene, ['lanhua', 'zhuque'][1 + n % 2] AS brand, '杭州' AS city, 'new1' AS tier,
           NULL::BIGINT AS cell
    FROM   range($first, $last) AS drawn (n)
) TO '$path' (FORMAT parquet, COMPRESSION zstd)
"""


def figure(name: str, value: float, unit: str, better: str, **conditions: Any) -> dict[str, Any]:
    """One figure in the form of `results.json`."""
    machine = {"cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1)}
    return {
        "name": name,
        "value": round(value, 2),
        "unit": unit,
        "better": better,
        "conditions": conditions | machine,
    }


def lake(folder: Path) -> Snapshot:
    """Ten files of a million records, in the lake's own columns."""
    files: list[Path] = []
    with duckdb.connect() as plain:
        connection: Any = plain
        for part in range(10):
            path = folder / f"{part}.parquet"
            size = RECORDS // 10
            given = {"people": CUSTOMERS, "first": part * size, "last": (part + 1) * size, "path": path}
            text = DRAWN
            for name, value in given.items():
                text = text.replace(f"${name}", str(value))
            connection.execute(text)
            files.append(path)
    nobody = pa.table({"person": uuids([]), "year": pa.array([], pa.int64())})
    return Snapshot(
        files=tuple(files),
        fresh=SCHEMA.empty_table(),
        born=nobody,
        said=(),
        rule=REGISTER[Purpose.STATISTICS],
        since=0,
        until=2**62,
    )


def groups() -> list[dict[str, Any]]:
    """From files to figures of groups."""
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        snapshot = lake(Path(folder))
        with snapshot.opened() as tables:
            began = time.perf_counter()
            scoring.groups(tables, [], TODAY)
            took = time.perf_counter() - began
    told = {"records": RECORDS, "people": CUSTOMERS, "memory": "2 GB for DuckDB"}
    return [figure("insight.groups.records", RECORDS / took, "records/s", "higher", **told)]


def histories(people: int) -> Histories:
    """Customers of forty weeks, to the day."""
    random = np.random.default_rng(1)
    x = random.negative_binomial(0.6, 0.1, people).astype(np.float64)
    t = np.full(people, 280.0)
    t_x = np.where(x > 0, np.round(t * random.beta(1 + x, 1.4)), 0.0)
    return Histories(x=x, t_x=t_x / 7, t=t / 7, mean=random.lognormal(3, 0.5, people) * (x > 0))


def models() -> list[dict[str, Any]]:
    """A fit on a million, and the scores of a million."""
    many = histories(PEOPLE)
    began = time.perf_counter()
    bgnbd.fit(many)
    fitted_s = time.perf_counter() - began
    random = np.random.default_rng(2)
    months: Floats = random.lognormal(10, 0.8, (PEOPLE, 13)).round()
    people = Features(
        persons=tuple(of_int(number << 8) for number in range(PEOPLE)),
        histories=many,
        recency_days=(many.t - many.t_x) * 7,
        visits=many.x + 1,
        spent=months.sum(axis=1),
        months=months,
    )
    fitted = scoring.fit(people, made=0)
    began = time.perf_counter()
    scoring.scores(fitted, people, day=TODAY, made=0)
    scored_s = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    told = {"people": PEOPLE, "peak_gb": round(peak, 2)}
    return [
        figure("insight.bgnbd.fit_s", fitted_s, "s", "lower", **told),
        figure("insight.score.people_per_min", PEOPLE / scored_s * 60, "people/min", "higher", **told),
    ]


def needs() -> list[dict[str, Any]]:
    """The needs of a million, by a model of a hundred thousand."""
    random = np.random.default_rng(3)

    def drawn(size: int) -> People:
        purchases = random.poisson(random.gamma(0.4, 5.0, (size, len(KINDS)))).astype(np.float64)
        none = purchases == 0
        first = np.where(none, np.nan, np.floor(random.uniform(0, 365, none.shape)))
        whole = np.floor(random.lognormal(3, 1, (size, len(PERSON))))
        return People(
            purchases=purchases, recency=np.floor(first * random.random(none.shape)), first=first,
            spent=purchases * 3_000, whole=whole, tier=np.zeros(size, np.intp),
        )  # fmt: skip

    past = drawn(CUSTOMERS)
    nobody = np.zeros((CUSTOMERS, len(PRODUCTS)), np.bool_)
    came = random.random(past.purchases.shape) < 1 - np.exp(-past.purchases / 12)
    one = Round(people=past, came=came, used=nobody, adopted=nobody, born=np.full(CUSTOMERS, np.nan))
    began = time.perf_counter()
    fitted = fitting.fit([one])
    fitted_s = time.perf_counter() - began
    everybody = Some(
        persons=tuple(of_int(number << 8) for number in range(PEOPLE)),
        people=drawn(PEOPLE),
        used=np.zeros((PEOPLE, len(PRODUCTS)), np.bool_),
    )
    began = time.perf_counter()
    scored = needs_scoring.scored(fitted, everybody)
    laid = sum(len(scored.rows(at, at + 20_000)) for at in range(0, PEOPLE, 20_000))
    scored_s = time.perf_counter() - began
    assert laid == PEOPLE
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    told = {"people": PEOPLE, "kinds": len(KINDS), "fit_s": round(fitted_s, 1), "peak_gb": round(peak, 2)}
    return [figure("insight.needs.people_per_min", PEOPLE / scored_s * 60, "people/min", "higher", **told)]


def main() -> None:
    """Print the figures."""
    json.dump([*groups(), *models(), *needs()], sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
