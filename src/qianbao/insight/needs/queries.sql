-- name: needs_clear
-- The batch before goes as the next comes, in one transaction.
DELETE FROM insight_need;

-- name: needs_laid
-- Where a batch's rows are copied to, before those of who was erased meanwhile are left out.
CREATE TEMP TABLE need_laid (LIKE insight_need) ON COMMIT DROP;

-- name: needs_keep
-- Of who was erased while the batch was computed nothing is kept. Index: insight_orphan_pkey.
INSERT INTO insight_need (person, chance, effect, purchases, recency, lately, propensity, used)
SELECT person, chance, effect, purchases, recency, lately, propensity, used
FROM   need_laid AS laid
WHERE  NOT EXISTS (SELECT 1 FROM insight_orphan AS o WHERE o.pseudonym = laid.person);

-- name: needs_batch_keep
INSERT INTO insight_need_batch (made, day, people, fitted, refused, usual, card)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON     CONFLICT (only_row) DO UPDATE
SET    made = excluded.made, day = excluded.day, people = excluded.people, fitted = excluded.fitted,
       refused = excluded.refused, usual = excluded.usual, card = excluded.card;

-- name: needs_last
-- The last batch.
SELECT made, day, people, fitted, refused, usual, card
FROM   insight_need_batch;

-- name: needs_of
-- A person's needs with their batch, if they may be read; without a row of the person, the batch alone.
-- Index: insight_need_pkey, insight_consent_pkey.
SELECT b.made, b.day, b.people, b.fitted, b.refused, b.usual, n.person, n.chance, n.effect, n.purchases, n.recency,
       n.lately, n.propensity, n.used
FROM   insight_need_batch AS b
LEFT   JOIN insight_need AS n ON n.person = $1 AND insight_may($1, 'picture', $2);
