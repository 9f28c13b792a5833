-- name: one
SELECT id, direction, account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries,
       created, valid_until, ended, bank_reference, reason
FROM   errand
WHERE  id = $1;

-- name: of_account
-- One direction, newest first, from before ($3, $4). Index: errand_account (account, direction, created, id).
SELECT   id, direction, account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries,
         created, valid_until, ended, bank_reference, reason
FROM     errand
WHERE    account = $1
AND      direction = $2
AND      (created, id) < ($3::bigint, $4::uuid)
ORDER BY created DESC, id DESC
LIMIT    $5;

-- name: mark
-- Note how far it has come; nothing once it is over or where the state does not allow it.
UPDATE errand
SET    state = $2, due = $4, tries = tries + $5, attempt = attempt + $6,
       bank_reference = coalesce($7, bank_reference)
WHERE  id = $1
AND    state = ANY ($3::text[])
RETURNING id;

-- name: take
-- Those that are due, for one worker at a time: due again at $2, should it die. Index: errand_due (due).
UPDATE errand
SET    due = $2
WHERE  id IN (SELECT   id
              FROM     errand
              WHERE    due <= $1
              ORDER BY due
              LIMIT    $3
              FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, direction, account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries,
          created, valid_until, ended, bank_reference, reason;
