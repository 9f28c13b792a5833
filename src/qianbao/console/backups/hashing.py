"""The books as a whole: one hash over all that was done, whatever goes on."""

from __future__ import annotations

import hashlib
from typing import Final

import asyncpg

PASSING: Final = (
    "migration",
    "session",
    "rate",
    "sign_in_from",
    "passkey_challenge",
    "payer_code",
    "event_position",
    "webhook_delivery",
    "trade_sweep",
    "figure_second",
    "figure_minute",
    "figure_day",
    "figure_pulse",
    "books_check",
    "backup",
    "audit",
    "audit_head",
    "insight_person",
    "consumption_position",
    "consumption_fact",
    "consumption",
    "consumption_quarantine",
    "lake_file",
    "insight_score",
    "insight_recurring",
    "insight_need",
    "insight_need_batch",
    "insight_tag",
    "insight_segment",
    "insight_segment_day",
    "insight_group",
    "insight_batch",
    "insight_demand",
    "insight_demand_batch",
    "insight_read",
    "insight_past",
    "insight_release",
    "insight_release_cell",
    "insight_release_year",
)
"""Tables that say what goes on, not what was done: they are no part of the books. Figures and records are
made of the books, a while after a payment; the audit log has a chain of its own, to which backup and restore
add a line."""

_TABLES = """
SELECT table_class.relname AS name,
       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
        FROM   pg_index
               CROSS JOIN unnest(indkey) WITH ORDINALITY AS key (number, place)
               JOIN pg_attribute ON attrelid = indrelid AND attnum = key.number
        WHERE  indrelid = table_class.oid
        AND    indisprimary) AS key
FROM   pg_class AS table_class
WHERE  table_class.relkind IN ('r', 'p')
AND    NOT table_class.relispartition
AND    table_class.relnamespace = 'public'::regnamespace
AND    table_class.relname <> ALL ($1::text[])
ORDER BY table_class.relname
"""


async def books_hash(url: str) -> str:
    """SHA-256 over every row of every table of the books, at one moment."""
    total = hashlib.sha256()
    connection = await asyncpg.connect(url, timeout=30)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            for table in await connection.fetch(_TABLES, list(PASSING)):
                total.update(f"\n{table['name']}\n".encode())

                async def add(rows: bytes) -> None:
                    total.update(rows)

                # Both names come from the catalogue, quoted; no word of a user is in them.
                order = table["key"] or f"{table['name']}::text"
                query = f"SELECT * FROM {table['name']} ORDER BY {order}"  # noqa: S608
                await connection.copy_from_query(query, output=add)
    finally:
        await connection.close()
    return total.hexdigest()
