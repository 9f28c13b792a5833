-- Secrets are never here in the clear: passwords and PINs as argon2 hashes, tokens and keys as digests.
-- `holder` is the id of a person, a member of a merchant's staff, or an operator. Moments are nanoseconds.

CREATE TABLE password (
    holder       uuid PRIMARY KEY,
    hash         text NOT NULL,
    must_change  boolean NOT NULL,             -- drawn by the installation, not chosen by the holder
    changed_at   bigint NOT NULL
);

-- Wrong tries are counted before they are verified, so that parallel guesses cannot exceed the limit.
CREATE TABLE pin (
    holder        uuid PRIMARY KEY,
    hash          text NOT NULL,
    tries         integer NOT NULL DEFAULT 0,  -- since the last right one
    locks         integer NOT NULL DEFAULT 0,  -- in a row: each lasts twice as long
    locked_until  bigint NOT NULL DEFAULT 0,
    must_reset    boolean NOT NULL DEFAULT false,
    changed_at    bigint NOT NULL
) WITH (fillfactor = 80);

CREATE TABLE staff (
    id          uuid PRIMARY KEY,
    merchant    uuid NOT NULL,
    store       uuid,                          -- none for an owner
    role        text NOT NULL CHECK (role IN ('cashier', 'supervisor', 'owner')),
    login       text NOT NULL,
    login_key   text NOT NULL,                 -- as compared
    name        text NOT NULL,
    active      boolean NOT NULL DEFAULT true,
    created_at  bigint NOT NULL,
    CONSTRAINT staff_store_but_owner CHECK ((role = 'owner') = (store IS NULL))
);
CREATE UNIQUE INDEX staff_login_store ON staff (store, login_key) WHERE store IS NOT NULL;
CREATE UNIQUE INDEX staff_login_owner ON staff (login_key) WHERE store IS NULL;
CREATE INDEX staff_merchant ON staff (merchant, id);

CREATE TABLE operator (
    id          uuid PRIMARY KEY,
    role        text NOT NULL CHECK (role IN ('operator', 'auditor')),
    login       text NOT NULL,
    login_key   text NOT NULL,
    name        text NOT NULL,
    active      boolean NOT NULL DEFAULT true,
    created_at  bigint NOT NULL,
    CONSTRAINT operator_login_unique UNIQUE (login_key)
);

CREATE TABLE device (
    id          uuid PRIMARY KEY,
    holder      uuid NOT NULL,
    name        text NOT NULL,
    created_at  bigint NOT NULL
);
CREATE INDEX device_holder ON device (holder, id);

CREATE TABLE session (
    id           uuid PRIMARY KEY,
    digest       bytea NOT NULL,               -- SHA-256 of the token
    holder       uuid NOT NULL,
    role         text NOT NULL,
    person       uuid,
    merchant     uuid,
    store        uuid,
    till         text,
    device       uuid NOT NULL,
    created_at   bigint NOT NULL,
    proved_at    bigint NOT NULL,              -- the last password, PIN of a sign-in, or passkey
    passkey_at   bigint,                       -- the last passkey
    seen_at      bigint NOT NULL,
    idle         bigint NOT NULL,              -- nanoseconds unseen after which it ends
    expires_at   bigint NOT NULL,
    revoked_at   bigint,
    CONSTRAINT session_digest_unique UNIQUE (digest)
) WITH (fillfactor = 80);
CREATE INDEX session_holder ON session (holder, id) WHERE revoked_at IS NULL;

CREATE TABLE api_key (
    id          uuid PRIMARY KEY,
    digest      bytea NOT NULL,                -- keyed, by the keyring
    merchant    uuid NOT NULL,
    name        text NOT NULL,
    hint        text NOT NULL,                 -- what the key begins with, to tell it by
    scopes      text[] NOT NULL,
    created_by  uuid NOT NULL,
    created_at  bigint NOT NULL,
    expires_at  bigint NOT NULL,
    used_at     bigint,
    revoked_at  bigint,
    CONSTRAINT api_key_digest_unique UNIQUE (digest)
) WITH (fillfactor = 80);
CREATE INDEX api_key_merchant ON api_key (merchant, id);

CREATE TABLE passkey (
    id          bytea PRIMARY KEY,             -- the authenticator's credential id
    holder      uuid NOT NULL,
    name        text NOT NULL,
    public_key  bytea NOT NULL,
    sign_count  bigint NOT NULL,
    device      uuid NOT NULL,                 -- the session's device that registered it
    created_at  bigint NOT NULL,
    used_at     bigint
);
CREATE INDEX passkey_holder ON passkey (holder);

CREATE TABLE passkey_challenge (
    id          uuid PRIMARY KEY,
    challenge   bytea NOT NULL,
    purpose     text NOT NULL CHECK (purpose IN ('register', 'sign_in', 'prove')),
    holder      uuid,                          -- none: nobody has said yet who they are
    expires_at  bigint NOT NULL
);
CREATE INDEX passkey_challenge_expiry ON passkey_challenge (expires_at);
