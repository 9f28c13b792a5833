-- name: post
-- One batch of transfers.
SELECT statuses, timestamps
FROM   ledger_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16);

-- name: create_accounts
SELECT statuses, timestamps
FROM   ledger_create_accounts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- name: lookup_accounts
-- By id. Index: account_pkey.
SELECT {account} FROM account WHERE id = ANY ($1);

-- name: lookup_transfers
-- By id. Index: transfer_pkey.
SELECT {transfer} FROM transfer WHERE id = ANY ($1);

-- name: transfers_by_key
-- The transfers of an account or a reference, by time: what has entries, and the tail behind them.
-- Indexes: transfer_entry_pkey (key, ts), transfer_ts (ts).
WITH reach AS MATERIALIZED (
    SELECT up_to FROM transfer_entry_state
), entered AS (
    SELECT e.ts
    FROM   transfer_entry e
    WHERE  e.key = $1 AND e.kind = ANY ($2)
    AND    e.ts BETWEEN $3 AND least($4, (SELECT up_to FROM reach))
    ORDER BY e.ts {order}
    LIMIT  $6
)
SELECT {transfer}
FROM  (SELECT {transfer} FROM (
           SELECT {t_transfer}
           FROM   entered CROSS JOIN LATERAL (SELECT {t_transfer} FROM transfer t WHERE t.ts = entered.ts OFFSET 0) t
           WHERE  ($7::uuid IS NULL OR ($8 AND t.debit_account = $7) OR ($9 AND t.credit_account = $7))
           AND    ($10::uuid IS NULL OR t.user_data_128 = $10)
           AND    ($11::bigint IS NULL OR t.user_data_64 = $11)
           AND    ($12::bigint IS NULL OR t.user_data_32 = $12)
           AND    ($13::bigint IS NULL OR t.ledger = $13)
           AND    ($14::int IS NULL OR t.code = $14)
           ORDER BY t.ts {order} LIMIT $5) known
       UNION ALL
       SELECT {transfer} FROM (
           SELECT {t_transfer}
           FROM   transfer t
           WHERE  t.ts > (SELECT up_to FROM reach) AND t.ts BETWEEN $3 AND $4
           AND    ($7::uuid IS NULL OR ($8 AND t.debit_account = $7) OR ($9 AND t.credit_account = $7))
           AND    ($10::uuid IS NULL OR t.user_data_128 = $10)
           AND    ($11::bigint IS NULL OR t.user_data_64 = $11)
           AND    ($12::bigint IS NULL OR t.user_data_32 = $12)
           AND    ($13::bigint IS NULL OR t.ledger = $13)
           AND    ($14::int IS NULL OR t.code = $14)
           ORDER BY t.ts {order} LIMIT $5) tail) found
ORDER BY ts {order}
LIMIT  $5;

-- name: transfers_by_time
-- All transfers by time, filtered on the way. Index: transfer_ts.
SELECT {transfer}
FROM   transfer t
WHERE  t.ts BETWEEN $1 AND $2
AND    ($4::bigint IS NULL OR t.ledger = $4)
AND    ($5::int IS NULL OR t.code = $5)
ORDER BY t.ts {order}
LIMIT  $3;

-- name: balances_by_time
-- The balance history of an account. Index: account_balance_pkey.
SELECT ts, debits_pending, debits_posted, credits_pending, credits_posted
FROM   account_balance
WHERE  account = $1 AND ts BETWEEN $2 AND $3
ORDER BY ts {order}
LIMIT  $4;

-- name: balances_at
-- The balances of an account after certain transfers. Index: account_balance_pkey.
SELECT ts, debits_pending, debits_posted, credits_pending, credits_posted
FROM   account_balance
WHERE  account = $1 AND ts = ANY ($2)
ORDER BY ts {order};

-- name: query_accounts
-- Accounts by the time they were made. Indexes: account_ts, account_user_data_128.
SELECT {account}
FROM   account
WHERE  ts BETWEEN $1 AND $2
AND    ($4::uuid IS NULL OR user_data_128 = $4)
AND    ($5::bigint IS NULL OR user_data_64 = $5)
AND    ($6::bigint IS NULL OR user_data_32 = $6)
AND    ($7::bigint IS NULL OR ledger = $7)
AND    ($8::int IS NULL OR code = $8)
ORDER BY ts {order}
LIMIT  $3;

-- name: balance_with_pending
-- An account and its pending transfers, of one snapshot. Indexes: account_pkey, transfer_pending_debit, _credit.
SELECT {a_account}, {windows}, p.id AS p_id, p.debit_account AS p_debit_account,
       p.credit_account AS p_credit_account, p.amount AS p_amount, p.user_data_128 AS p_user_data_128,
       p.user_data_64 AS p_user_data_64, p.user_data_32 AS p_user_data_32, p.timeout AS p_timeout,
       p.ledger AS p_ledger, p.code AS p_code, p.flags AS p_flags, p.ts AS p_ts
FROM   account a
LEFT JOIN LATERAL (
    SELECT t.id, t.debit_account, t.credit_account, t.amount, t.user_data_128, t.user_data_64, t.user_data_32,
           t.timeout, t.ledger, t.code, t.flags, t.ts
    FROM  (SELECT q.id FROM transfer_pending q WHERE q.debit_account = a.id AND q.status = 1
           UNION ALL
           SELECT q.id FROM transfer_pending q WHERE q.credit_account = a.id AND q.status = 1) held
    JOIN   transfer t ON t.id = held.id
) p ON true
WHERE  a.id = $1
ORDER BY p.ts;

-- name: set_windows
SELECT ledger_set_windows($1, $2, $3, $4, $5, $6, $7);

-- name: expire
SELECT ledger_expire($1, $2);

-- name: index
SELECT ledger_index($1);

-- name: check
SELECT problem, ledger, account, expected, found FROM ledger_check();
