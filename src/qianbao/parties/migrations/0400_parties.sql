-- People, wallets, merchants, stores, tills. No foreign keys: the ids are ours, and a foreign key would lock
-- a parent row on the hot path, in another order.

-- The standing of everybody who can be frozen, in one table, so that it is one step kind and one place in the
-- order of locks. A wallet's or merchant's id is its ledger account's id.
CREATE TABLE party (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('person', 'wallet', 'merchant')),
    version    integer NOT NULL DEFAULT 1,
    state      text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'frozen')),
    frozen_by  text CHECK (frozen_by IN ('holder', 'house')),
    closing    uuid,                           -- the pending transfer that keeps the account closed
    CONSTRAINT party_frozen_by_somebody CHECK ((state = 'frozen') = (frozen_by IS NOT NULL))
) WITH (fillfactor = 80);

CREATE TABLE person (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    birth_year  smallint,
    city        text,
    phone       text,                          -- E.164
    kyc_class   text NOT NULL CHECK (kyc_class IN ('I', 'II', 'III')),
    created_at  bigint NOT NULL,               -- nanoseconds
    CONSTRAINT person_phone_unique UNIQUE (phone)
);

CREATE TABLE wallet (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL,
    brand           text NOT NULL,
    account_number  text,
    handle          text,                      -- as shown
    handle_key      text,                      -- as compared: NFKC, case-folded
    created_at      bigint NOT NULL,
    CONSTRAINT wallet_one_a_brand UNIQUE (person, brand),
    CONSTRAINT wallet_account_number_unique UNIQUE (account_number),
    CONSTRAINT wallet_handle_unique UNIQUE (handle_key),
    CONSTRAINT wallet_paid_by_one CHECK ((account_number IS NULL) <> (handle IS NULL)),
    CONSTRAINT wallet_handle_compared CHECK ((handle IS NULL) = (handle_key IS NULL))
);

CREATE TABLE merchant (
    id                         uuid PRIMARY KEY,
    name                       text NOT NULL,
    owner                      uuid,
    mcc                        text NOT NULL CHECK (mcc ~ '^[0-9]{4}$'),
    rate_bp                    integer NOT NULL CHECK (rate_bp BETWEEN 0 AND 1000),
    settlement_bank            text,
    settlement_account_masked  text,
    created_at                 bigint NOT NULL
);
CREATE INDEX merchant_owner ON merchant (owner) WHERE owner IS NOT NULL;

CREATE TABLE store (
    id          uuid PRIMARY KEY,
    merchant    uuid NOT NULL,
    name        text NOT NULL,
    city        text NOT NULL,
    city_tier   text NOT NULL CHECK (city_tier IN ('1', 'new1', '2', '3', '4', '5')),
    longitude   double precision CHECK (longitude BETWEEN -180 AND 180),
    latitude    double precision CHECK (latitude BETWEEN -90 AND 90),
    created_at  bigint NOT NULL
);
CREATE INDEX store_merchant ON store (merchant, id);

CREATE TABLE till (
    id          uuid PRIMARY KEY,
    store       uuid NOT NULL,
    name        text NOT NULL,
    created_at  bigint NOT NULL,
    CONSTRAINT till_name_unique UNIQUE (store, name)
);
