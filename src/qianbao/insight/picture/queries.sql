-- name: picture_allowed
-- As whom records know a person, and whether they let their picture be drawn; no row: nothing is kept of them.
-- Index: insight_person_one_pseudonym, insight_consent_pkey.
SELECT pseudonym, insight_may(pseudonym, 'picture', $2) AS may
FROM   insight_person
WHERE  person = $1;

-- name: picture_days
-- What a person spent by day and kind, if it may be read. Index: consumption_person, insight_consent_pkey.
SELECT   day, category, sum(greatest(own - refunded, 0))::bigint AS spent, count(*) AS records
FROM     consumption
WHERE    person = $1
AND      happened >= $2
AND      happened < $3
AND      currency = $4
AND      insight_may($1, 'picture', $5)
GROUP BY day, category
ORDER BY day, category;

-- name: picture_records
-- The records behind a number, newest first, after a place. Index: consumption_person, insight_consent_pkey.
SELECT   trade, happened, day, amount, own, refunded, greatest(own - refunded, 0) AS spent, merchant, store,
         category, scene, brand, city
FROM     consumption
WHERE    person = $1
AND      happened >= $2
AND      happened < $3
AND      currency = $4
AND      insight_may($1, 'picture', $5)
AND      ($6::text IS NULL OR category = $6)
AND      ($7::int IS NULL OR extract(day FROM day) <= $7)
AND      ($8::bigint IS NULL OR (happened, trade) < ($8, $9::uuid))
ORDER BY happened DESC, trade DESC
LIMIT    $10;
