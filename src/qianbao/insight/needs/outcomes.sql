-- DuckDB, over the views of a snapshot; `person_at` has people and their place, `trace` the marks of products.

-- name: needs_came
-- Who paid for which kind in the days after one, up to another; what was given back whole is no payment.
SELECT   p.place, r.category AS name
FROM     record AS r
JOIN     person_at AS p ON p.person = r.person
WHERE    r.day > $since
AND      r.day <= $until
AND      r.currency = 'CNY'
AND      r.refunded < r.amount
GROUP BY p.place, r.category;

-- name: needs_used
-- Who paid for which product up to a day, and after it up to another.
SELECT   p.place, t.product AS name, min(r.day) <= $since AS before, max(r.day) > $since AS after
FROM     record AS r
JOIN     person_at AS p ON p.person = r.person
JOIN     trace AS t ON t.mcc = r.mcc OR t.scene = r.scene
WHERE    r.day <= $until
AND      r.day > $since - INTERVAL 365 DAY
AND      r.currency = 'CNY'
AND      r.refunded < r.amount
GROUP BY p.place, t.product;

-- name: needs_born
-- When people were born, where it is known.
SELECT p.place, b.year
FROM   born AS b
JOIN   person_at AS p ON p.person = b.person
WHERE  b.year IS NOT NULL;
