-- name: begin: the run's row, made when it is the first time. Index: replay_run_pkey.
WITH made AS (
    INSERT INTO replay_run (id, source, file, adapter, state, chunk, started_at, updated_at)
    VALUES ($1, $2, $3, $4, 'running', $5, $6, $6)
    ON CONFLICT (id) DO NOTHING
    RETURNING id, source, file, adapter, state, chunk, position, paid, repeated, refused, rejected, amount,
              total, rejects_size, started_at, updated_at
)
SELECT id, source, file, adapter, state, chunk, position, paid, repeated, refused, rejected, amount,
       total, rejects_size, started_at, updated_at
FROM   made
UNION ALL
SELECT id, source, file, adapter, state, chunk, position, paid, repeated, refused, rejected, amount,
       total, rejects_size, started_at, updated_at
FROM   replay_run
WHERE  id = $1;

-- name: runs: the latest hundred runs; a small table, read whole.
SELECT id, source, file, adapter, state, chunk, position, paid, repeated, refused, rejected, amount,
       total, rejects_size, started_at, updated_at
FROM   replay_run
ORDER  BY updated_at DESC, id
LIMIT  100;

-- name: of_source: the run of a source that moved last.
SELECT id, source, file, adapter, state, chunk, position, paid, repeated, refused, rejected, amount,
       total, rejects_size, started_at, updated_at
FROM   replay_run
WHERE  source = $1
ORDER  BY updated_at DESC, id
LIMIT  1;

-- name: count_known: how many items the file has, once it is known.
UPDATE replay_run
SET    total = $2
WHERE  id = $1;

-- name: advance: a chunk is settled. The old position is compared, so that two processes cannot both count it.
UPDATE replay_run
SET    position = $3, paid = $4, repeated = $5, refused = $6, rejected = $7, amount = $8,
       rejects_size = $9, state = $10, updated_at = $11
WHERE  id = $1
AND    position = $2
RETURNING id;

-- name: lock: held by the session that runs it, so a killed one lets go by itself.
SELECT pg_try_advisory_lock(hashtextextended($1::text, 7166104)) AS got;
