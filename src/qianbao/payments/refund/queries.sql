-- name: refunds
-- The refunds of these ids. Index: refund_pkey.
SELECT id, trade, merchant, out_refund_no, amount, fee_returned, at, reason, cashier, approved_by
FROM   refund
WHERE  id = ANY ($1::uuid[]);

-- name: refund_of_number
-- A merchant's refund by its own number. Index: refund_number.
SELECT id, trade, merchant, out_refund_no, amount, fee_returned, at, reason, cashier, approved_by
FROM   refund
WHERE  merchant = $1
AND    out_refund_no = $2;

-- name: refunds_of_trade
-- A trade's refunds, oldest first. Index: refund_trade.
SELECT id, trade, merchant, out_refund_no, amount, fee_returned, at, reason, cashier, approved_by
FROM   refund
WHERE  trade = $1
ORDER  BY at, id;
