-- name: shifts
-- The shifts of these ids. Index: shift_pkey.
SELECT id, merchant, store, till, cashier, opened, float_amount, closed, closed_by, counted, expected
FROM   shift
WHERE  id = ANY ($1::uuid[]);

-- name: open_of_cashier
-- The cashier's open shift. Index: shift_cashier_open.
SELECT id, merchant, store, till, cashier, opened, float_amount, closed, closed_by, counted, expected
FROM   shift
WHERE  cashier = $1
AND    closed IS NULL;

-- name: page
-- A merchant's shifts before a place, newest first; of one store or cashier where asked. Index: shift_merchant.
SELECT id, merchant, store, till, cashier, opened, float_amount, closed, closed_by, counted, expected
FROM   shift
WHERE  merchant = $1
AND    (opened, id) < ($2, $3)
AND    ($4::uuid IS NULL OR store = $4)
AND    ($5::uuid IS NULL OR cashier = $5)
ORDER  BY opened DESC, id DESC
LIMIT  $6;
