-- name: correct_seq
-- The number of the next fact. The row is locked to the commit, so no reader of events takes the same.
UPDATE consumption_position
SET    seq = seq + 1
RETURNING seq;

-- name: correct_whose
-- As whom the caller's records are known; kept from being erased meanwhile. Index: insight_person_one_pseudonym.
SELECT pseudonym
FROM   insight_person
WHERE  person = $1
FOR    KEY SHARE;

-- name: correct_record
-- The caller's own record of a trade takes the kind. Index: consumption_pkey.
UPDATE consumption
SET    category = $3, seq = $4, told_category = CASE WHEN coalesce(told_category, category) <> $3
                                                    THEN coalesce(told_category, category) END
WHERE  trade = $1
AND    person = $2
RETURNING record, happened, day, amount, own, merchant, store, currency, scene, brand, city, tier;

-- name: correct_fact
-- The correction as a fact, for the lake: it amends the record as a refund does.
INSERT INTO consumption_fact (seq, record, person, kind, happened, known, day, amount, own, refunded, merchant,
       store, currency, mcc, category, scene, brand, city, tier, cell)
VALUES ($1, $2, $3, 'corrected', $4, $5, $6, $7, $8, 0, $9, $10, $11, '', $12, $13, $14, $15, $16, NULL);
