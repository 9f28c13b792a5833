-- name: sessions_by_digest
-- Who holds these tokens, of those that live at moment $2. Index: session_digest_unique.
SELECT s.id, s.digest, s.holder, s.role, s.person, s.merchant, s.store, s.till, s.device, s.seen_at
FROM   session AS s
WHERE  s.digest = ANY ($1::bytea[])
AND    s.revoked_at IS NULL
AND    s.expires_at > $2
AND    s.seen_at + s.idle > $2;

-- name: touch_sessions
-- Index: session_pkey.
UPDATE session
SET    seen_at = greatest(seen_at, $2)
WHERE  id IN (SELECT q.id FROM session AS q WHERE q.id = ANY ($1::uuid[]) ORDER BY q.id FOR NO KEY UPDATE);

-- name: api_keys_by_digest
-- Index: api_key_digest_unique.
SELECT k.id, k.digest, k.merchant, k.scopes, k.used_at
FROM   api_key AS k
WHERE  k.digest = ANY ($1::bytea[])
AND    k.revoked_at IS NULL
AND    k.expires_at > $2;

-- name: touch_api_keys
-- Index: api_key_pkey.
WITH held AS MATERIALIZED (
    SELECT k.id
    FROM   api_key AS k
    WHERE  k.id = ANY ($1::uuid[])
    ORDER  BY k.id
    FOR UPDATE
)
UPDATE api_key AS k
SET    used_at = $3, digest = q.digest
FROM   held
JOIN   unnest($1::uuid[], $2::bytea[]) AS q (id, digest) ON q.id = held.id
WHERE  k.id = held.id;

-- name: add_session
INSERT INTO session (id, digest, holder, role, person, merchant, store, till, device,
                     created_at, proved_at, passkey_at, seen_at, idle, expires_at, resumes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $14, $11, $10, $12, $13, $15);

-- name: session
-- One living session. Index: session_pkey.
SELECT s.id, s.holder, s.role, s.merchant, s.store, s.till, s.device, d.name AS device_name,
       s.created_at, s.seen_at, s.expires_at, s.proved_at, s.passkey_at, s.resumes
FROM   session AS s
JOIN   device AS d ON d.id = s.device
WHERE  s.id = $1
AND    s.revoked_at IS NULL;

-- name: sessions_of
-- A holder's living sessions, the newest first. Index: session_holder.
SELECT s.id, s.holder, s.role, s.merchant, s.store, s.till, s.device, d.name AS device_name,
       s.created_at, s.seen_at, s.expires_at
FROM   session AS s
JOIN   device AS d ON d.id = s.device
WHERE  s.holder = $1
AND    s.revoked_at IS NULL
AND    s.expires_at > $2
AND    s.seen_at + s.idle > $2
ORDER  BY s.id DESC;

-- name: prove_session
-- Its holder has just shown a passkey ($3) or a password. Index: session_pkey.
UPDATE session
SET    proved_at = $2, passkey_at = CASE WHEN $3 THEN $2 ELSE passkey_at END
WHERE  id = $1
AND    revoked_at IS NULL;

-- name: resume_session
-- The person's living session that the owner's session $1 was begun from, under a new token ($4).
-- Index: session_pkey.
UPDATE session AS s
SET    digest = $4, seen_at = $3
FROM   session AS acting, device AS d
WHERE  acting.id = $1
AND    s.id = acting.resumes
AND    s.holder = $2
AND    s.role = 'person'
AND    s.revoked_at IS NULL
AND    s.expires_at > $3
AND    s.seen_at + s.idle > $3
AND    d.id = s.device
RETURNING s.id, s.holder, s.role, s.merchant, s.store, s.till, s.device, d.name AS device_name,
          s.created_at, s.seen_at, s.expires_at;

-- name: revoke_session
-- Index: session_pkey.
UPDATE session
SET    revoked_at = $3
WHERE  id = $1
AND    holder = $2
AND    revoked_at IS NULL
RETURNING id;

-- name: revoke_sessions_of
-- All of a holder's but one ($2: none is spared). Index: session_holder.
UPDATE session
SET    revoked_at = $3
WHERE  holder = $1
AND    revoked_at IS NULL
AND    id IS DISTINCT FROM $2
RETURNING id;

-- name: revoke_sessions_of_device
-- Index: session_holder.
UPDATE session
SET    revoked_at = $3
WHERE  holder = $1
AND    device = $2
AND    revoked_at IS NULL
RETURNING id;

