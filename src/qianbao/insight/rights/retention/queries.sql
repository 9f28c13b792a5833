-- name: keep_records
-- Records for people's pictures that are older than these are kept.
WITH gone AS (
    DELETE FROM consumption
    WHERE  happened < $1
    RETURNING trade
)
SELECT count(*) AS records
FROM   gone;

-- name: keep_behaviour
-- Other behaviour that is older than it is kept, and rows kept aside since before.
WITH orders AS (
    DELETE FROM insight_order
    WHERE  happened < $1
    RETURNING id
), events AS (
    DELETE FROM insight_event
    WHERE  happened < $1
    RETURNING id
), edges AS (
    DELETE FROM insight_edge
    WHERE  happened < $1
    RETURNING id
), aside AS (
    DELETE FROM insight_quarantine
    WHERE  known < $1
    RETURNING id
)
SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM events) + (SELECT count(*) FROM edges)
       + (SELECT count(*) FROM aside) AS behaviour;

-- name: keep_listed
-- The files that are read.
SELECT   path, day, city, seq_first, seq_last
FROM     lake_file
WHERE    gone IS NULL
ORDER BY path;

-- name: keep_unread
-- These files are read no more from the commit on.
UPDATE lake_file
SET    gone = $2
WHERE  path = ANY ($1::text[]);

-- name: keep_past
INSERT INTO insight_past AS stands (day, city, category, people, records, spent)
SELECT day, city, category, people, records, spent
FROM   json_populate_recordset(NULL::insight_past, $1::json)
ON     CONFLICT (day, city, category) DO UPDATE
SET    people = stands.people + excluded.people, records = stands.records + excluded.records,
       spent = stands.spent + excluded.spent;

-- name: keep_over
-- Files that nobody reads any more.
SELECT path
FROM   lake_file
WHERE  gone < $1;

-- name: keep_struck
DELETE FROM lake_file
WHERE  path = ANY ($1::text[]);
