-- name: wanted
SELECT id, party, types
FROM   webhook
WHERE  state = 'on';

-- name: lock
-- Dispatcher and sender meet on these rows, in key order. Index: webhook_pkey (id).
SELECT   id
FROM     webhook
WHERE    id = ANY ($1::uuid[])
ORDER BY id
FOR NO KEY UPDATE;

-- name: make
-- The first event of a subject is due at once; behind one that waits already, the next is not due yet.
-- Index: webhook_delivery_line (webhook, subject, xid, ordinal).
INSERT INTO webhook_delivery (id, webhook, event, type, subject, xid, ordinal, state, due, made)
SELECT new.id, new.webhook, new.event, new.type, new.subject, new.xid::text::xid8, new.ordinal, 'waiting',
       CASE
           WHEN row_number() OVER (PARTITION BY new.webhook, new.subject ORDER BY new.xid, new.ordinal) = 1
                AND NOT EXISTS (SELECT
                                FROM   webhook_delivery AS earlier
                                WHERE  earlier.webhook = new.webhook
                                AND    earlier.subject = new.subject
                                AND    earlier.state = 'waiting')
           THEN $8::bigint
       END,
       $8
FROM   unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::bigint[], $7::smallint[])
       AS new (id, webhook, event, type, subject, xid, ordinal)
WHERE  EXISTS (SELECT FROM webhook WHERE webhook.id = new.webhook)
ON CONFLICT (id) DO NOTHING;

-- name: claim
-- Take what is due, `$2` a webhook less what this sender has under way there ($3, $4), `$5` in all. A taken
-- delivery is due again at $6: if this process dies, another one sends it then. Index: webhook_delivery_due.
WITH taken AS (
    SELECT due.id
    FROM   webhook
    LEFT   JOIN unnest($3::uuid[], $4::int[]) AS busy (webhook, size) ON busy.webhook = webhook.id
    CROSS  JOIN LATERAL (
               SELECT   d.id
               FROM     webhook_delivery AS d
               WHERE    d.webhook = webhook.id
               AND      d.state = 'waiting'
               AND      d.due <= $1
               ORDER BY d.due
               LIMIT    greatest($2 - coalesce(busy.size, 0), 0)
               FOR NO KEY UPDATE SKIP LOCKED) AS due
    WHERE  webhook.state = 'on'
    LIMIT  $5
)
UPDATE webhook_delivery AS d
SET    due = $6
FROM   taken, webhook AS w, command AS c
WHERE  d.id = taken.id
AND    w.id = d.webhook
AND    c.id = d.event
RETURNING d.id AS delivery, d.tries, w.id AS webhook, w.url, w.secret, w.secret_before, w.secret_before_until,
          c.id, c.type, c.ts, c.subject, c.data, c.xid::text::bigint AS xid, c.ordinal;

-- name: note
-- What came of the tries. `due` NULL: it is not tried again. By the key: said so that no index of what waits
-- is read whole. Index: webhook_delivery_pkey (id).
UPDATE webhook_delivery AS d
SET    state = n.state, due = n.due, tries = n.tries, tried = $7, status = n.status, answer = n.answer
FROM   unnest($1::uuid[], $2::text[], $3::bigint[], $4::int[], $5::int[], $6::text[])
       AS n (id, state, due, tries, status, answer)
WHERE  d.id = n.id
AND    d.id = ANY ($1)
AND    d.state NOT IN ('delivered', 'failed');

-- name: release
-- The next event of each subject whose turn it now is. Index: webhook_delivery_line.
UPDATE webhook_delivery AS d
SET    due = $2
FROM   (SELECT DISTINCT webhook, subject
        FROM   webhook_delivery
        WHERE  id = ANY ($1::uuid[])
        AND    state <> 'waiting') AS done
CROSS  JOIN LATERAL (
           SELECT   line.id, line.due
           FROM     webhook_delivery AS line
           WHERE    line.webhook = done.webhook
           AND      line.subject = done.subject
           AND      line.state = 'waiting'
           ORDER BY line.xid, line.ordinal
           LIMIT    1) AS first
WHERE  d.id = first.id
AND    first.due IS NULL;