-- name: sweep_sessions
-- Those over since before moment $1, some at a time. Index: session_pkey (ids are in the order of their making).
DELETE FROM session
WHERE  id IN (
    SELECT s.id
    FROM   session AS s
    WHERE  s.expires_at < $1
    OR     s.revoked_at < $1
    OR     s.seen_at + s.idle < $1
    ORDER  BY s.id
    LIMIT  $2
    FOR UPDATE SKIP LOCKED
)
RETURNING id;

-- name: add_device
INSERT INTO device (id, holder, name, created_at)
VALUES ($1, $2, $3, $4);

-- name: device
-- Index: device_pkey.
SELECT d.id, d.name
FROM   device AS d
WHERE  d.id = $1
AND    d.holder = $2;

-- name: password
-- Index: password_pkey.
SELECT p.hash, p.must_change
FROM   password AS p
WHERE  p.holder = $1;

-- name: set_password
-- Index: password_pkey.
INSERT INTO password (holder, hash, must_change, changed_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (holder) DO UPDATE
SET hash = excluded.hash, must_change = excluded.must_change, changed_at = excluded.changed_at;

-- name: rehash_password
-- Only where nobody changed it meanwhile. Index: password_pkey.
UPDATE password
SET    hash = $3
WHERE  holder = $1
AND    hash = $2;

-- name: pin_try
-- Count a try before it is verified: it is given the hash only where the limit leaves one. Index: pin_pkey.
-- $2 now, $3 tries, $4 the first lock's length, $5 the longest.
UPDATE pin
SET    tries = CASE WHEN tries >= $3 THEN 1 ELSE tries + 1 END,
       locks = CASE WHEN (CASE WHEN tries >= $3 THEN 1 ELSE tries + 1 END) >= $3 THEN locks + 1 ELSE locks END,
       locked_until = CASE WHEN (CASE WHEN tries >= $3 THEN 1 ELSE tries + 1 END) >= $3
                           THEN $2 + least($5, $4 * (1::bigint << least(locks, 20)))
                           ELSE 0 END
WHERE  holder = $1
AND    locked_until <= $2
AND    NOT must_reset
RETURNING hash, tries;

-- name: pin
-- Index: pin_pkey.
SELECT p.hash, p.tries, p.locked_until, p.must_reset
FROM   pin AS p
WHERE  p.holder = $1;

-- name: pin_right
-- A right one ends the count; $2 is the hash it was verified against, $3 the one to keep. Index: pin_pkey.
UPDATE pin
SET    tries = 0, locks = 0, locked_until = 0, hash = $3
WHERE  holder = $1
AND    hash = $2;

-- name: rehash_pin
-- Index: pin_pkey.
UPDATE pin
SET    hash = $3
WHERE  holder = $1
AND    hash = $2;

-- name: add_pin
-- The first one. Index: pin_pkey.
INSERT INTO pin (holder, hash, changed_at)
VALUES ($1, $2, $3)
ON CONFLICT (holder) DO NOTHING
RETURNING holder;

-- name: reset_pin
-- A new one, and the count begins anew. Index: pin_pkey.
INSERT INTO pin (holder, hash, changed_at)
VALUES ($1, $2, $3)
ON CONFLICT (holder) DO UPDATE
SET hash = excluded.hash, tries = 0, locks = 0, locked_until = 0, must_reset = false,
    changed_at = excluded.changed_at;

-- name: pin_must_reset
-- Index: pin_pkey.
UPDATE pin
SET    must_reset = true
WHERE  holder = $1;

-- name: add_staff
INSERT INTO staff (id, merchant, store, role, login, login_key, name, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO NOTHING;

-- name: staff
-- Index: staff_pkey.
SELECT s.id, s.merchant, s.store, s.role, s.login, s.name, s.active, s.created_at
FROM   staff AS s
WHERE  s.id = $1;

-- name: staff_by_login
-- A store's cashier or supervisor; with no store an owner. Index: staff_login_store, staff_login_owner.
SELECT s.id, s.merchant, s.store, s.role, s.login, s.name, s.active, s.created_at
FROM   staff AS s
WHERE  s.login_key = $2
AND    s.store = $1
UNION ALL
SELECT s.id, s.merchant, s.store, s.role, s.login, s.name, s.active, s.created_at
FROM   staff AS s
WHERE  s.login_key = $2
AND    s.store IS NULL
AND    $1::uuid IS NULL;

-- name: staff_of
-- A merchant's staff after an id. Index: staff_merchant.
SELECT s.id, s.merchant, s.store, s.role, s.login, s.name, s.active, s.created_at
FROM   staff AS s
WHERE  s.merchant = $1
AND    s.id > $2
ORDER  BY s.id
LIMIT  $3;

-- name: end_staff
-- Index: staff_pkey.
UPDATE staff
SET    active = false
WHERE  id = $1
RETURNING id;

-- name: add_operator
INSERT INTO operator (id, role, login, login_key, name, created_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: operator_by_login
-- Index: operator_login_unique.
SELECT o.id, o.role, o.login, o.name, o.active, o.created_at
FROM   operator AS o
WHERE  o.login_key = $1;

-- name: operator
-- Index: operator_pkey.
SELECT o.id, o.role, o.login, o.name, o.active, o.created_at
FROM   operator AS o
WHERE  o.id = $1;

-- name: end_operator
-- Index: operator_pkey.
UPDATE operator
SET    active = false
WHERE  id = $1
RETURNING id;

-- name: add_api_key
INSERT INTO api_key (id, digest, merchant, name, hint, scopes, created_by, created_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id, merchant, name, hint, scopes, created_by, created_at, expires_at, used_at, revoked_at;

-- name: api_keys_of
-- A merchant's keys, the newest first. Index: api_key_merchant.
SELECT k.id, k.merchant, k.name, k.hint, k.scopes, k.created_by, k.created_at, k.expires_at, k.used_at,
       k.revoked_at
FROM   api_key AS k
WHERE  k.merchant = $1
ORDER  BY k.id DESC
LIMIT  200;

-- name: revoke_api_key
-- Revoked stays revoked at its first moment. Index: api_key_pkey.
UPDATE api_key
SET    revoked_at = coalesce(revoked_at, $3)
WHERE  id = $1
AND    merchant = $2
RETURNING id;

-- name: add_passkey
INSERT INTO passkey (id, holder, name, public_key, sign_count, device, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO NOTHING
RETURNING id, holder, name, device, created_at, used_at;

-- name: passkey
-- Index: passkey_pkey.
SELECT p.id, p.holder, p.name, p.public_key, p.sign_count, p.device, p.created_at, p.used_at
FROM   passkey AS p
WHERE  p.id = $1;

-- name: passkeys_of
-- Index: passkey_holder.
SELECT p.id, p.holder, p.name, p.device, p.created_at, p.used_at
FROM   passkey AS p
WHERE  p.holder = $1
ORDER  BY p.created_at, p.id;

-- name: use_passkey
-- Its counter only rises; authenticators without one say 0 for ever. Index: passkey_pkey.
UPDATE passkey
SET    sign_count = $2, used_at = $3
WHERE  id = $1
AND    (sign_count < $2 OR (sign_count = 0 AND $2 = 0))
RETURNING id;

-- name: remove_passkey
-- Index: passkey_pkey.
DELETE FROM passkey
WHERE  id = $1
AND    holder = $2
RETURNING id;

-- name: remove_passkeys_of
-- All of a holder's that were registered on device $2, or ($3) on any other. Index: passkey_holder.
DELETE FROM passkey
WHERE  holder = $1
AND    (device = $2) <> $3
RETURNING id;

-- name: add_challenge
INSERT INTO passkey_challenge (id, challenge, purpose, holder, expires_at)
VALUES ($1, $2, $3, $4, $5);

-- name: take_challenge
-- Once. Index: passkey_challenge_pkey.
DELETE FROM passkey_challenge
WHERE  id = $1
RETURNING challenge, purpose, holder, expires_at;

-- name: sweep_challenges
-- Index: passkey_challenge_expiry.
DELETE FROM passkey_challenge
WHERE  expires_at < $1;

-- name: sign_in_from
-- Whether an account was signed in to from this address since $3. Index: sign_in_from_pkey.
SELECT f.at
FROM   sign_in_from AS f
WHERE  f.account = $1
AND    f.address = $2
AND    f.at >= $3;

-- name: note_sign_in_from
-- Index: sign_in_from_pkey.
INSERT INTO sign_in_from (account, address, at)
VALUES ($1, $2, $3)
ON CONFLICT (account, address) DO UPDATE SET at = excluded.at;

-- name: sweep_sign_in_from
-- Index: sign_in_from_at.
DELETE FROM sign_in_from
WHERE  at < $1;
