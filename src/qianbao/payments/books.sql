-- name: paid_differently
-- Trades whose transfers do not add up to what their row says: paid, fee, refunded, fee returned. One pass over
-- both tables, no index needed.
WITH moved AS (
    SELECT user_data_128 AS trade,
           sum(amount) FILTER (WHERE code = ANY ($1)) AS paid,
           sum(amount) FILTER (WHERE code = ANY ($2)) AS given_back,
           sum(amount) FILTER (WHERE code = $3)       AS fee,
           sum(amount) FILTER (WHERE code = $4)       AS fee_returned
    FROM   transfer
    WHERE  code = ANY ($1 || $2 || ARRAY [$3::int, $4::int])
    GROUP  BY user_data_128
)
SELECT coalesce(t.id, moved.trade) AS id,
       t.id IS NULL AS unknown,
       CASE WHEN t.paid IS NULL THEN 0 ELSE t.amount END AS row_paid,
       coalesce(t.refunded, 0) AS row_given_back,
       coalesce(t.fee, 0) AS row_fee,
       coalesce(t.fee_returned, 0) AS row_fee_returned,
       coalesce(moved.paid, 0)::bigint AS paid,
       coalesce(moved.given_back, 0)::bigint AS given_back,
       coalesce(moved.fee, 0)::bigint AS fee,
       coalesce(moved.fee_returned, 0)::bigint AS fee_returned
FROM   trade AS t
FULL   JOIN moved ON moved.trade = t.id
WHERE  t.id IS NULL
OR     coalesce(moved.paid, 0) <> CASE WHEN t.paid IS NULL THEN 0 ELSE t.amount END
OR     coalesce(moved.given_back, 0) <> t.refunded
OR     coalesce(moved.fee, 0) <> t.fee
OR     coalesce(moved.fee_returned, 0) <> t.fee_returned
LIMIT  $5;

-- name: state_differently
-- Trades whose state is not what their amounts say, or whose fee is not the fee of what is left.
SELECT id, state, amount, refunded, fee, fee_returned
FROM   trade
WHERE  CASE state
           WHEN 'unpaid'          THEN paid IS NOT NULL OR payer IS NOT NULL OR refunded > 0 OR fee > 0
           WHEN 'paying'          THEN paid IS NOT NULL OR payer IS NULL OR refunded > 0 OR fee > 0
           WHEN 'closed'          THEN paid IS NOT NULL OR closed IS NULL OR refunded > 0 OR fee > 0
           WHEN 'failed'          THEN paid IS NOT NULL OR closed IS NULL OR refunded > 0 OR fee > 0
           WHEN 'paid'            THEN paid IS NULL OR payer IS NULL OR refunded > 0
           WHEN 'partly_refunded' THEN paid IS NULL OR refunded = 0 OR refunded = amount
           WHEN 'refunded'        THEN paid IS NULL OR refunded < amount
           WHEN 'reversed'        THEN closed IS NULL OR refunded <> CASE WHEN paid IS NULL THEN 0 ELSE amount END
           ELSE true
       END
OR     paid IS NOT NULL
       AND fee - fee_returned <> (2 * (amount - refunded) * rate_bp + 10000) / 20000
LIMIT  $1;

-- name: refunds_differently
-- Trades whose refunds' rows do not add up to what is refunded (a reversal has none).
SELECT coalesce(t.id, r.trade) AS id, coalesce(t.refunded, 0) AS row_refunded, coalesce(r.refunded, 0) AS refunded,
       coalesce(t.refunds, 0) AS row_count, coalesce(r.count, 0) AS count
FROM  (SELECT id, refunds, CASE WHEN state = 'reversed' THEN 0 ELSE refunded END AS refunded
       FROM   trade
       WHERE  refunds > 0
       OR     refunded > 0) AS t
FULL   JOIN (SELECT trade, sum(amount)::bigint AS refunded, count(id) AS count
             FROM   refund
             GROUP  BY trade) AS r ON r.trade = t.id
WHERE  coalesce(t.refunded, 0) <> coalesce(r.refunded, 0)
OR     coalesce(t.refunds, 0) <> coalesce(r.count, 0)
LIMIT  $1;

-- name: told_differently
-- Trades without exactly the events that their row implies: created or paid at birth, one version one event.
WITH told AS (
    SELECT subject, count(id) AS count,
           count(id) FILTER (WHERE type = 'trade.paid')     AS paid,
           count(id) FILTER (WHERE type = 'trade.refunded') AS refunded,
           count(id) FILTER (WHERE type = 'trade.reversed') AS reversed,
           count(id) FILTER (WHERE type IN ('trade.closed', 'trade.failed')) AS closed
    FROM   command
    WHERE  outcome = 0
    AND    type LIKE 'trade.%'
    GROUP  BY subject
)
SELECT coalesce(t.id, told.subject) AS id, coalesce(t.version, 0) AS version, coalesce(told.count, 0) AS events
FROM   trade AS t
FULL   JOIN told ON told.subject = t.id
WHERE  t.id IS NULL
OR     told.subject IS NULL
OR     told.count <> t.version
OR     told.paid <> CASE WHEN t.paid IS NULL THEN 0 ELSE 1 END
OR     told.refunded <> t.refunds
OR     told.reversed <> CASE WHEN t.state = 'reversed' THEN 1 ELSE 0 END
OR     told.closed <> CASE WHEN t.state IN ('closed', 'failed') THEN 1 ELSE 0 END
LIMIT  $1;
