-- name: reads_keep
-- The lines that have gathered. They are not waited for on the disk: losing power may lose the last half second.
INSERT INTO insight_read (began, at, purpose, reader, data, person, people, rows)
SELECT told.began, told.at, told.purpose, told.reader, told.data, told.person, told.people, told.rows
FROM   unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::uuid[], $7::integer[],
              $8::bigint[]) AS told (began, at, purpose, reader, data, person, people, rows)
CROSS  JOIN (SELECT set_config('synchronous_commit', 'off', true)) AS quick;

-- name: reads_may
-- How many people let theirs be read for a purpose: those of the rule, and those who said so, or less those who
-- said no.
SELECT CASE WHEN $2 THEN (SELECT count(*) FROM insight_person) - count(*) ELSE count(*) END AS people
FROM   insight_consent AS c
JOIN   insight_person AS p ON p.pseudonym = c.person
WHERE  c.purpose = $1
AND    c.granted <> $2;

-- name: reads_of
-- A person's lines, newest first, before a number: their own, and those of everybody's records while theirs may
-- have been among them. $3: since when they are known; $4, $5: the purposes and their rules; $6: how much
-- (nanoseconds) a withdrawal may be late. Indexes: insight_read_person, insight_read_everybody.
SELECT   seq, at, purpose, reader, data, own, people, rows
FROM     ((SELECT   r.seq, r.at, r.purpose, r.reader, r.data, true AS own, r.people, r.rows
           FROM     insight_read AS r
           WHERE    r.person = $1
           AND      r.seq < $2
           ORDER BY r.seq DESC
           LIMIT    $7)
          UNION ALL
          (SELECT   r.seq, r.at, r.purpose, r.reader, r.data, false, r.people, r.rows
           FROM     insight_read AS r
           JOIN     unnest($4::text[], $5::boolean[]) AS rule (purpose, unsaid) ON rule.purpose = r.purpose
           WHERE    r.person IS NULL
           AND      r.seq < $2
           AND      r.began > $3
           AND      r.rows > 0
           AND      insight_might($1, r.purpose, rule.unsaid, r.began - $6, r.at)
           ORDER BY r.seq DESC
           LIMIT    $7)) AS found
ORDER BY seq DESC
LIMIT    $7;

-- name: reads_gone
-- Lines that are older than they are kept.
WITH gone AS (
    DELETE FROM insight_read
    WHERE  at < $1
    RETURNING seq
)
SELECT count(*) AS lines
FROM   gone;

-- name: reads_whose
-- As whom a person's records are known, and since when. Index: insight_person_one_pseudonym.
SELECT pseudonym, made
FROM   insight_person
WHERE  person = $1;
