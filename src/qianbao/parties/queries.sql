-- name: persons
-- The people of these ids. Index: person_pkey, party_pkey.
SELECT p.id, p.name, p.birth_year, p.city, p.phone, p.kyc_class, s.state, s.frozen_by, s.version, p.created_at
FROM   person AS p
JOIN   party AS s ON s.id = p.id
WHERE  p.id = ANY ($1::uuid[]);

-- name: wallets
-- The wallets of these ids. Index: wallet_pkey, person_pkey, party_pkey.
SELECT w.id, w.person, w.brand, w.account_number, w.handle, p.name, p.kyc_class,
       s.state, s.frozen_by, s.closing, s.version
FROM   wallet AS w
JOIN   person AS p ON p.id = w.person
JOIN   party AS s ON s.id = w.id
WHERE  w.id = ANY ($1::uuid[]);

-- name: wallets_of_person
-- A person's wallets. Index: wallet_one_a_brand.
SELECT w.id
FROM   wallet AS w
WHERE  w.person = $1
ORDER  BY w.id;

-- name: wallet_by_identifier
-- The wallet that an account number or a handle's key pays. Index: the two unique ones.
SELECT w.id
FROM   wallet AS w
WHERE  w.account_number = $1
UNION ALL
SELECT w.id
FROM   wallet AS w
WHERE  w.handle_key = $2;

-- name: person_by_phone
-- Index: person_phone_unique.
SELECT p.id
FROM   person AS p
WHERE  p.phone = $1;

-- name: merchants
-- The merchants of these ids. Index: merchant_pkey, party_pkey.
SELECT m.id, m.name, m.owner, m.mcc, m.rate_bp, m.settlement_bank, m.settlement_account_masked,
       s.state, s.frozen_by, s.closing, s.version, m.created_at
FROM   merchant AS m
JOIN   party AS s ON s.id = m.id
WHERE  m.id = ANY ($1::uuid[]);

-- name: merchants_of_owner
-- The merchants that a person owns. Index: merchant_owner.
SELECT m.id
FROM   merchant AS m
WHERE  m.owner = $1
ORDER  BY m.id;

-- name: merchants_page
-- All merchants after an id, by id: the console's list. Index: merchant_pkey.
SELECT m.id
FROM   merchant AS m
WHERE  m.id > $1
ORDER  BY m.id
LIMIT  $2;

-- name: stores
-- The stores of these ids. Index: store_pkey.
SELECT t.id, t.merchant, t.name, t.city, t.city_tier, t.longitude, t.latitude, t.created_at
FROM   store AS t
WHERE  t.id = ANY ($1::uuid[]);

-- name: stores_of_merchant
-- A merchant's stores after an id. Index: store_merchant.
SELECT t.id
FROM   store AS t
WHERE  t.merchant = $1
AND    t.id > $2
ORDER  BY t.id
LIMIT  $3;

-- name: tills
-- The tills of these ids. Index: till_pkey, store_pkey.
SELECT t.id, t.store, s.merchant, t.name
FROM   till AS t
JOIN   store AS s ON s.id = t.store
WHERE  t.id = ANY ($1::uuid[]);

-- name: tills_of_store
-- A store's tills. Index: till_name_unique.
SELECT t.id
FROM   till AS t
WHERE  t.store = $1
ORDER  BY t.name;

-- name: add_persons
-- Lay people and their standing; those whose id stands are left as they are.
WITH asked AS (
    SELECT q.id, q.name, q.birth_year, q.city, q.phone, q.kyc_class
    FROM   unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[], $6::text[])
           AS q (id, name, birth_year, city, phone, kyc_class)
), laid AS (
    INSERT INTO person (id, name, birth_year, city, phone, kyc_class, created_at)
    SELECT asked.id, asked.name, asked.birth_year, asked.city, asked.phone, asked.kyc_class, $7
    FROM   asked
    ORDER  BY asked.id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)
INSERT INTO party (id, kind)
SELECT laid.id, 'person'
FROM   laid
ORDER  BY laid.id;

-- name: add_wallets
-- Lay wallets and their standing; those whose id stands are left as they are.
WITH asked AS (
    SELECT q.id, q.person, q.brand, q.account_number, q.handle, q.handle_key
    FROM   unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
           AS q (id, person, brand, account_number, handle, handle_key)
), laid AS (
    INSERT INTO wallet (id, person, brand, account_number, handle, handle_key, created_at)
    SELECT asked.id, asked.person, asked.brand, asked.account_number, asked.handle, asked.handle_key, $7
    FROM   asked
    ORDER  BY asked.id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)
INSERT INTO party (id, kind)
SELECT laid.id, 'wallet'
FROM   laid
ORDER  BY laid.id;

-- name: add_merchants
-- Lay merchants and their standing; those whose id stands are left as they are.
WITH asked AS (
    SELECT q.id, q.name, q.owner, q.mcc, q.rate_bp, q.settlement_bank, q.settlement_account_masked
    FROM   unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::integer[], $6::text[], $7::text[])
           AS q (id, name, owner, mcc, rate_bp, settlement_bank, settlement_account_masked)
), laid AS (
    INSERT INTO merchant (id, name, owner, mcc, rate_bp, settlement_bank, settlement_account_masked, created_at)
    SELECT asked.id, asked.name, asked.owner, asked.mcc, asked.rate_bp, asked.settlement_bank,
           asked.settlement_account_masked, $8
    FROM   asked
    ORDER  BY asked.id
    ON CONFLICT (id) DO NOTHING
    RETURNING id
)
INSERT INTO party (id, kind)
SELECT laid.id, 'merchant'
FROM   laid
ORDER  BY laid.id;

-- name: add_stores
-- Lay stores; those whose id stands are left as they are.
INSERT INTO store (id, merchant, name, city, city_tier, longitude, latitude, created_at)
SELECT q.id, q.merchant, q.name, q.city, q.city_tier, q.longitude, q.latitude, $8
FROM   unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::float8[])
       AS q (id, merchant, name, city, city_tier, longitude, latitude)
ORDER  BY q.id
ON CONFLICT (id) DO NOTHING;

-- name: add_tills
-- Lay tills; those whose id stands are left as they are.
INSERT INTO till (id, store, name, created_at)
SELECT q.id, q.store, q.name, $4
FROM   unnest($1::uuid[], $2::uuid[], $3::text[]) AS q (id, store, name)
ORDER  BY q.id
ON CONFLICT (id) DO NOTHING;

-- name: set_kyc_class
-- Index: person_pkey.
UPDATE person
SET    kyc_class = $2
WHERE  id = $1
RETURNING id;

-- name: kyc_class_locked
-- A person's class, held until the transaction's end, so that two changes come one after the other.
SELECT p.kyc_class
FROM   person AS p
WHERE  p.id = $1
FOR NO KEY UPDATE;

-- name: identifiers_taken
-- Which of these numbers and handles other wallets have. Index: the two unique ones.
SELECT false AS by_handle
FROM   unnest($1::uuid[], $2::text[], $3::text[]) AS q (id, account_number, handle_key)
JOIN   wallet AS w ON w.account_number = q.account_number AND w.id <> q.id
UNION ALL
SELECT true
FROM   unnest($1::uuid[], $2::text[], $3::text[]) AS q (id, account_number, handle_key)
JOIN   wallet AS w ON w.handle_key = q.handle_key AND w.id <> q.id;
