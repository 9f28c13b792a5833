"""Paid trades in bulk, for the benchmark of growth: what payments would have left, made by set-based SQL.

The same tables and indexes as payments leave, rows as long as theirs, spread over thirty days: the trade, its
command with event and receipt, two transfers, and their six entries in the index of accounts and references.
Only balances are not moved. Where much is filled the indexes are made anew at its end, so they are denser
than grown ones, and the next payments split more of their pages.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy

STEP_NS: Final = 259_200_000
"""Between two trades: ten million are thirty days."""
CHUNK: Final = 200_000
ANEW: Final = 500_000
"""From so many trades on the indexes are made anew."""
STATEMENT_S: Final = 3_600

STATE: Final = """
CREATE TABLE IF NOT EXISTS growth (only_row boolean PRIMARY KEY DEFAULT true, filled bigint, base bigint)
"""
BEGUN: Final = """
INSERT INTO growth (filled, base)
VALUES (0, (extract(epoch FROM now()) * 1000000000)::bigint - 2678400000000000)
ON CONFLICT DO NOTHING
"""
FILLED: Final = "SELECT filled, base FROM growth"
ADVANCED: Final = "UPDATE growth SET filled = $1"
ENTERED: Final = "UPDATE transfer_entry_state SET up_to = greatest(up_to, $1)"
_PAYER = "('01' || lpad(to_hex(n * 7919 % 100000), 30, '0'))::uuid"
_SHOP = "('02' || lpad(to_hex(n % 100), 30, '0'))::uuid"
_FEES = "('03' || repeat('0', 30))::uuid"
_TRADE = "md5('old' || n)::uuid"
_AT = f"$3 + n * {STEP_NS}"
_FACTS = (
    f"""'state":"paid","merchant":"' || {_SHOP} || '","out_trade_no":"old-' || n || '","amount":'"""
    """ || 100 + n % 20000 || ',"currency":"CNY","scene":"offline_code"'"""
    """ || ',"created_at":"2026-11-24T08:30:00.000000Z"'"""
    f""" || ',"payer":"' || {_PAYER} || '","paid_at":"2026-11-24T08:30:00.000000Z","paid_by_payer":'"""
    """ || 100 + n % 20000 || ',"fee":1'"""
)
FILL: Final = (
    f"""
    INSERT INTO trade (id, merchant, command, payer, amount, created, paid, fee, version, rate_bp, state,
                       scene, currency, out_trade_no, brand, mcc, city)
    SELECT {_TRADE}, {_SHOP}, md5('command' || n)::uuid, {_PAYER}, 100 + n % 20000, {_AT}, {_AT}, 1, 2, 60,
           'paid', 'offline_code', 'CNY', 'old-' || n, 'qianbao', '5411', 'Hangzhou'
    FROM   generate_series($1::bigint, $2::bigint - 1) AS n
    """,
    f"""
    INSERT INTO command (id, digest, ts, xid, caller, subject, ordinal, type, data, result)
    SELECT md5('command' || n)::uuid, n, {_AT}, (10 + n / 250)::text::xid8, {_SHOP}, {_TRADE}, n % 250,
           'trade.paid',
           '{{"trade":"' || {_TRADE} || '","' || {_FACTS}
           || ',"mcc":"5411","city":"Hangzhou","brand":"qianbao"}}',
           '{{"id":"' || {_TRADE} || '","' || {_FACTS} || '}}'
    FROM   generate_series($1::bigint, $2::bigint - 1) AS n
    """,
    f"""
    INSERT INTO transfer (id, debit_account, credit_account, amount, ts, ledger, code, flags, user_data_128)
    SELECT md5('transfer' || n || '.' || leg)::uuid, CASE leg WHEN 0 THEN {_PAYER} ELSE {_SHOP} END,
           CASE leg WHEN 0 THEN {_SHOP} ELSE {_FEES} END, CASE leg WHEN 0 THEN 100 + n % 20000 ELSE 1 END,
           {_AT} + leg, 156, 10 + 2 * leg, 1 - leg, {_TRADE}
    FROM   generate_series($1::bigint, $2::bigint - 1) AS n, generate_series(0, 1) AS leg
    """,
    f"""
    INSERT INTO transfer_entry (key, ts, kind)
    SELECT e.key, {_AT} + e.leg, e.kind
    FROM   generate_series($1::bigint, $2::bigint - 1) AS n,
           LATERAL (VALUES ({_PAYER}, 0, 0), ({_SHOP}, 0, 1), ({_TRADE}, 0, 2),
                           ({_SHOP}, 1, 0), ({_FEES}, 1, 1), ({_TRADE}, 1, 2)) AS e (key, leg, kind)
    """,
)
INDEXES: Final = """
SELECT   i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS made, c.conname AS key,
         i.indrelid::regclass::text AS of
FROM     pg_index i
LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
WHERE    i.indrelid = ANY ('{trade,command,transfer,transfer_entry}'::regclass[])
"""
MISSING: Final = (
    "CREATE TABLE IF NOT EXISTS growth_index (name text PRIMARY KEY, made text, key text, of text)"
)


async def fill(connection: Connection, trades: int) -> None:
    """Fill up to so many trades in all; killed on the way, the next call goes on."""
    await connection.execute(STATE)
    await connection.execute(BEGUN)
    await connection.execute(MISSING)
    row: Any = await connection.fetchrow(FILLED)
    filled, base = row["filled"], row["base"]
    if trades - filled >= ANEW:
        await _drop(connection)
    while filled < trades:
        end = min(filled + CHUNK, trades)
        async with connection.transaction():
            for statement in FILL:
                given = (filled, end) if "$3" not in statement else (filled, end, base)
                await connection.execute(statement, *given, timeout=STATEMENT_S)
            await connection.execute(ADVANCED, end)
            await connection.execute(ENTERED, base + end * STEP_NS)
        filled = end
    await _lay(connection)
    await connection.execute("VACUUM ANALYZE trade, command, transfer, transfer_entry", timeout=STATEMENT_S)


async def _drop(connection: Connection) -> None:
    async with connection.transaction():
        for index in await connection.fetch(INDEXES):
            values = (index["name"], index["made"], index["key"], index["of"])
            await connection.execute("INSERT INTO growth_index VALUES ($1, $2, $3, $4)", *values)
            drop = "ALTER TABLE {of} DROP CONSTRAINT {key}" if index["key"] else "DROP INDEX {name}"
            await connection.execute(drop.format(**index))


async def _lay(connection: Connection) -> None:
    await connection.execute("SET maintenance_work_mem = '1GB'")
    for index in await connection.fetch("SELECT name, made, key, of FROM growth_index"):
        async with connection.transaction():
            await connection.execute(index["made"], timeout=STATEMENT_S)
            if index["key"]:
                add = "ALTER TABLE {of} ADD CONSTRAINT {key} PRIMARY KEY USING INDEX {name}"
                await connection.execute(add.format(**index))
            await connection.execute("DELETE FROM growth_index WHERE name = $1", index["name"])
    await connection.execute("RESET maintenance_work_mem")
