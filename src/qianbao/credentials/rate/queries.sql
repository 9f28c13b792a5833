-- name: take
-- See functions/rate_take.sql.
SELECT rate_take($1::bytea[], $2::bigint[], $3::bigint[], $4::bigint[], $5);

-- name: forget
-- Index: rate_pkey.
DELETE FROM rate
WHERE  key = $1;

-- name: give_back
-- Index: rate_pkey.
UPDATE rate
SET    used = greatest(used - 1, 0)
WHERE  key = $1;

-- name: sweep
-- Index: rate_window_start.
DELETE FROM rate
WHERE  window_start < $1
RETURNING key;
