-- name: demand_clear
-- The batch before goes as the next comes, in one transaction.
DELETE FROM insight_demand;

-- name: demand_keep
INSERT INTO insight_demand (store, merchant, told)
SELECT store, merchant, told
FROM   unnest($1::uuid[], $2::uuid[], $3::text[]) AS laid (store, merchant, told);

-- name: batch_keep
INSERT INTO insight_demand_batch (made, first, card)
VALUES ($1, $2, $3)
ON     CONFLICT (only_row) DO UPDATE
SET    made = excluded.made, first = excluded.first, card = excluded.card;

-- name: batch_last
SELECT made, first, card
FROM   insight_demand_batch;

-- name: demand_of
-- A merchant's stores. Index: insight_demand_of_merchant.
SELECT   told
FROM     insight_demand
WHERE    merchant = $1
ORDER BY store;
