-- name: kept_tables
-- The tables that keep something of people (a new one is found by its column), and their columns in order.
SELECT   k AS place, array_agg(a.attname::text ORDER BY a.attnum) AS columns
FROM     insight_kept() AS k
JOIN     pg_attribute AS a ON a.attrelid = k::regclass
WHERE    a.attnum > 0
AND      NOT a.attisdropped
AND      a.attname NOT IN ('person', 'other')
GROUP BY k
ORDER BY k;

-- name: kept_waiting
-- Facts on their way into the lake.
SELECT count(*) AS rows
FROM   consumption_fact
WHERE  person = $1;

-- name: kept_rows
-- What a table keeps of a person, a row as JSON each.
SELECT row AS told
FROM   insight_rows($1, $2) AS row;

-- name: kept_count
SELECT count(*) AS rows
FROM   insight_rows($1, $2) AS row;
