-- name: scores_clear
-- The batch before goes as the next comes, in one transaction.
DELETE FROM insight_score;

-- name: scores_keep
-- Of who was erased while the batch was computed nothing is kept. Index: insight_orphan_pkey.
INSERT INTO insight_score (person, month, recency_days, visits, spent, recency, frequency, monetary, segment,
       alive, expected, low, point, high, made)
SELECT person, month, recency_days, visits, spent, recency, frequency, monetary, segment,
       alive, expected, low, point, high, made
FROM   json_populate_recordset(NULL::insight_score, $1::json) AS told
WHERE  NOT EXISTS (SELECT 1 FROM insight_orphan AS o WHERE o.pseudonym = told.person);

-- name: groups_clear
DELETE FROM insight_group;

-- name: groups_keep
INSERT INTO insight_group (kind, key, people, records, spent)
SELECT kind, key, people, records, spent
FROM   json_populate_recordset(NULL::insight_group, $1::json);

-- name: batch_keep
INSERT INTO insight_batch (made, month, people, records, withheld, cards)
VALUES ($1, $2, $3, $4, $5, $6)
ON     CONFLICT (only_row) DO UPDATE
SET    made = excluded.made, month = excluded.month, people = excluded.people, records = excluded.records,
       withheld = excluded.withheld, cards = excluded.cards;

-- name: batch_last
SELECT made, month, people, records, withheld, cards
FROM   insight_batch;

-- name: groups_all
SELECT   kind, key, people, records, spent
FROM     insight_group
ORDER BY kind, key;

-- name: score_of
-- A person's score, if their records may be read for the purpose. Index: insight_score_pkey.
SELECT person, month, recency_days, visits, spent, recency, frequency, monetary, segment, alive, expected,
       low, point, high, made
FROM   insight_score
WHERE  person = $1
AND    insight_may(person, $2, $3);
