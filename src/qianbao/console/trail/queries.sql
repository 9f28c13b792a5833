-- name: commands
-- The commands of these ids that tell something. Index: command_pkey.
SELECT id, type, ts, caller, outcome, leg, data
FROM   command
WHERE  id = ANY ($1::uuid[])
AND    subject = $2
AND    type <> '';

-- name: commands_about
-- The commands on $1 that tell something, within stretches of time, which are short. Index: command_ts (BRIN).
SELECT   c.id, c.type, c.ts, c.caller, c.outcome, c.leg, c.data
FROM     unnest($2::bigint[], $3::bigint[]) AS q (since, until)
CROSS    JOIN LATERAL (SELECT id, type, ts, caller, outcome, leg, data
                       FROM   command
                       WHERE  ts BETWEEN q.since AND q.until
                       AND    subject = $1
                       AND    type <> '') AS c;

-- name: hooks
-- The webhooks that may have been told of a merchant's trade: its own and the operator's. Index: webhook_party.
SELECT id, url
FROM   webhook
WHERE  party = $1
OR     party IS NULL;

-- name: deliveries
-- Index: webhook_delivery_pkey.
SELECT   d.id, d.webhook, d.event, d.type, d.state, d.tries, d.tried, d.status, d.answer, d.due
FROM     webhook_delivery AS d
WHERE    d.id = ANY ($1::uuid[])
ORDER BY d.made, d.id;

-- name: names
-- Whom these ids stand for. Index: each table's primary key.
SELECT m.id, 'merchant' AS kind, m.name
FROM   merchant AS m
WHERE  m.id = ANY ($1::uuid[])
UNION ALL
SELECT w.id, 'wallet', n.name
FROM   wallet AS w
JOIN   person AS n ON n.id = w.person
WHERE  w.id = ANY ($1::uuid[])
UNION ALL
SELECT n.id, 'person', n.name
FROM   person AS n
WHERE  n.id = ANY ($1::uuid[])
UNION ALL
SELECT s.id, 'staff', s.name
FROM   staff AS s
WHERE  s.id = ANY ($1::uuid[])
UNION ALL
SELECT o.id, 'operator', o.login
FROM   operator AS o
WHERE  o.id = ANY ($1::uuid[]);

-- name: patience
SELECT set_config('statement_timeout', $1, true);
