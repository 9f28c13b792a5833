-- DuckDB, over the view `record`; `asked` has the day and the bounds, `place` the cities that are released.

-- name: bounded_cells
-- People and what they spent by city and kind, each person in at most cells_max cells with at most spent_max each.
-- Which cells is decided by the person's own pseudonym and cells, so no other person changes what is taken of them.
WITH own AS (
    SELECT   r.person, r.city, r.category, least(sum(r.spent), any_value(asked.spent_max))::BIGINT AS spent
    FROM     record AS r
    JOIN     place ON place.city = r.city
    CROSS    JOIN asked
    WHERE    r.day = asked.day
    AND      r.currency = 'CNY'
    AND      r.spent > 0
    GROUP BY r.person, r.city, r.category
), turned AS (
    SELECT city, category, spent,
           row_number() OVER (PARTITION BY person ORDER BY md5(concat(person, city, category)), city, category) AS turn
    FROM   own
)
SELECT   turned.city, turned.category, count(*) AS people, sum(turned.spent)::BIGINT AS spent
FROM     turned
CROSS    JOIN asked
WHERE    turned.turn <= asked.cells_max
GROUP BY turned.city, turned.category
ORDER BY turned.city, turned.category;
