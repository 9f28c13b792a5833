-- DuckDB, over the views of a snapshot; `asked` has the first day of this_month.

-- name: groups_of
-- Figures of the last month that is over, by one trait at a time; and by month, for a year.
WITH told AS (
    SELECT r.person, r.spent, r.category, r.brand, r.tier, r.scene, date_trunc('month', r.day) AS month,
           CASE WHEN b.year IS NULL THEN ''
                ELSE (((year(r.day) - b.year) // 10) * 10)::VARCHAR END AS age
    FROM   record AS r
    LEFT   JOIN born AS b ON b.person = r.person
    CROSS  JOIN asked
    WHERE  r.currency = 'CNY'
    AND    r.spent > 0
    AND    r.day < asked.this_month
    AND    r.day >= asked.this_month - INTERVAL 12 MONTH
), last AS (
    SELECT told.person, told.spent, told.category, told.brand, told.tier, told.scene, told.age
    FROM   told
    CROSS  JOIN asked
    WHERE  told.month = asked.this_month - INTERVAL 1 MONTH
), traits AS (
    SELECT 'category' AS kind, category AS key, person, spent FROM last
    UNION  ALL SELECT 'tier', tier, person, spent FROM last
    UNION  ALL SELECT 'brand', brand, person, spent FROM last
    UNION  ALL SELECT 'scene', scene, person, spent FROM last
    UNION  ALL SELECT 'age', age, person, spent FROM last
    UNION  ALL SELECT 'month', strftime(month, '%Y-%m'), person, spent FROM told
)
SELECT   kind, key, count(DISTINCT person) AS people, count(*) AS records, sum(spent)::BIGINT AS spent
FROM     traits
WHERE    key <> ''
GROUP BY kind, key
ORDER BY kind, key;
