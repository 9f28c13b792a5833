-- DuckDB, over the views of a snapshot; `asked` has the moment before which records go, and the least group.

-- name: past_days
-- Figures of the days that go.
SELECT   r.day, r.city, r.category, count(DISTINCT r.person) AS people, count(*) AS records,
         sum(r.spent)::BIGINT AS spent
FROM     record AS r
CROSS    JOIN asked
WHERE    r.currency = 'CNY'
AND      r.happened < asked.moment
GROUP BY r.day, r.city, r.category
HAVING   count(DISTINCT r.person) >= any_value(asked.least)
ORDER BY r.day, r.city, r.category;
