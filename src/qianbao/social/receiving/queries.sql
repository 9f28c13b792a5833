-- name: receive_code
-- Index: receive_code_pkey.
SELECT code, wallet, amount, note, created
FROM   receive_code
WHERE  code = $1;

-- name: receive_code_laid
-- A new code; a wallet's code without an amount stands once. Index: receive_code_standing.
INSERT INTO receive_code (code, wallet, amount, note, created)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (wallet) WHERE amount IS NULL DO UPDATE
SET    wallet = excluded.wallet
RETURNING code, wallet, amount, note, created;
