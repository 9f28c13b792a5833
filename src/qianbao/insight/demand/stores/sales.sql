-- DuckDB, over what a snapshot gives; `asked` has today, and the first days that are looked at.

-- name: view_sale
-- Every payment once, amended by what came later, and no person: a store's own payments are exact, whatever
-- people said of records about themselves.
CREATE VIEW sale AS
SELECT paid.happened, paid.day, paid.amount, paid.merchant, paid.store, paid.currency, paid.category, paid.city,
       coalesce(amended.refunded, 0) AS refunded
FROM   (SELECT record, happened, day, amount, merchant, store, currency, category, city, known
        FROM   lake WHERE kind = 'paid'
        UNION  ALL
        SELECT record, happened, day, amount, merchant, store, currency, category, city, known
        FROM   fresh WHERE kind = 'paid') AS paid
CROSS  JOIN rule
LEFT   JOIN (SELECT   record, max(refunded) AS refunded
             FROM     (SELECT record, refunded FROM lake WHERE kind IN ('refunded', 'reversed')
                       UNION ALL
                       SELECT record, refunded FROM fresh WHERE kind IN ('refunded', 'reversed')) AS told
             GROUP BY record) AS amended ON amended.record = paid.record
WHERE  paid.happened >= rule.since
AND    paid.known <= rule.until;

-- name: demand_days
-- Customers by store and day, without today, which is not over. A payment given back whole is none.
SELECT   coalesce(store, merchant)                    AS store,
         any_value(merchant)                          AS merchant,
         any_value(city)                              AS city,
         any_value(category)                          AS category,
         day - asked.since                            AS day,
         count(*)                                     AS customers
FROM     sale
CROSS    JOIN asked
WHERE    currency = 'CNY'
AND      refunded < amount
AND      day >= asked.since
AND      day < asked.today
GROUP BY coalesce(store, merchant), day - asked.since
ORDER BY store, day;

-- name: demand_hours
-- Customers by store, weekday and hour of the network's day.
SELECT   coalesce(store, merchant)                    AS store,
         isodow(day) - 1                              AS weekday,
         (happened // 3_600_000_000_000 + 8) % 24     AS hour,
         count(*)                                     AS customers
FROM     sale
CROSS    JOIN asked
WHERE    currency = 'CNY'
AND      refunded < amount
AND      day >= asked.hours_since
AND      day < asked.today
GROUP BY ALL;

-- name: demand_again
-- How many people came to a store lately, and how many of them on two days or more. Of those alone who let
-- their records be read for figures of groups.
SELECT   store, count(*) AS people, count(*) FILTER (WHERE days > 1) AS again
FROM     (SELECT   coalesce(store, merchant) AS store, person, count(DISTINCT day) AS days
          FROM     record
          CROSS    JOIN asked
          WHERE    currency = 'CNY'
          AND      refunded < amount
          AND      day >= asked.again_since
          AND      day < asked.today
          GROUP BY coalesce(store, merchant), person) AS visits
GROUP BY store;
