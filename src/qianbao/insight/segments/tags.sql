-- DuckDB, over the views of a snapshot of those who agreed to offers.

-- name: tags_of
-- The tags of each merchant's customers as of $day, of their payments to it in 365 days; a payment given back whole is
-- none. Marks of 1 to 5 are among the merchant's customers, where there are $compared at least.
WITH paid AS (
    SELECT r.merchant, r.person, r.day, date_diff('day', r.day, $day) AS ago, r.own < r.amount AS subsidised,
           (r.happened + 28800000000000) % 86400000000000 // 3600000000000 AS hour
    FROM   record AS r
    WHERE  r.currency = 'CNY'
    AND    r.refunded < r.amount
    AND    r.day <= $day
    AND    r.day > $day - INTERVAL 365 DAY
), habit AS (
    SELECT   merchant, person, count(*) AS payments, count(DISTINCT day) AS days, min(ago) AS recency,
             max(ago) AS first, count_if(subsidised) AS subsidised, count_if(ago < 90) AS lately,
             count_if(ago < 90 AND hour >= 11 AND hour < 14) AS lunch,
             count_if(ago < 90 AND isodow(day) >= 6) AS weekend
    FROM     paid
    GROUP BY merchant, person
), marked AS (
    SELECT merchant, person, payments, days, recency, first, subsidised, lately, lunch, weekend,
           count(*) OVER (PARTITION BY merchant) AS customers,
           greatest(ceil(5 * (1 - (rank() OVER (PARTITION BY merchant ORDER BY recency) - 1)
                                  / count(*) OVER (PARTITION BY merchant))), 1) AS late,
           greatest(ceil(5 * cume_dist() OVER (PARTITION BY merchant ORDER BY days)), 1) AS often
    FROM   habit
), told AS (
    SELECT merchant, person, list_filter([
               CASE WHEN customers < $compared THEN NULL
                    WHEN late >= 4 AND often >= 3 THEN 'regular'
                    WHEN late >= 4 THEN 'coming'
                    WHEN late <= 2 AND often >= 4 THEN 'slipping'
                    WHEN late <= 2 AND often <= 2 THEN 'asleep'
                    ELSE 'steady' END,
               CASE WHEN first < 30 THEN 'new' END,
               CASE WHEN days >= 3 AND recency * (days - 1) > 2 * (first - recency) THEN 'lapsing' END,
               CASE WHEN lately >= 4 AND lunch * 10 >= lately * 6 THEN 'lunch' END,
               CASE WHEN lately >= 4 AND weekend * 10 >= lately * 6 THEN 'weekend' END,
               CASE WHEN payments >= 4 AND subsidised * 2 >= payments THEN 'price_sensitive' END
           ], lambda tag : tag IS NOT NULL) AS tags
    FROM   marked
)
SELECT   merchant, person, tags
FROM     told
WHERE    len(tags) > 0
ORDER BY merchant, person;
