-- name: receipts
-- The first answers of some commands. Index: command_pkey (id).
SELECT id, digest, outcome, leg, ts, result
FROM   command
WHERE  id = ANY ($1::uuid[]);

-- name: commit
-- One batch (functions/journal_commit.sql). Its transaction is the statement's own: one round trip, one fsync.
SELECT outcomes, legs, moments, told
FROM   journal_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                      $20, $21, $22, $23, $24);
