-- name: consent_of
-- What a person has said. Index: insight_consent_pkey.
SELECT purpose, granted, since
FROM   insight_consent
WHERE  person = $1;

-- name: consent_say
-- What a person says now. Index: insight_consent_pkey.
INSERT INTO insight_consent (person, purpose, granted, since)
VALUES ($1, $2, $3, $4)
ON     CONFLICT (person, purpose) DO UPDATE
SET    granted = excluded.granted, since = excluded.since
WHERE  insight_consent.granted <> excluded.granted;

-- name: consent_other
-- Those who have said of a purpose what is not its rule.
SELECT person
FROM   insight_consent
WHERE  purpose = $1
AND    granted <> $2;
