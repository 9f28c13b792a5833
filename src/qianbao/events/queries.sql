-- name: feed_head
-- Everything up to here is settled or will never be seen below: a reader that starts now starts here.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1 AS xid;

-- name: feed_after
SELECT   id, type, ts, subject, data, xid, ordinal
FROM     event_after($1::bigint::text::xid8, $2, $3)
ORDER BY xid, ordinal;

-- name: feed_window
SELECT below, settled
FROM   event_stretch($1::bigint::text::xid8, $2);

-- name: feed_seen
-- Candidates for a party's view within a stretch. The text search only narrows: the audience proper is
-- decided by `Told.audience`. Index: command_xid (xid).
SELECT   id, type, ts, subject, data, xid::text::bigint AS xid, ordinal
FROM     command
WHERE    xid >= $1::bigint::text::xid8
AND      (xid, ordinal) > ($1::bigint::text::xid8, $2::smallint)
AND      xid < $3::bigint::text::xid8
AND      outcome = 0
AND      type <> ''
AND      ($4::text[] IS NULL
          OR subject::text = ANY ($4)
          OR EXISTS (SELECT FROM unnest($4) AS party WHERE strpos(data, party) > 0))
AND      ($5::text[] IS NULL OR type = ANY ($5) OR split_part(type, '.', 1) || '.*' = ANY ($5))
ORDER BY command.xid, command.ordinal
LIMIT    $6;

-- name: feed_one
-- One event, once it is settled. Index: command_pkey (id).
SELECT id, type, ts, subject, data, xid::text::bigint AS xid, ordinal
FROM   command
WHERE  id = $1
AND    outcome = 0
AND    type <> ''
AND    xid < pg_snapshot_xmin(pg_current_snapshot());

-- name: dispatch_lead
-- One dispatcher in the whole network: the lock lives as long as its connection.
SELECT pg_try_advisory_lock($1) AS leads;

-- name: dispatch_position
SELECT xid::text::bigint AS xid, ordinal
FROM   event_position
WHERE  name = 'dispatcher';

-- name: dispatch_end
-- The last of the next events, and how many they are, for when nobody needs their text.
SELECT   xid, ordinal, count(*) OVER () AS size
FROM     event_after($1::bigint::text::xid8, $2, $3)
ORDER BY xid DESC, ordinal DESC
LIMIT    1;

-- name: dispatch_move
-- The position moves only from where this dispatcher found it: one that has been overtaken moves nothing.
UPDATE event_position
SET    xid = $3::bigint::text::xid8, ordinal = $4::smallint
WHERE  name = 'dispatcher'
AND    xid = $1::bigint::text::xid8
AND    ordinal = $2::smallint
RETURNING pg_notify('qianbao_event', '');

-- name: dispatch_lag
-- For the metrics: the age in nanoseconds of the oldest settled event not yet dispatched, at time $1.
SELECT coalesce(max($1::bigint - late.ts), 0) AS age
FROM   event_position AS here
CROSS  JOIN LATERAL event_after(here.xid, here.ordinal, 1) AS late
WHERE  here.name = 'dispatcher';
