-- DuckDB, over the set's files; `department` names those that stand for a kind.

-- name: needs_days
SELECT min(transaction_timestamp)::DATE, max(transaction_timestamp)::DATE
FROM   read_parquet($transactions);

-- name: needs_facts
-- A purchase a basket and department, in the columns of a fact: known when it happened, all in one currency.
WITH bought AS (
    SELECT   t.household_id, t.store_id, t.basket_id, d.kind, min(t.transaction_timestamp) AS moment,
             greatest(round(100 * sum(t.sales_value)), 1)::BIGINT AS spent
    FROM     read_parquet($transactions) AS t
    JOIN     read_parquet($products) AS p ON p.product_id = t.product_id
    JOIN     department AS d ON d.name = p.department
    GROUP BY t.household_id, t.store_id, t.basket_id, d.kind
)
SELECT   row_number() OVER (ORDER BY moment, basket_id, kind) AS seq,
         md5(basket_id || kind)::UUID AS record, md5('household ' || household_id)::UUID AS person,
         'paid' AS kind, epoch_ns(moment) AS happened, epoch_ns(moment) AS known, moment::DATE AS day,
         spent AS amount, spent AS own, 0::BIGINT AS refunded,
         md5('store ' || store_id)::UUID AS merchant, NULL::UUID AS store, 'CNY' AS currency, '' AS mcc,
         bought.kind AS category, '' AS scene, '' AS brand, '' AS city, '' AS tier, NULL::BIGINT AS cell
FROM     bought
ORDER BY seq;
