-- name: ask
INSERT INTO backup (id, state, asked_at, asked_by, file)
VALUES ($1, 'asked', $2, $3, $4);

-- name: take
-- The oldest backup that was asked for, now running. One worker leads. Index: backup_asked.
UPDATE backup
SET    state = 'running'
WHERE  id = (SELECT id FROM backup WHERE state = 'asked' ORDER BY asked_at LIMIT 1)
RETURNING id, file;

-- name: lost
-- What a worker that is gone had begun: the file, if there is one, is not whole.
UPDATE backup
SET    state = 'failed', done_at = $1, failure = 'The worker ended in the middle.'
WHERE  state = 'running';

-- name: note
UPDATE backup
SET    state = $2, done_at = $3, size = $4, books = $5, failure = $6
WHERE  id = $1;

-- name: add
-- One that the command line made.
INSERT INTO backup (id, state, asked_at, asked_by, done_at, file, size, books)
VALUES ($1, 'done', $2, $3, $4, $5, $6, $7);

-- name: list
-- The latest, newest first. Index: backup_asked.
SELECT   id, state, asked_at, asked_by, done_at, file, size, books, failure
FROM     backup
ORDER BY asked_at DESC
LIMIT    $1;

-- name: one
SELECT id, state, asked_at, asked_by, done_at, file, size, books, failure
FROM   backup
WHERE  id = $1;

-- name: open
-- One that is asked for or under way.
SELECT   id, state, asked_at, asked_by, done_at, file, size, books, failure
FROM     backup
WHERE    state IN ('asked', 'running')
ORDER BY asked_at
LIMIT    1;
