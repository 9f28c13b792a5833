"""What one payment costs with 10,000,000 paid trades in the tables, against 250,000 unpaid ones alone.

Between the two measurements the tables are filled in bulk: trades, two transfers and one command each. The
cost is the processor time of the server and of this process a payment; the rates stand in the conditions.
Takes about ten minutes and 30 GB.

    python benchmarks/journal_growth.py     # prints figures as JSON
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvloop

from journal import Bench, Crowd, conditions, figure, prepare
from qianbao.db import embedded

MANY, TO_PAY, CHUNK = 10_000_000, 250_000, 1_000_000
SETTLE_S, RUN_S = 3.0, 5.0
STATEMENT_S = 3_600
NO_CHECKPOINT = {"checkpoint_timeout": "1d", "max_wal_size": "100GB"}
"""After a checkpoint each page is logged whole when it is first touched. A running server pays that once in
ten minutes; here it would fall on one of the two measurements."""
FILL = (
    """
    INSERT INTO trade (id, merchant, command, payer, amount, created, paid, fee, version, rate_bp, state,
                       scene, currency, out_trade_no, mcc, city)
    SELECT md5('old' || n)::uuid, ('02' || lpad(to_hex(n % 100), 30, '0'))::uuid, md5('command' || n)::uuid,
           ('01' || lpad(to_hex(n % 100000), 30, '0'))::uuid, 100 + n % 20000, n, n, 1, 2, 60, 'paid',
           'native', 'CNY', 'old-' || n, '5411', 'Hangzhou'
    FROM   generate_series($1::bigint, $2::bigint - 1) AS n
    """,
    """
    INSERT INTO command (id, digest, ts, xid, caller, subject, ordinal, type, data, result)
    SELECT md5('command' || n)::uuid, n, n, (10 + n / 250)::text::xid8, ('09' || repeat('0', 30))::uuid,
           md5('old' || n)::uuid, n % 250, 'trade.paid',
           '{"trade":"' || md5('old' || n)::uuid || '","payer":"' || md5('m' || n)::uuid || '","amount":100}',
           '{"state":"paid","amount":100}'
    FROM   generate_series($1::bigint, $2::bigint - 1) AS n
    """,
    """
    INSERT INTO transfer (id, debit_account, credit_account, amount, ts, ledger, code, flags, user_data_128)
    SELECT md5('transfer' || n || '.' || leg)::uuid, ('01' || lpad(to_hex(n % 100000), 30, '0'))::uuid,
           ('02' || lpad(to_hex(n % 100), 30, '0'))::uuid, 100, 1000000000 + 2 * n + leg, 156, 10, 1 - leg,
           md5('old' || n)::uuid
    FROM   generate_series($1::bigint, $2::bigint - 1) AS n, generate_series(0, 1) AS leg
    """,
)
INDEXES = """
SELECT   i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made, c.conname AS key,
         i.indrelid::regclass::text AS of
FROM     pg_index i
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
WHERE    i.indrelid IN ('trade'::regclass, 'command'::regclass, 'transfer'::regclass)
"""


async def fill(bench: Bench) -> None:
    """Ten million paid trades. The indexes are made anew at the end, which is faster than growing them."""
    indexes = await bench.db.rows(INDEXES)
    async with bench.db.pool.acquire() as connection:
        for index in indexes:
            drop = "ALTER TABLE {of} DROP CONSTRAINT {key}" if index["key"] else "DROP INDEX {name}"
            await connection.execute(drop.format(**index))
        for first in range(0, MANY, CHUNK):
            for statement in FILL:
                await connection.execute(statement, first, first + CHUNK, timeout=STATEMENT_S)
        await connection.execute("SET maintenance_work_mem = '1GB'")
        for index in indexes:
            await connection.execute(index["made"], timeout=STATEMENT_S)
            if index["key"]:
                await connection.execute(
                    "ALTER TABLE {of} ADD CONSTRAINT {key} PRIMARY KEY USING INDEX {name}".format(**index)
                )
        await connection.execute("VACUUM ANALYZE trade, command, transfer", timeout=STATEMENT_S)


async def measure(server: embedded.Embedded) -> list[dict[str, Any]]:
    """The figures."""
    bench = await prepare(server)
    await bench.lay(0, TO_PAY)
    few = await run(bench)
    await fill(bench)
    await bench.lay(TO_PAY, 2 * TO_PAY)
    many = await run(bench)
    await bench.close()
    cost = [crowd.python_us + crowd.postgres_us for crowd in (few, many)]
    under = conditions(
        many, trades=MANY, transfers=2 * MANY, against=TO_PAY, seconds=RUN_S, checkpoints=0,
        payments_per_s=[round(few.rate), round(many.rate)], cpu_us_each=[round(one, 1) for one in cost],
    )  # fmt: skip
    return [
        figure("journal.cost_ratio_1e7", cost[1] / cost[0], "times", "lower", under),
        figure("journal.payments_1e7", many.rate, "payments/s", "higher", under),
    ]


async def run(bench: Bench) -> Crowd:
    """Settle, then measure."""
    await bench.crowd(SETTLE_S)
    return await bench.crowd(RUN_S)


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="qianbao-bench-") as folder:
        server = embedded.start(Path(folder) / "home", settings=NO_CHECKPOINT)
        try:
            figures = uvloop.run(measure(server))
        finally:
            server.stop()
    json.dump(figures, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
