-- name: one
SELECT id, account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries, created,
       valid_until, ended, bank_reference, reason
FROM   topup
WHERE  id = $1;

-- name: of_account
-- Newest first, from before ($2, $3). Index: topup_account (account, created, id).
SELECT   id, account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries, created,
         valid_until, ended, bank_reference, reason
FROM     topup
WHERE    account = $1
AND      (created, id) < ($2::bigint, $3::uuid)
ORDER BY created DESC, id DESC
LIMIT    $4;

-- name: mark
-- Note how far it has come; nothing once it is over or where the state does not allow it.
UPDATE topup
SET    state = $2, due = $4, tries = tries + $5, attempt = attempt + $6,
       bank_reference = coalesce($7, bank_reference)
WHERE  id = $1
AND    state = ANY ($3::text[])
RETURNING id;

-- name: take
-- Those that are due, for one worker at a time: due again at $2, should it die. Index: topup_due (due).
UPDATE topup
SET    due = $2
WHERE  id IN (SELECT   id
              FROM     topup
              WHERE    due <= $1
              ORDER BY due
              LIMIT    $3
              FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, account, merchant, card, bank, simulated, token, amount, currency, state, attempt, tries, created,
          valid_until, ended, bank_reference, reason;
