-- name: add
-- A new code; no row when the token is taken. Index: counter_code_pkey.
INSERT INTO counter_code (token, kind, merchant, store, amount, subject, created)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (token) DO NOTHING
RETURNING token;

-- name: counters
-- The codes of these tokens. Index: counter_code_pkey.
SELECT token, kind, merchant, store, amount, subject, created, revoked
FROM   counter_code
WHERE  token = ANY ($1::text[]);

-- name: counters_of
-- A merchant's codes that are not withdrawn, newest first. Index: counter_code_merchant.
SELECT token, kind, merchant, store, amount, subject, created, revoked
FROM   counter_code
WHERE  merchant = $1
AND    revoked IS NULL
ORDER  BY created DESC
LIMIT  $2;

-- name: revoke
-- Withdraw a merchant's code. Index: counter_code_pkey.
UPDATE counter_code
SET    revoked = $3
WHERE  token = $1
AND    merchant = $2
AND    revoked IS NULL
RETURNING token;
