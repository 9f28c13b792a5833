-- name: hot_move
-- Before the records themselves are amended: what a page of them ($1) changes, a row a trade as it stands after
-- the page; $2: the trades that were paid in it; $3: the day on which the page was known; $4: days looked back on.
-- A refund of a payment that made no record changes nothing. Indexes: consumption_pkey, insight_hot_pkey.
WITH told AS (
    SELECT trade, person, day, amount, own, refunded
    FROM   json_populate_recordset(NULL::consumption, $1::json)
    WHERE  currency = 'CNY'
    AND    day > $3::date - $4::integer
), moved AS (
    SELECT   told.person, told.day,
             sum((told.refunded < told.amount)::integer
                 - coalesce((was.refunded < was.amount)::integer, 0)) AS purchases,
             sum(greatest(told.own - told.refunded, 0)
                 - coalesce(greatest(was.own - was.refunded, 0), 0))  AS spent
    FROM     told
    LEFT     JOIN consumption AS was ON was.trade = told.trade
    WHERE    was.trade IS NOT NULL OR told.trade = ANY ($2::uuid[])
    GROUP BY told.person, told.day
)
INSERT INTO insight_hot AS stands (person, day, purchases, spent)
SELECT   person, day, purchases, spent
FROM     moved
ORDER BY person, day
ON       CONFLICT (person, day) DO UPDATE
SET      purchases = stands.purchases + excluded.purchases, spent = stands.spent + excluded.spent;

-- name: hot_gone
-- What no hot feature looks back on any more, of the people of a page. Index: insight_hot_pkey.
DELETE FROM insight_hot
WHERE  person = ANY ($1::uuid[])
AND    day <= $2::date - $3::integer;

-- name: hot_of
-- The days of a person up to one, if they may be read for the purpose. Index: insight_hot_pkey.
SELECT day, purchases, spent
FROM   insight_hot
WHERE  person = $1
AND    day <= $2::date
AND    day > $2::date - $5::integer
AND    insight_may(person, $3, $4);
