-- name: before
-- A merchant's last kept closing balance before a day. Index: closing_balance_pkey.
SELECT day, balance
FROM   closing_balance
WHERE  merchant = $1
AND    day < $2
ORDER  BY day DESC
LIMIT  1;

-- name: keep
-- Keep a day's closing balance. Index: closing_balance_pkey.
INSERT INTO closing_balance (merchant, day, balance)
VALUES ($1, $2, $3)
ON CONFLICT (merchant, day) DO NOTHING;
