-- name: names
-- Names of cashiers, supervisors and owners. Index: staff_pkey.
SELECT id, name
FROM   staff
WHERE  id = ANY ($1::uuid[]);
