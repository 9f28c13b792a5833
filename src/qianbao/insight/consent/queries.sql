-- name: consent_of
-- What a person has said. Index: insight_consent_pkey.
SELECT purpose, granted, since
FROM   insight_consent
WHERE  person = $1;

-- name: consent_say
-- What a person says now, and that they said it then; no row: their key row is gone, and nothing is kept. An erasure
-- is waited for, or waits. Index: insight_person_pkey, insight_consent_pkey.
WITH here AS (
    SELECT pseudonym
    FROM   insight_person
    WHERE  pseudonym = $1
    FOR    KEY SHARE
), said AS (
    INSERT INTO insight_consent (person, purpose, granted, since)
    SELECT pseudonym, $2::text, $3::boolean, $4::bigint
    FROM   here
    ON     CONFLICT (person, purpose) DO UPDATE
    SET    granted = excluded.granted, since = excluded.since
    WHERE  insight_consent.granted <> excluded.granted
    RETURNING person, purpose, granted, since
), told AS (
    INSERT INTO insight_consent_said (person, purpose, since, granted)
    SELECT person, purpose, since, granted
    FROM   said
    ON     CONFLICT (person, purpose, since) DO UPDATE
    SET    granted = excluded.granted
)
SELECT pseudonym
FROM   here;

-- name: consent_other
-- Those who have said of a purpose what is not its rule; where the rule is yes, nobody's pseudonyms too.
SELECT person
FROM   insight_consent
WHERE  purpose = $1
AND    granted <> $2
UNION
SELECT pseudonym
FROM   insight_orphan
WHERE  $2;
