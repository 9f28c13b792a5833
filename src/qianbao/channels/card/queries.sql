-- name: link
-- A card that is linked already stays as it is. Index: card_linked_once.
INSERT INTO card (id, owner, bank, token, last4, holder, simulated, state, linked)
SELECT $1, $2, $3, $4, $5, $6, $7, 'linked', $8
WHERE  (SELECT count(*) FROM card WHERE owner = $2 AND state = 'linked') < $9
OR     EXISTS (SELECT FROM card WHERE owner = $2 AND bank = $3 AND token = $4 AND state = 'linked')
ON CONFLICT DO NOTHING;

-- name: linked
SELECT id, owner, bank, token, last4, holder, simulated, state, linked
FROM   card
WHERE  owner = $1
AND    bank = $2
AND    token = $3
AND    state = 'linked';

-- name: of_owner
SELECT   id, owner, bank, token, last4, holder, simulated, state, linked
FROM     card
WHERE    owner = $1
AND      state = 'linked'
ORDER BY linked, id;

-- name: one
SELECT id, owner, bank, token, last4, holder, simulated, state, linked
FROM   card
WHERE  id = $1;

-- name: unlink
UPDATE card
SET    state = 'unlinked', unlinked = $3
WHERE  id = $1
AND    owner = $2
AND    state = 'linked'
RETURNING id;
