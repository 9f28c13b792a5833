-- name: segment_day
-- The day that was laid last.
SELECT day, made, people
FROM   insight_segment_day;

-- name: segment_day_take
-- One process lays a day, and no day twice; no row: it is laid already.
INSERT INTO insight_segment_day (day, made, people)
VALUES ($1, $2, 0)
ON     CONFLICT (only_row) DO UPDATE
SET    day = excluded.day, made = excluded.made
WHERE  insight_segment_day.day < excluded.day
RETURNING day;

-- name: segment_day_people
UPDATE insight_segment_day
SET    people = (SELECT count(DISTINCT person) FROM insight_tag);

-- name: tags_clear
DELETE FROM insight_tag;

-- name: tags_laid
-- Where a day's rows are copied to, before those of who was erased meanwhile are left out.
CREATE TEMP TABLE tag_laid (LIKE insight_tag) ON COMMIT DROP;

-- name: tags_keep
-- Of who was erased while the batch was computed nothing is kept. Index: insight_orphan_pkey.
INSERT INTO insight_tag (merchant, person, tags)
SELECT merchant, person, tags
FROM   tag_laid AS laid
WHERE  NOT EXISTS (SELECT 1 FROM insight_orphan AS o WHERE o.pseudonym = laid.person);

-- name: tags_count
SELECT   t.merchant, tag.name AS tag, count(*)::int AS people
FROM     insight_tag AS t
CROSS    JOIN unnest(t.tags) AS tag (name)
GROUP BY t.merchant, tag.name;

-- name: segments_clear
DELETE FROM insight_segment;

-- name: segments_keep
INSERT INTO insight_segment (merchant, tag, size)
SELECT merchant, tag, size
FROM   unnest($1::uuid[], $2::text[], $3::integer[]) AS laid (merchant, tag, size);

-- name: segments_of
-- What a merchant is told of its customers. Index: insight_segment_pkey.
SELECT tag, size
FROM   insight_segment
WHERE  merchant = $1;

-- name: audiences_due
-- Those that are open and of an earlier day, with how many are in them now. Index: insight_tag_pkey.
SELECT   a.id,
         (SELECT count(*)
          FROM   insight_tag AS t
          WHERE  t.merchant = a.merchant
          AND    t.tags @> a.every
          AND    NOT t.tags && a.none)::int AS people
FROM     insight_audience AS a
WHERE    a.open
AND      a.day < $1
ORDER BY a.id
FOR      UPDATE OF a;

-- name: audiences_sized
UPDATE insight_audience AS a
SET    day = $3, size = sized.size
FROM   unnest($1::uuid[], $2::integer[]) AS sized (id, size)
WHERE  a.id = sized.id;

-- name: audience_asked
-- One more of this day; no row: they are used up. Index: insight_audience_asked_pkey.
INSERT INTO insight_audience_asked AS so_far (merchant, day, asked)
VALUES ($1, $2, 1)
ON     CONFLICT (merchant, day) DO UPDATE
SET    asked = so_far.asked + 1
WHERE  so_far.asked < $3
RETURNING asked;

-- name: audience_lock
-- One definition of a merchant at a time.
SELECT pg_advisory_xact_lock(hashtextextended($1::text, 1241)) AS held;

-- name: audience_of
-- One of a merchant's. Index: insight_audience_pkey.
SELECT id, name, every, none, made, day, size, open
FROM   insight_audience
WHERE  id = $1
AND    merchant = $2;

-- name: audience_count
-- How many are in it, as they were laid. Index: insight_tag_pkey.
SELECT count(*)::int AS people
FROM   insight_tag AS t
WHERE  t.merchant = $1
AND    t.tags @> $2::text[]
AND    NOT t.tags && $3::text[];

-- name: audience_keep
INSERT INTO insight_audience (id, merchant, name, every, none, made, day, size, open)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON     CONFLICT (id) DO UPDATE
SET    name = excluded.name, day = excluded.day, size = excluded.size, open = excluded.open;

-- name: audience_close
-- Its row stays with its size: made again on the same day, it is told the same.
UPDATE insight_audience
SET    open = false
WHERE  id = $1
AND    merchant = $2
AND    open
RETURNING id;

-- name: audiences_open
-- A merchant's, the newest first. Index: insight_audience_merchant.
SELECT   id, name, every, none, made, day, size
FROM     insight_audience
WHERE    merchant = $1
AND      open
ORDER BY made DESC, id DESC;

-- name: audience_has
-- As whom records know a person, if they are in an audience that is large enough, and still agree. Indexes:
-- insight_audience_pkey, insight_person_one_pseudonym, insight_tag_pkey, insight_consent_pkey.
SELECT p.pseudonym
FROM   insight_audience AS a
JOIN   insight_person AS p ON p.person = $2
JOIN   insight_tag AS t ON t.merchant = a.merchant AND t.person = p.pseudonym
WHERE  a.id = $1
AND    a.open
AND    a.size IS NOT NULL
AND    t.tags @> a.every
AND    NOT t.tags && a.none
AND    insight_may(p.pseudonym, 'offers', $3);
