-- name: hurry
-- What a crash forgets of the figures, it forgets of their position too.
SET synchronous_commit = off;

-- name: project
-- The next events into the figures; how many they were. (figure_project says how.)
SELECT figure_project($1) AS size;

-- name: rebuild
SELECT figure_rebuild();

-- name: prune_seconds
-- Seconds before $1. Index: figure_second_pkey.
DELETE FROM figure_second
WHERE  second < $1;

-- name: prune_minutes
-- Minutes before $1. Index: figure_minute_pkey.
DELETE FROM figure_minute
WHERE  minute < $1;

-- name: prune_pulses
-- What processes told before $1 that are gone since. A handful of rows.
DELETE FROM figure_pulse
WHERE  at < $1;

-- name: seconds
-- From second $1 on, of one currency. Index: figure_second_pkey.
SELECT   second AS at, paid, amount, 0::bigint AS fee, refused, declined, refunds, returned
FROM     figure_second
WHERE    second >= $1
AND      currency = $2
ORDER BY second;

-- name: minutes
-- From minute $1 on, of one currency. Index: figure_minute_pkey.
SELECT   minute * 60 AS at, paid, amount, 0::bigint AS fee, refused, declined, refunds, returned
FROM     figure_minute
WHERE    minute >= $1
AND      currency = $2
ORDER BY minute;

-- name: days
-- The totals of the days from $1 on, of one currency. Index: figure_day_pkey.
SELECT   day, sum(paid)::bigint AS paid, sum(amount)::bigint AS amount, sum(fee)::bigint AS fee,
         sum(refused)::bigint AS refused, sum(declined)::bigint AS declined, sum(refunds)::bigint AS refunds,
         sum(returned)::bigint AS returned
FROM     figure_day
WHERE    day >= $1
AND      currency = $2
GROUP BY day
ORDER BY day;

-- name: volumes
-- The totals of a period ($1 to $2, both within) of a currency ($3), by one dimension ($4) or by two ($5).
-- Index: figure_day_pkey.
SELECT   f.first, f.second, sum(f.paid)::bigint AS paid, sum(f.amount)::bigint AS amount, sum(f.fee)::bigint AS fee,
         sum(f.refused)::bigint AS refused, sum(f.declined)::bigint AS declined, sum(f.refunds)::bigint AS refunds,
         sum(f.returned)::bigint AS returned
FROM    (SELECT CASE $4
                    WHEN 'day' THEN day::text WHEN 'scene' THEN scene WHEN 'way' THEN way WHEN 'brand' THEN brand
                    WHEN 'city' THEN city WHEN 'city_tier' THEN city_tier ELSE age_group
                END AS first,
                CASE $5
                    WHEN '' THEN '' WHEN 'day' THEN day::text WHEN 'scene' THEN scene WHEN 'way' THEN way
                    WHEN 'brand' THEN brand WHEN 'city' THEN city WHEN 'city_tier' THEN city_tier ELSE age_group
                END AS second,
                paid, amount, fee, refused, declined, refunds, returned
         FROM   figure_day
         WHERE  day BETWEEN $1 AND $2
         AND    currency = $3) AS f
GROUP BY f.first, f.second
ORDER BY f.first, f.second;

-- name: span
-- The first and the last day that there are figures of. Index: figure_day_pkey.
SELECT min(day) AS first, max(day) AS last
FROM   figure_day
WHERE  paid > 0;

-- name: lags
-- The age in nanoseconds of the oldest settled event that the dispatcher, or the figures, have not dealt with, at
-- time $1.
SELECT max(late.age) FILTER (WHERE late.name = 'dispatcher') AS dispatcher,
       max(late.age) FILTER (WHERE late.name = 'figures')    AS figures
FROM  (SELECT here.name, coalesce((SELECT $1::bigint - e.ts FROM event_after(here.xid, here.ordinal, 1) AS e), 0) AS age
       FROM   event_position AS here
       WHERE  here.name IN ('dispatcher', 'figures')) AS late;

-- name: deliveries_behind
-- What webhooks wait for at time $1, and what was given up since $2. Index: webhook_delivery_due, and
-- webhook_delivery_made for the last day's.
SELECT (SELECT count(*) FROM webhook_delivery WHERE state = 'waiting' AND due IS NOT NULL AND due <= $1) AS due,
       (SELECT coalesce(max($1::bigint - made), 0) FROM webhook_delivery WHERE state = 'waiting' AND due IS NOT NULL) AS age,
       (SELECT count(*) FROM webhook_delivery WHERE state = 'failed' AND made >= $2) AS failed;

-- name: hooks_behind
-- How each webhook fares at time $1: what waits, what was given up since $2. Index: webhook_delivery_line.
SELECT   w.id, w.party, m.name AS merchant_name, w.url, w.state, w.failing_since,
         coalesce(d.waiting, 0) AS waiting, coalesce(d.oldest, 0) AS oldest, coalesce(g.failed, 0) AS failed
FROM     webhook AS w
LEFT     JOIN merchant AS m ON m.id = w.party
LEFT     JOIN (SELECT webhook, count(*) AS waiting, $1::bigint - min(made) AS oldest
               FROM   webhook_delivery
               WHERE  state = 'waiting'
               GROUP  BY webhook) AS d ON d.webhook = w.id
LEFT     JOIN (SELECT webhook, count(*) AS failed
               FROM   webhook_delivery
               WHERE  state = 'failed'
               AND    made >= $2
               GROUP  BY webhook) AS g ON g.webhook = w.id
ORDER BY coalesce(d.waiting, 0) + coalesce(g.failed, 0) DESC, w.id
LIMIT    200;

-- name: pulse
-- What a process tells of itself. Index: figure_pulse_pkey.
INSERT INTO figure_pulse (process, at, steps)
VALUES ($1, $2, $3)
ON CONFLICT (process) DO UPDATE
SET    at = excluded.at, steps = excluded.steps;

-- name: pulses
-- What the processes told since $1. A handful of rows.
SELECT process, steps
FROM   figure_pulse
WHERE  at >= $1;
