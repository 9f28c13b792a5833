-- name: open_account
-- Opened when its number is linked first; the holder is then fixed. Index: account_bank_number_key.
INSERT INTO simbank.account (token, bank, number, holder, balance)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING;

-- name: account
SELECT token, number, holder, balance, closed
FROM   simbank.account
WHERE  bank = $1
AND    number = $2;

-- name: balance
SELECT balance
FROM   simbank.account
WHERE  token = $1;

-- name: lock_account
SELECT balance, closed
FROM   simbank.account
WHERE  token = $1
FOR NO KEY UPDATE;

-- name: move
UPDATE simbank.account
SET    balance = balance + $2
WHERE  token = $1;

-- name: close
UPDATE simbank.account
SET    closed = $2
WHERE  token = $1;

-- name: enter
-- A reference is entered once; who comes second is answered from what stands.
INSERT INTO simbank.entry (bank, reference, way, token, amount, currency, reason, received, known)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING
RETURNING number;

-- name: entry
SELECT way, token, amount, currency, number, reason, known
FROM   simbank.entry
WHERE  bank = $1
AND    reference = $2;

-- name: behaviour
SELECT delay_ms, late_ms, repeats, dark, decline
FROM   simbank.behaviour
WHERE  bank = $1;

-- name: behave
INSERT INTO simbank.behaviour (bank, delay_ms, late_ms, repeats, dark, decline)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (bank) DO UPDATE
SET    delay_ms = excluded.delay_ms, late_ms = excluded.late_ms, repeats = excluded.repeats,
       dark = excluded.dark, decline = excluded.decline;
