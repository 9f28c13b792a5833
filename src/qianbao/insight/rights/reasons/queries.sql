-- name: reasons_months
-- What a person spent by month, and in how many records, if it may be read. Index: consumption_person,
-- insight_consent_pkey.
SELECT   date_trunc('month', day)::date AS month, sum(greatest(own - refunded, 0))::bigint AS spent,
         count(*) AS records
FROM     consumption
WHERE    person = $1
AND      day >= $2
AND      day < $3
AND      currency = $4
AND      insight_may($1, 'picture', $5)
GROUP BY 1
ORDER BY 1;

-- name: reasons_record
-- One record of a person, if it may be read. Index: consumption_pkey, insight_consent_pkey.
SELECT trade, record, happened, amount, own, refunded, category, told_category
FROM   consumption
WHERE  trade = $1
AND    person = $2
AND    insight_may($2, 'picture', $3);
