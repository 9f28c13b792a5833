-- name: codes
-- The codes of these ids. Index: payer_code_pkey.
SELECT id, wallet, person, brand, pinless_max, device, issued, expires, trade
FROM   payer_code
WHERE  id = ANY ($1::uuid[]);

-- name: issue
-- A new code for a wallet. Its unused codes go but the newest, which may be under a scanner just now; used ones
-- are forgotten after a day. Rows that a payment holds are left alone. Index: payer_code_wallet.
WITH gone AS (
    SELECT id
    FROM   payer_code
    WHERE  wallet = $2
    AND    CASE
               WHEN trade IS NOT NULL THEN issued < $6
               ELSE issued < (SELECT max(p.issued) FROM payer_code AS p WHERE p.wallet = $2 AND p.trade IS NULL)
           END
    ORDER  BY id
    FOR UPDATE SKIP LOCKED
), removed AS (
    DELETE FROM payer_code
    WHERE  id = ANY (ARRAY (SELECT gone.id FROM gone))
)
INSERT INTO payer_code (id, wallet, device, issued, expires, person, brand, pinless_max)
VALUES ($1, $2, $3, $4, $5, $7, $8, $9);
