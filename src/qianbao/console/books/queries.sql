-- name: accounts
-- All accounts in sums: the house's own codes ($1) one by one, wallets, merchants and others by code. One pass.
SELECT   a.ledger, a.code, CASE WHEN a.code = ANY ($1::int[]) THEN a.id END AS id, count(*) AS accounts,
         sum(a.debits_posted)::bigint AS debits, sum(a.credits_posted)::bigint AS credits,
         sum(a.debits_pending)::bigint AS pending_debits, sum(a.credits_pending)::bigint AS pending_credits
FROM     account AS a
GROUP BY a.ledger, a.code, CASE WHEN a.code = ANY ($1::int[]) THEN a.id END
ORDER BY a.ledger, a.code, CASE WHEN a.code = ANY ($1::int[]) THEN a.id END;

-- name: ask
INSERT INTO books_check (id, kind, state, asked_at, asked_by)
VALUES ($1, $2, $3, $4, $5);

-- name: take
-- The oldest check that was asked for, now running. One worker leads. Index: books_check_asked.
UPDATE books_check
SET    state = 'running'
WHERE  id = (SELECT id FROM books_check WHERE state = 'asked' ORDER BY asked_at LIMIT 1)
RETURNING id, asked_at;

-- name: lost
-- What a worker that is gone had begun.
UPDATE books_check
SET    state = 'failed', done_at = $1, told = $2
WHERE  state = 'running';

-- name: note
UPDATE books_check
SET    state = $2, done_at = $3, took_ms = $4, sound = $5, told = $6
WHERE  id = $1;

-- name: prune
-- Of the zero-sums the last ($1) is enough, and a hundred that found something; of the others a hundred.
DELETE FROM books_check
WHERE  id <> $1
AND    kind = 'zero_sum'
AND    id NOT IN (
           SELECT id FROM books_check WHERE kind = 'zero_sum' AND NOT sound ORDER BY asked_at DESC LIMIT 100)
OR     id <> $1
AND    kind = 'whole'
AND    state IN ('done', 'failed')
AND    id NOT IN (SELECT id FROM books_check WHERE kind = 'whole' ORDER BY asked_at DESC LIMIT 100);

-- name: latest
-- The last done of each kind. A handful of rows.
SELECT   DISTINCT ON (kind) id, kind, state, asked_at, asked_by, done_at, took_ms, sound, told
FROM     books_check
WHERE    state = 'done'
ORDER BY kind, asked_at DESC;

-- name: list
-- The latest checks of everything, newest first. Index: books_check_asked.
SELECT   id, kind, state, asked_at, asked_by, done_at, took_ms, sound, told
FROM     books_check
WHERE    kind = 'whole'
ORDER BY asked_at DESC
LIMIT    $1;

-- name: one
SELECT id, kind, state, asked_at, asked_by, done_at, took_ms, sound, told
FROM   books_check
WHERE  id = $1;

-- name: open
-- Whether a check of everything is asked for or under way.
SELECT   id, kind, state, asked_at, asked_by, done_at, took_ms, sound, told
FROM     books_check
WHERE    kind = 'whole'
AND      state IN ('asked', 'running')
ORDER BY asked_at
LIMIT    1;
