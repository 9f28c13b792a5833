-- name: trades
-- The trades of these ids. Index: trade_pkey.
SELECT id, merchant, command, payer, store, cashier, amount, created, expires, paid, closed, fee, refunded,
       fee_returned, version, rate_bp, refunds, state, scene, currency, out_trade_no, brand, mcc, city, till,
       subject, attach, subsidies::text AS subsidies
FROM   trade
WHERE  id = ANY ($1::uuid[]);

-- name: page_of_merchant
-- A merchant's trades before a place, newest first; of one store or state where asked. Index: trade_merchant.
SELECT id
FROM   trade
WHERE  merchant = $1
AND    created <= $2
AND    (created, id) < ($2, $3)
AND    ($4::uuid IS NULL OR store = $4)
AND    ($5::text IS NULL OR state = $5)
AND    created >= $6
ORDER  BY created DESC, id DESC
LIMIT  $7;

-- name: sweep_mark
-- Up to it every trade that ran out is decided.
SELECT mark, id
FROM   trade_sweep;

-- name: sweep_page
-- Trades that ran out after a mark, decided or not. Index: trade_expires.
SELECT id, expires, state IN ('unpaid', 'paying') AS open
FROM   trade
WHERE  expires >= $1
AND    (expires, id) > ($1, $2)
AND    expires <= $3
ORDER  BY expires, id
LIMIT  $4;

-- name: sweep_moved
UPDATE trade_sweep
SET    mark = $1, id = $2;
