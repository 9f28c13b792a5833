-- name: erase_wait
-- A batch that is being written is waited for; one that begins later finds the pseudonym an orphan.
LOCK TABLE insight_score, insight_need, insight_tag IN SHARE ROW EXCLUSIVE MODE;

-- name: erase_key
-- Destroy the key row, and the salt in it. A reader that is writing this person's facts is waited for.
DELETE FROM insight_person
WHERE  person = $1
RETURNING pseudonym;

-- name: erase_orphan
INSERT INTO insight_orphan (pseudonym, at)
VALUES ($1, $2);

-- name: erase_rest
SELECT place, gone
FROM   insight_erase($1);

-- name: erase_waiting
-- Facts that wait for the lake become nobody's: a store's own count stays whole.
UPDATE consumption_fact
SET    person = $2
WHERE  person = $1;

-- name: erase_edges
-- What others have kept of this person. Index: insight_edge_other.
DELETE FROM insight_edge
WHERE  other = $1;

-- name: erase_aside
-- Rows of other behaviour that were kept aside and name the person; of those that could not be read, whatever has the
-- name in it. Index: insight_quarantine_names.
DELETE FROM insight_quarantine
WHERE  names && $1::text[]
OR     (reason = 'broken' AND data ILIKE ANY ($2::text[]));

-- name: erase_quarantined
-- Events that were kept aside name the wallet.
DELETE FROM consumption_quarantine
WHERE  data LIKE ANY ($1::text[]);
