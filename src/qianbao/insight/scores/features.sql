-- DuckDB, over the views of a snapshot; `asked` has today, and the first day of this_month.

-- name: feature_people
-- One row a person, in the order of persons: how often, how lately, since when, for how much.
SELECT   person,
         min(day) - DATE '1970-01-01'                                              AS first_day,
         max(day) - DATE '1970-01-01'                                              AS last_day,
         count(DISTINCT day)                                                       AS days,
         count(*) FILTER (WHERE day > asked.today - 365)                             AS visits,
         coalesce(sum(spent) FILTER (WHERE day > asked.today - 365), 0)::BIGINT      AS spent_year,
         sum(spent)::BIGINT                                                        AS spent_all,
         coalesce(sum(spent) FILTER (WHERE day = since.first), 0)::BIGINT          AS spent_first
FROM     record
JOIN     (SELECT person, min(day) AS first FROM record GROUP BY person) AS since USING (person)
CROSS    JOIN asked
WHERE    currency = 'CNY'
AND      spent > 0
AND      day <= asked.today
GROUP BY person
ORDER BY person;

-- name: feature_months
-- Spending by person (the place in feature_people) and month that is over; months are counted back from 0.
SELECT   place,
         datediff('month', date_trunc('month', day), asked.this_month) - 1 AS back,
         sum(spent)::DOUBLE                                           AS spent
FROM     record
JOIN     (SELECT person, row_number() OVER (ORDER BY person) - 1 AS place
          FROM   (SELECT DISTINCT person
                  FROM   record
                  CROSS  JOIN asked
                  WHERE  currency = 'CNY' AND spent > 0 AND day <= asked.today)) AS places USING (person)
CROSS    JOIN asked
WHERE    currency = 'CNY'
AND      spent > 0
AND      day < asked.this_month
GROUP BY ALL;

-- name: feature_groups
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
