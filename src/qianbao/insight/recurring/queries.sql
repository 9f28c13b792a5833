-- name: recurring_people
-- People who let their own picture be drawn, after a pseudonym. Index: insight_person_pkey, insight_consent_pkey.
SELECT   pseudonym
FROM     insight_person
WHERE    pseudonym > $1
AND      insight_may(pseudonym, 'picture', $2)
ORDER BY pseudonym
LIMIT    $3;

-- name: recurring_records
-- Their payments since a moment, as they stand. Index: consumption_person, insight_consent_pkey.
SELECT   person, trade, happened, day, greatest(own - refunded, 0)::bigint AS spent, merchant, category
FROM     consumption
WHERE    person = ANY ($1::uuid[])
AND      happened >= $2
AND      currency = $3
AND      insight_may(person, 'picture', $4)
ORDER BY person, happened;

-- name: recurring_keep
-- What was found, of people whose key row is still there: an erasure is waited for, or waits.
WITH laid AS (
    SELECT person, told
    FROM   unnest($1::uuid[], $2::text[]) AS l (person, told)
), here AS (
    SELECT   p.pseudonym
    FROM     insight_person AS p
    JOIN     laid ON laid.person = p.pseudonym
    ORDER BY p.pseudonym
    FOR      KEY SHARE OF p
)
INSERT INTO insight_recurring (person, told, made)
SELECT laid.person, laid.told, $3
FROM   laid
JOIN   here ON here.pseudonym = laid.person
ON     CONFLICT (person) DO UPDATE
SET    told = excluded.told, made = excluded.made;

-- name: recurring_past
-- What an earlier batch found of people who are not in this one.
DELETE FROM insight_recurring
WHERE  made < $1;

-- name: recurring_of
-- What was found of a person, if it may be read. Index: insight_recurring_pkey, insight_consent_pkey.
SELECT told
FROM   insight_recurring
WHERE  person = $1
AND    insight_may($1, 'picture', $2);
