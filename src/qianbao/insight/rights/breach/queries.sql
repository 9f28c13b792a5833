-- name: breach_readings
-- Of each person with records: by purpose, kind of data and reader, how often and when theirs was read within a
-- time, alone or among everybody's. $3: one reader, or all; $4, $5: the purposes and their rules; $6: how much
-- (nanoseconds) a withdrawal may be late. Indexes: insight_read_person, insight_consent_said_pkey.
WITH line AS MATERIALIZED (
    SELECT r.person, r.purpose, r.data, r.reader, r.began, r.at, r.rows, rule.unsaid
    FROM   insight_read AS r
    JOIN   unnest($4::text[], $5::boolean[]) AS rule (purpose, unsaid) ON rule.purpose = r.purpose
    WHERE  r.at BETWEEN $1 AND $2
    AND    r.rows > 0
    AND    ($3::text IS NULL OR r.reader = $3)
), met AS (
    SELECT p.person AS account, l.purpose, l.data, l.reader, l.at, l.rows AS own, 0 AS among
    FROM   line AS l
    JOIN   insight_person AS p ON p.pseudonym = l.person
    UNION  ALL
    SELECT p.person, l.purpose, l.data, l.reader, l.at, 0, 1
    FROM   line AS l
    JOIN   insight_person AS p ON p.made < l.began
    WHERE  l.person IS NULL
    AND    insight_might(p.pseudonym, l.purpose, l.unsaid, l.began - $6, l.at)
)
SELECT   account, purpose, data, reader, count(*) AS readings, sum(among)::bigint AS among_all,
         sum(own)::bigint AS rows, min(at) AS first, max(at) AS last
FROM     met
GROUP BY account, purpose, data, reader
ORDER BY account, purpose, data, reader;

-- name: breach_nobodys
-- Readings within the time of people who have been erased since: nobody can be told.
SELECT count(DISTINCT r.person) AS people
FROM   insight_read AS r
JOIN   insight_orphan AS o ON o.pseudonym = r.person
WHERE  r.at BETWEEN $1 AND $2
AND    ($3::text IS NULL OR r.reader = $3);