-- name: fare
-- How the webhooks fare: the first failure since the last success, and those to be switched off.
UPDATE webhook AS w
SET    failing_since = CASE WHEN n.answered THEN NULL ELSE coalesce(w.failing_since, $4) END,
       state = CASE
                   WHEN w.state <> 'on' THEN w.state
                   WHEN n.gone THEN 'gone'
                   WHEN NOT n.answered AND coalesce(w.failing_since <= $5, false) THEN 'failing'
                   ELSE w.state
               END,
       announced = w.announced AND NOT (w.state = 'on' AND (n.gone OR NOT n.answered AND coalesce(w.failing_since <= $5, false)))
FROM   unnest($1::uuid[], $2::bool[], $3::bool[]) AS n (webhook, answered, gone)
WHERE  w.id = n.webhook
AND    (NOT n.answered OR n.gone OR w.failing_since IS NOT NULL);

-- name: unannounced
SELECT id, party, url, state, failing_since
FROM   webhook
WHERE  NOT announced;

-- name: announced
UPDATE webhook
SET    announced = true
WHERE  id = $1
AND    state = $2;

-- name: add
INSERT INTO webhook (id, party, url, types, secret, state, made)
SELECT $1, $2, $3, $4, $5, 'on', $6
WHERE  (SELECT count(*) FROM webhook WHERE party IS NOT DISTINCT FROM $2) < $7
RETURNING id;

-- name: list
SELECT   id, party, url, types, state, failing_since, made
FROM     webhook
WHERE    ($1::uuid IS NULL OR party = $1)
ORDER BY id;

-- name: one
SELECT id, party, url, types, state, failing_since, made
FROM   webhook
WHERE  id = $1
AND    ($2::uuid IS NULL OR party = $2);

-- name: change
UPDATE webhook
SET    url = $3,
       types = $4,
       state = $5,
       failing_since = CASE WHEN $5 = 'on' AND state <> 'on' THEN NULL ELSE failing_since END,
       announced = CASE WHEN $5 = 'on' THEN true ELSE announced END
WHERE  id = $1
AND    state = $2
RETURNING id, party, url, types, state, failing_since, made;

-- name: rotate
UPDATE webhook
SET    secret = $2, secret_before = secret, secret_before_until = $3
WHERE  id = $1;

-- name: remove_deliveries
DELETE FROM webhook_delivery
WHERE  webhook = $1;

-- name: remove
DELETE FROM webhook
WHERE  id = $1;

-- name: deliveries
-- Newest first, from before ($2, $3). Index: webhook_delivery_list (webhook, xid, ordinal).
SELECT   id, webhook, event, type, subject, xid::text::bigint AS xid, ordinal, state, due, tries, tried, status, answer
FROM     webhook_delivery
WHERE    webhook = $1
AND      (xid, ordinal) < ($2::bigint::text::xid8, $3::smallint)
AND      ($4::text IS NULL OR state = $4)
ORDER BY webhook_delivery.xid DESC, webhook_delivery.ordinal DESC
LIMIT    $5;

-- name: delivery
SELECT d.id, d.webhook, d.event, d.type, d.subject, d.xid::text::bigint AS xid, d.ordinal, d.state, d.due, d.tries,
       d.tried, d.status, d.answer
FROM   webhook_delivery AS d
JOIN   webhook AS w ON w.id = d.webhook
WHERE  d.id = $1
AND    ($2::uuid IS NULL OR w.party = $2);

-- name: resend
UPDATE webhook_delivery
SET    state = 'waiting', due = $2, tries = 0
WHERE  id = $1
AND    state <> 'waiting'
RETURNING id;

-- name: purge
-- Deliveries that are over and old, a bounded number at a time. Index: webhook_delivery_made (BRIN).
DELETE FROM webhook_delivery
WHERE  id IN (SELECT id FROM webhook_delivery WHERE state <> 'waiting' AND made < $1 LIMIT $2);

-- name: behind
-- For the metrics: what waits for webhooks that are on, and since when at most it is due (nanoseconds before $1).
-- Index: webhook_delivery_line (only what waits).
SELECT count(d.id) AS waiting, coalesce(max($1::bigint - d.due) FILTER (WHERE d.due <= $1), 0)::bigint AS late
FROM   webhook AS w
JOIN   webhook_delivery AS d ON d.webhook = w.id
WHERE  w.state = 'on'
AND    d.state = 'waiting';
